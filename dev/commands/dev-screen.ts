import type { DevFiles } from "./dev-options.js";
import type { Session, SessionPlan } from "./dev-session.js";
import { firstMessage } from "./first-message.js";
import type { StartScreen } from "./start-screen.js";

/** What the start screen tells of a session that has just started. */
export function screenOf(
  { module, functions: files }: DevFiles,
  plan: SessionPlan,
  session: Session,
  { version, watching }: Pick<StartScreen, "version" | "watching">,
): StartScreen {
  const { functions, read } = plan;
  const { endpoints, ingresses, egresses } = session.running.view.status();
  const httpIngress = session.httpIngress?.url;
  const { proposed } = functions;
  return {
    version,
    files: [...(module === undefined ? [] : [module]), ...files],
    functions: functions.functions.map(({ typename, accepts, storage }) => ({
      typename,
      accepts,
      storage: storage.map(({ name }) => name),
    })),
    endpoints: endpoints
      .filter(({ description }) => description !== inProcess)
      .map(({ functions: { namespace, name }, description }) => ({
        id: `${namespace}/${name ?? "*"}`,
        description,
      })),
    ingresses: ingresses.map(({ id, description }) => ({ id, description })),
    egresses,
    readable: session.readable[0],
    takesAnyEgress: session.takesAnyEgress,
    dataFolder: plan.dataFolder,
    resumed: session.resumed,
    sync: plan.sync,
    api: session.api.url,
    apiToken: session.api.token,
    watching,
    httpIngress,
    firstMessage:
      httpIngress === undefined || proposed === undefined ? undefined : firstMessage(proposed, httpIngress),
    warnings: read?.module.warnings ?? [],
    startMillis: process.uptime() * 1000,
  };
}

/** How endpoints of this process describe themselves; the functions are listed by themselves. */
const inProcess = "in this process";
