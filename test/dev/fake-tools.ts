import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Stand-ins for Java and Maven: shell scripts that do what the launcher sees of the real ones. They are chosen by
 * environment, so the launcher itself runs unchanged.
 */
export interface FakeTools {
  /** The environment in which `java` and `mvn` are the stand-ins. */
  readonly env: NodeJS.ProcessEnv;
}

export interface FakeToolOptions {
  readonly javaVersion?: string;
  /** What `mvn` does after creating the jars, or instead: lines of shell. */
  readonly maven?: string;
  /** What the process with this main class does: lines of shell. All others sleep. */
  readonly java?: Readonly<Record<string, string>>;
}

/** The jars the real Maven would bring, among them one that Flink must not get. */
const jars = {
  flink: ["statefun-flink-distribution-3.3.0.jar", "flink-runtime-1.16.2.jar", "log4j-1.2.17.jar"],
  kafka: ["kafka_2.13-4.1.0.jar"],
};

export const createJars = Object.entries(jars)
  .flatMap(([project, files]) => [
    `mkdir -p ${project}/jars`,
    ...files.map((file) => `echo content > ${project}/jars/${file}`),
  ])
  .join("\n");

export function fakeTools(folder: string, options: FakeToolOptions = {}): FakeTools {
  const { javaVersion = "17.0.1", maven = createJars, java = {} } = options;
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  script(join(programs, "mvn"), `case "$*" in *-version*) exit 0 ;; esac\n${maven}`);
  const mains = Object.entries(java).map(([main, lines]) => `  *" ${main} "*)\n${lines}\n;;`);
  script(
    join(programs, "java"),
    `case " $* " in\n  *" -version "*) echo 'openjdk version "${javaVersion}"' >&2; exit 0 ;;\n${mains.join("\n")}\nesac\nexec sleep 600`,
  );
  const { PATH = "" } = process.env;
  return {
    env: {
      ...process.env,
      PATH: `${programs}:${PATH}`,
      JAVA_HOME: "",
      STATEFUN_DEV_CACHE: join(folder, "cache"),
    },
  };
}

function script(path: string, lines: string): void {
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
}
