import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import {
  attach,
  readRecord,
  startInBackground,
  stopBackground,
  writeRecord,
} from "../../../dev/cluster/background.js";
import type { ClusterRecord } from "../../../dev/cluster/background.js";
import { startProcess } from "../../../dev/cluster/cluster-process.js";
import type { ClusterProcess } from "../../../dev/cluster/cluster-process.js";
import { startGuard } from "../../../dev/cluster/guard.js";
import { temporaryFolder } from "../temporary-folder.js";

const started: ClusterProcess[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.kill()));
});

async function sleeper(folder: string): Promise<ClusterProcess> {
  const command = {
    name: "sleeper",
    command: "sleep",
    args: ["600"],
    directory: "/",
    log: join(folder, "log"),
  };
  const process = await startProcess(command, startGuard());
  started.push(process);
  return process;
}

/** A folder with the record of a cluster whose processes only sleep. */
async function clusterFolder(): Promise<{ readonly folder: string; readonly record: ClusterRecord }> {
  const folder = temporaryFolder();
  const [kafka, jobmanager, taskmanager] = await Promise.all([
    sleeper(folder),
    sleeper(folder),
    sleeper(folder),
  ]);
  const record: ClusterRecord = {
    version: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    plan: {
      java: "java",
      directory: join(folder, "data"),
      ports: { kafka: 9092, kafkaController: 9093, flinkUi: 8081, jobmanager: 6123 },
      slots: 4,
    },
    artifacts: join(folder, "jars"),
    processes: { kafka: kafka.identity, jobmanager: jobmanager.identity, taskmanager: taskmanager.identity },
  };
  writeRecord(folder, record);
  return { folder, record };
}

test("a record comes back as it was written", async () => {
  const { folder, record } = await clusterFolder();

  expect(readRecord(folder)).toEqual(record);
});

test("stopping ends every process of the record, and the record goes", async () => {
  const { folder } = await clusterFolder();

  const stopped = await stopBackground(folder);

  expect(stopped).toEqual({ kafka: "stopped", jobmanager: "stopped", taskmanager: "stopped" });
  expect(started.map((process) => process.running())).toEqual([false, false, false]);
  expect(readRecord(folder)).toBeUndefined();
});

test("stopping leaves a process alone that has got the pid of one that is gone", async () => {
  const { folder, record } = await clusterFolder();
  const stranger = await sleeper(folder);
  const taskmanager = { ...stranger.identity, startTime: "long ago" };
  writeRecord(folder, { ...record, processes: { ...record.processes, taskmanager } });

  const stopped = await stopBackground(folder);

  expect(stopped).toEqual({ kafka: "stopped", jobmanager: "stopped", taskmanager: "was gone" });
  expect(stranger.running()).toBe(true);
});

test("stopping where nothing runs does nothing", async () => {
  const folder = temporaryFolder();

  await expect(stopBackground(folder)).resolves.toBeUndefined();
  await expect(stopBackground(join(folder, "missing"))).resolves.toBeUndefined();
  expect(existsSync(join(folder, "missing"))).toBe(false);
});

test("a second start is refused, and says what runs and where", async () => {
  const { folder, record } = await clusterFolder();

  await expect(startInBackground(folder, {})).rejects.toMatchObject({
    code: "already-running",
    message: expect.stringMatching(
      `still has kafka \\(process ${String(record.processes.kafka.pid)}\\).*Kafka is on port 9092, Flink's UI on port 8081`,
    ),
  });
});

test("a start is refused while another process is starting the cluster", async () => {
  const folder = temporaryFolder();
  const other = await sleeper(folder);
  writeFileSync(join(folder, "lock"), JSON.stringify(other.identity));

  await expect(startInBackground(folder, {})).rejects.toMatchObject({
    code: "already-running",
    message: expect.stringContaining(
      `Process ${String(other.identity.pid)} is starting or stopping the cluster`,
    ),
  });
});

test("there is nothing to attach to without a record, or when every process is gone", async () => {
  const { folder } = await clusterFolder();
  await Promise.all(started.map((process) => process.kill()));
  const artifacts = join(folder, "jars");
  mkdirSync(artifacts);
  writeFileSync(join(artifacts, "artifacts.json"), JSON.stringify({ flink: [], kafka: [] }));

  expect(() => attach(temporaryFolder())).toThrow(/\[not-running\] No cluster runs from/);
  expect(() => attach(folder)).toThrow(/\[not-running\] No cluster runs from/);
});

test("a record of another version is not guessed at", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "cluster.json"), JSON.stringify({ version: 0, processes: {} }));

  expect(() => readRecord(folder)).toThrow(/written by another version of statefun-dev/);
});

test("stopping leaves no lock behind", async () => {
  const { folder } = await clusterFolder();

  await stopBackground(folder);

  expect(existsSync(join(folder, "lock"))).toBe(false);
});
