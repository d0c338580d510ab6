export { startCluster } from "./cluster/start-cluster.js";
export type { Cluster, ClusterOptions, ModuleSource, RunOptions, TopicOptions } from "./cluster/cluster.js";
export type { Job, JobState, SavepointOptions } from "./cluster/job.js";
export type { AddressMap } from "./cluster/module-text.js";
export { ClusterError } from "./cluster/cluster-error.js";
export type { ClusterErrorCode } from "./cluster/cluster-error.js";
export { startDevRuntime, type DevRuntime, type DevRuntimeOptions } from "./runtime/dev-runtime.js";
export { RuntimeError, type RuntimeErrorCode, type RuntimeErrorContext } from "./runtime/runtime-error.js";
export { loadModule } from "./module/load-module.js";
export { readModule, type ReadModuleOptions } from "./module/read-module.js";
export { ModuleError, type ModuleProblem } from "./module/module-problem.js";
export {
  writeModule,
  type KafkaEgressOptions,
  type KafkaIngressOptions,
  type ModuleOptions,
  type Named,
  type PlaygroundEgressOptions,
  type PlaygroundIngressOptions,
  type TransportOptions,
} from "./module/write-module.js";
export type {
  EgressSpec,
  EndpointSpec,
  IngressSpec,
  KafkaEgressSpec,
  KafkaIngressSpec,
  Module,
  PlaygroundEgressSpec,
  PlaygroundIngressSpec,
  StartupPosition,
  TopicRoute,
  TransportSpec,
  TypeName,
} from "./module/module.js";
