import { Command } from "commander";
import { clusterCancel } from "./cluster-cancel.js";
import { clusterDown } from "./cluster-down.js";
import { clusterLogs } from "./cluster-logs.js";
import { clusterRun } from "./cluster-run.js";
import { clusterStatus } from "./cluster-status.js";
import { clusterUp } from "./cluster-up.js";

/** `statefun cluster`: a real Flink StateFun cluster and Kafka, as processes of this machine. */
export function cluster(): Command {
  return new Command("cluster")
    .description("a real Flink StateFun cluster and Kafka, as processes of this machine")
    .addCommand(clusterUp())
    .addCommand(clusterStatus())
    .addCommand(clusterRun())
    .addCommand(clusterCancel())
    .addCommand(clusterLogs())
    .addCommand(clusterDown());
}
