/**
 * `statefun/proto`: the messages of StateFun's wire contract as protobufjs's static classes, for those who build
 * tools. Functions never need them; see `proto/README.md`.
 */
export { io, type Long } from "./generated/statefun.js";
