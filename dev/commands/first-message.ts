import type { AnyStatefulFunction } from "statefun";
import { exampleMessage } from "./example-message.js";
import type { ExampleMessage } from "./example-message.js";

/** What the start screen proposes to send first. */
export interface FirstMessage {
  /** A line for a POSIX shell that works as it stands. */
  readonly command: string;
  /** False if no example was found for any function: the body has to be filled in. */
  readonly complete: boolean;
  /** The typename of the function it goes to. */
  readonly typename: string;
}

/** The id of the address: the same name that examples of texts have. */
const id = "Ada";

/**
 * A `curl` line that sends a message to one of `functions` through an HTTP ingress: to one that keeps state if there
 * is an example of what it accepts, else to any that has one, else with a body to be filled in.
 *
 * @param ingress - the URL of the ingress, without a path
 * @returns `undefined` if there are no functions
 */
export function firstMessage(
  functions: readonly AnyStatefulFunction[],
  ingress: string,
): FirstMessage | undefined {
  const keepsState = (one: AnyStatefulFunction): boolean => Object.keys(one.storage).length > 0;
  const sorted = [...functions.filter(keepsState), ...functions.filter((one) => !keepsState(one))];
  for (const candidate of sorted) {
    for (const type of candidate.accepts) {
      const message = exampleMessage(type);
      if (message === undefined) continue;
      const { typename } = candidate;
      const named = candidate.accepts.length > 1;
      return { typename, complete: true, command: curl({ ingress, typename, named }, message) };
    }
  }
  const [first] = sorted;
  if (first === undefined) return undefined;
  const { typename } = first;
  const accepted = first.accepts[0]?.typename ?? "<type>";
  const url = shellWord(`${ingress}/${typename}/${id}`);
  const header = shellWord(`Statefun-Typename: ${accepted}`);
  return {
    typename,
    complete: false,
    command: `curl ${url} -H ${header} --data-binary @message.bin`,
  };
}

function curl(
  { ingress, typename, named }: { ingress: string; typename: string; named: boolean },
  { typename: messageType, text }: ExampleMessage,
): string {
  const url = shellWord(`${ingress}/${typename}/${id}`);
  const header = named ? ` -H ${shellWord(`Statefun-Typename: ${messageType}`)}` : "";
  return `curl ${url}${header} -d ${shellWord(text)}`;
}

/** `text` as one word of a POSIX shell: as it is if no character of it means anything there. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
