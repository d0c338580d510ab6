import { execFile } from "node:child_process";
import { join } from "node:path";
import { ClusterError } from "./cluster-error.js";

/** Kafka's broker is compiled for Java 17 from release 4.0 on; Flink 1.16 itself would be content with 11. */
export const minimumJava = 17;

export interface Java {
  /** The program to start: a path, or `java` to be looked up in `PATH`. */
  readonly command: string;
  readonly version: number;
}

/**
 * Finds Java the way Java's own tools do: `JAVA_HOME` first, then `PATH`.
 *
 * @throws ClusterError `java-missing` if there is none, or only one that is too old.
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const home = env.JAVA_HOME;
  const command = home === undefined || home === "" ? "java" : join(home, "bin", "java");
  const where = command === "java" ? "in PATH" : `at ${command} (JAVA_HOME says so)`;
  const text = await versionText(command, env);
  const version = text === undefined ? undefined : javaVersion(text);
  if (version === undefined) {
    throw new ClusterError("java-missing", `No working Java was found ${where}. ${howToInstall}`);
  }
  if (version < minimumJava) {
    throw new ClusterError(
      "java-missing",
      `The Java ${where} is version ${String(version)}, which is too old. ${howToInstall}`,
    );
  }
  return { command, version };
}

const howToInstall =
  `Flink and Kafka need Java ${String(minimumJava)} or newer: install a JDK (Debian and Ubuntu: ` +
  `apt-get install openjdk-${String(minimumJava)}-jre-headless; macOS: brew install openjdk@${String(minimumJava)}; others: adoptium.net), ` +
  `or point JAVA_HOME at one.`;

/** The feature release in what `java -version` prints: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`. */
export function javaVersion(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function versionText(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, ["-version"], { env, encoding: "utf8" }, (error, stdout, stderr) => {
      resolve(error === null ? stdout + stderr : undefined);
    });
  });
}

/** Short-lived programs: compiling with the quick compiler only starts them noticeably faster. */
export const quickStart = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] as const;

/** Log lines of Flink and Kafka start with the time of day. */
export const logFormat = [
  "-Dorg.slf4j.simpleLogger.showDateTime=true",
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss,SSS",
  "-Dorg.slf4j.simpleLogger.showShortLogName=true",
] as const;

/** Packages Flink 1.16 reaches into by reflection; since Java 17 it has to be allowed to. */
const openedPackages = [
  "java.lang",
  "java.lang.reflect",
  "java.lang.invoke",
  "java.io",
  "java.net",
  "java.nio",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "java.util.concurrent.locks",
  "sun.net.util",
];

/** What Java must be told so that Flink 1.16 runs on it. Kafka needs none of it. */
export const flinkAccess: readonly string[] = [
  ...openedPackages.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
  "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
];
