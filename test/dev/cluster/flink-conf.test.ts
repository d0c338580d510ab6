import { expect, test } from "@jest/globals";
import { flinkConf, workerMemoryArguments } from "../../../dev/cluster/flink-conf.js";

const settings = { directory: "/data/flink", restPort: 8081, jobmanagerPort: 6123, slots: 2, conf: {} };

test("everything Flink listens on is on the loopback address, at the ports it was given", () => {
  const lines = flinkConf(settings).trim().split("\n");

  const addresses = lines.filter((line) => /(host|address): /.test(line));
  expect(addresses).toHaveLength(6);
  expect(addresses.filter((line) => !line.endsWith(": 127.0.0.1"))).toEqual([]);
  expect(lines).toContain("rest.port: 8081");
  expect(lines).toContain("jobmanager.rpc.port: 6123");
});

test("everything Flink writes is below its folder", () => {
  const conf = flinkConf(settings);

  expect(conf).toContain("io.tmp.dirs: /data/flink/tmp\n");
  expect(conf).toContain("state.checkpoints.dir: file:///data/flink/checkpoints\n");
  expect(conf).toContain("state.savepoints.dir: file:///data/flink/savepoints\n");
});

test("an entry the user gives wins, and stands there once", () => {
  const conf = flinkConf({ ...settings, conf: { "execution.checkpointing.interval": "10s" } });

  expect(conf.match(/^execution\.checkpointing\.interval: .*$/gm)).toEqual([
    "execution.checkpointing.interval: 10s",
  ]);
});

test("the worker's memory is given as pairs of -D and key=value", () => {
  expect(workerMemoryArguments).toContain("taskmanager.memory.task.heap.size=402653184b");
  expect(workerMemoryArguments.filter((_, index) => index % 2 === 0)).toEqual(Array(11).fill("-D"));
});
