// The subpaths whose optional peers are loaded: compiled and run by scripts/pack-and-use.ts once these are installed.
import { trace, type Tracer } from "@opentelemetry/api";
import { Registry } from "prom-client";
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { opentelemetry } from "statefun/opentelemetry";
import { prometheus, type PrometheusObserver } from "statefun/prometheus";
import { io } from "statefun/proto";

const greeter = statefulFunction(functionType("consumer/greeter", [types.string]), {
  on: { [types.string.typename]: () => undefined },
});
const metrics: PrometheusObserver = prometheus({ registry: new Registry() });
const names: string[] = [];
const tracer: Tracer = {
  startSpan(name, options, context) {
    names.push(name);
    return trace.getTracer("none").startSpan(name, options, context);
  },
  startActiveSpan: () => {
    throw new Error("not used");
  },
};
const tracing = opentelemetry({ tracerProvider: { getTracer: () => tracer } });
const functions = requestReplyHandler([greeter], { observe: [metrics, tracing] });

async function main(): Promise<void> {
  const invocation = {
    target: { namespace: "consumer", type: "greeter", id: "Bob" },
    invocations: [{ argument: { typename: types.string.typename, hasValue: true } }],
  };
  await functions.handle(io.statefun.sdk.reqreply.ToFunction.encode({ invocation }).finish());
  const text = await metrics.metrics();

  console.log(
    JSON.stringify({
      counted: text.includes('statefun_invocations_total{typename="consumer/greeter"} 1'),
      spans: names.length,
      traced: names.includes("process consumer/greeter"),
    }),
  );
}

void main();
