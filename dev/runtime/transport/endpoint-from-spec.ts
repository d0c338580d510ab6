import type { EndpointSpec } from "../../module/module.js";
import type { Clock } from "../clock.js";
import { RuntimeError } from "../runtime-error.js";
import { typenameOf } from "../address.js";
import { asyncTransport } from "./async.js";
import { endpointUrl } from "./endpoint-url.js";
import type { HttpContext } from "./http-context.js";
import { OkhttpConnections } from "./okhttp-connections.js";
import { okhttpTransport } from "./okhttp.js";
import type { AttemptListener, Endpoint } from "./transport.js";

/** What endpoints of a module need to be called. */
export interface HttpOptions {
  readonly clock: Clock;
  readonly listener?: AttemptListener | undefined;
  /** A number from 0 to 1, by chance; `Math.random` if left out. */
  readonly random?: (() => number) | undefined;
  /** Where to connect instead: from `host:port`, as the module names it, to `host:port`. Heads keep the former. */
  readonly addressMap?: ReadonlyMap<string, string> | undefined;
}

/** The endpoints of a module. Those of the okhttp transport share their connections, as in a cluster. */
export function endpointsFromSpecs(specs: readonly EndpointSpec[], options: HttpOptions): Endpoint[] {
  const { clock, listener, random = Math.random, addressMap = new Map<string, string>() } = options;
  const context: HttpContext = { clock, listener, random, addressMap };
  const connections = new OkhttpConnections(context);
  return specs.map((spec) => endpoint(spec, context, connections));
}

/** One endpoint of a module, which shares connections with no other. */
export function endpointFromSpec(spec: EndpointSpec, options: HttpOptions): Endpoint {
  const [only] = endpointsFromSpecs([spec], options) as [Endpoint];
  return only;
}

function endpoint(spec: EndpointSpec, context: HttpContext, connections: OkhttpConnections): Endpoint {
  const { functions, urlPathTemplate, maxNumBatchRequests } = spec;
  return {
    functions,
    maxNumBatchRequests,
    description: urlPathTemplate,
    transportFor(type) {
      const url = endpointUrl(urlPathTemplate, type);
      const { type: kind, properties } = spec.transport;
      try {
        return kind === "async"
          ? asyncTransport(url, properties, context)
          : okhttpTransport(url, properties, context, connections);
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        const where = `the endpoint of ${functions.namespace}/${functions.name ?? "*"} cannot call ${typenameOf(type)}`;
        throw new RuntimeError(error.code, `${where}: ${error.message.replace(/^\[[a-z-]+\] /, "")}`, {
          cause: error.cause,
        });
      }
    },
  };
}
