export { startCluster } from "./cluster/start-cluster.js";
export type { Cluster, ClusterOptions, ModuleSource, RunOptions, TopicOptions } from "./cluster/cluster.js";
export type { Job, JobState, SavepointOptions } from "./cluster/job.js";
export type { AddressMap } from "./cluster/module-text.js";
export { ClusterError } from "./cluster/cluster-error.js";
export type { ClusterErrorCode } from "./cluster/cluster-error.js";
export { startDevRuntime, type DevRuntime, type DevRuntimeOptions } from "./runtime/dev-runtime.js";
export { RuntimeError, type RuntimeErrorCode, type RuntimeErrorContext } from "./runtime/runtime-error.js";
