import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { eventually } from "./eventually.js";
import { fakeTools } from "./fake-tools.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Starting the command through the TypeScript loader takes a second, and much longer on a busy machine. */
const limitMillis = 60_000;

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function statefun(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", "tsx", "dev/cli.ts", ...args],
      { env },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

/** A stand-in for a process of the cluster: it notes its pid and sleeps. */
function sleeping(folder: string): string {
  return `echo $$ >> ${join(folder, "pids")}\nexec sleep 600`;
}

const jobmanager = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
const taskmanager = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";

test(
  "without Java, up ends with one sentence that says what to install, and exit code 1",
  async () => {
    const folder = temporaryFolder();
    const env = { ...process.env, JAVA_HOME: join(folder, "no-java") };

    const { code, stdout, stderr } = await statefun(["cluster", "up", "--directory", folder], env);

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^statefun: \[java-missing\] No working Java was found at .*install a JDK.*\n$/);
  },
  limitMillis,
);

test(
  "up leaves files alone that no cluster wrote, and says so",
  async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "data", "thesis.txt"), "years of work");

    const { code, stderr } = await statefun(["cluster", "up", "--directory", folder]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^statefun: \[invalid-argument\] .*data holds files that no cluster wrote/);
    expect(readFileSync(join(folder, "data", "thesis.txt"), "utf8")).toBe("years of work");
  },
  limitMillis,
);

test(
  "when Kafka dies at the start, up shows its exit code and last lines, and ends what it had started",
  async () => {
    const folder = temporaryFolder();
    const java = {
      "kafka.tools.StorageTool": "exit 0",
      "kafka.Kafka": "seq 1 40; echo 'java.io.IOException: No space left on device' >&2; exit 5",
      [jobmanager]: sleeping(folder),
      [taskmanager]: sleeping(folder),
    };
    const { env } = fakeTools(folder, { java });

    const { code, stderr } = await statefun(["cluster", "up", "--directory", join(folder, "cluster")], env);

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /statefun: \[process-died\] kafka \(process \d+\) ended with exit code 5\.\nLast lines of /,
    );
    expect(stderr).toMatch(/ {2}12\n[^]* {2}40\n {2}java\.io\.IOException: No space left on device\n$/);
    expect(stderr).not.toMatch(/ {2}11\n/);
    expect(existsSync(join(folder, "cluster", "cluster.json"))).toBe(false);
    const pids = readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    await eventually("the others are gone", () => !pids.some(exists));
  },
  limitMillis,
);

test(
  "when another program takes the port that was picked, others are tried",
  async () => {
    const folder = temporaryFolder();
    const java = {
      "kafka.tools.StorageTool": "exit 0",
      "kafka.Kafka": "echo 'java.net.BindException: Address already in use' >&2; seq 1 100; exit 1",
    };
    const { env } = fakeTools(folder, { java });

    const { code, stderr } = await statefun(["cluster", "up", "--directory", join(folder, "cluster")], env);

    expect(code).toBe(1);
    expect(stderr.match(/trying with other ports/g)).toHaveLength(2);
    expect(stderr).toContain("java.net.BindException");
  },
  limitMillis,
);

test(
  "interrupting up ends everything it has started",
  async () => {
    const folder = temporaryFolder();
    const java = {
      "kafka.tools.StorageTool": sleeping(folder),
      [jobmanager]: sleeping(folder),
      [taskmanager]: sleeping(folder),
    };
    const { env } = fakeTools(folder, { java });
    const args = ["--import", "tsx", "dev/cli.ts", "cluster", "up", "--directory", join(folder, "cluster")];
    const ended = new Promise<string>((resolve) => {
      const child = execFile(process.execPath, args, { env }, (_, __, stderr) => {
        resolve(stderr);
      });
      void eventually("all three run", () => lines(join(folder, "pids")).length === 3).then(() =>
        child.kill("SIGINT"),
      );
    });

    const stderr = await ended;

    expect(stderr).toContain("statefun: [interrupted] The cluster was told to stop while it was starting.");
    await eventually("all three are gone", () => !lines(join(folder, "pids")).map(Number).some(exists));
  },
  limitMillis,
);

test(
  "without a cluster, status, run and logs say so and how to start one; down finds nothing to do",
  async () => {
    const folder = temporaryFolder();
    const at = ["--directory", folder];

    const results = await Promise.all([
      statefun(["cluster", "status", ...at]),
      statefun(["cluster", "run", "module.yaml", ...at]),
      statefun(["cluster", "logs", ...at]),
      statefun(["cluster", "down", ...at]),
    ]);

    const refusal = `statefun: [not-running] No cluster runs from ${folder}: "statefun cluster up" starts one.\n`;
    expect(results.slice(0, 3)).toEqual(Array(3).fill({ code: 1, stdout: "", stderr: refusal }));
    expect(results[3]).toEqual({ code: 0, stdout: "No cluster runs.\n", stderr: "" });
  },
  limitMillis,
);

test(
  "logs shows the last lines of every process, or of the one that is named",
  async () => {
    const folder = temporaryFolder();
    const logs = join(folder, "data", "logs");
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, "kafka.log"), "one\ntwo\nthree\n");
    writeFileSync(join(logs, "jobmanager.log"), "ready\n");

    const all = await statefun(["cluster", "logs", "-n", "2", "--directory", folder]);
    const one = await statefun(["cluster", "logs", "kafka", "-n", "1", "--directory", folder]);
    const none = await statefun(["cluster", "logs", "zookeeper", "--directory", folder]);

    expect(all.stdout).toBe("kafka: two\nkafka: three\njobmanager: ready\n");
    expect(one.stdout).toBe("three\n");
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Allowed choices are kafka, jobmanager"),
    });
  },
  limitMillis,
);

test.each([
  [["cluster", "up", "--kafka-port", "nine"], "It must be a whole number, 1 or more."],
  [["cluster", "run"], "missing required argument 'module.yaml'"],
  [["cluster", "dwon"], "Did you mean down?"],
])(
  "a mistaken call is explained: statefun %s",
  async (args, explanation) => {
    const { code, stderr } = await statefun(args);

    expect(code).toBe(2);
    expect(stderr).toContain(explanation);
  },
  limitMillis,
);

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
