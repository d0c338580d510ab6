import { expect, test } from "@jest/globals";
import { kafkaProperties } from "../../../dev/cluster/kafka.js";

test("one node is broker and controller, on the loopback address, with one copy of everything", () => {
  const properties = kafkaProperties({ directory: "/data/kafka", port: 9092, controllerPort: 9093 });

  expect(properties).toContain("listeners=CLIENTS://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093\n");
  expect(properties).toContain("controller.quorum.voters=1@127.0.0.1:9093\n");
  expect(properties).toContain("log.dirs=/data/kafka/data\n");
  expect(properties.match(/replication\.factor=(\d)/g)).toEqual([
    "replication.factor=1",
    "replication.factor=1",
  ]);
});
