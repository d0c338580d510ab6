import type { IngressMessage } from "../../../../dev/runtime/ingress/ingress.js";
import { typedValueParts } from "../../../../dev/runtime/values/readable-value.js";

/** A message in one line: its address, its typename, and its bytes as Latin-1. */
export function admittedText({ target, id, argument }: IngressMessage): string {
  const { typename, bytes } = typedValueParts(argument);
  return `${target.namespace}/${target.name} ${id} ${typename} ${Buffer.from(bytes).toString("latin1")}`;
}
