import type { AnyStatefulFunction } from "statefun";
import { exampleMessage } from "./example-message.js";

/** What is proposed to be sent first, as plain data that another process can be told. */
export interface ProposedMessage {
  /** The typename of the function it goes to. */
  readonly target: string;
  /** The typename of the message, where the ingress cannot know it by itself. */
  readonly messageType: string | undefined;
  /** The message as people write it; `undefined` if no example was found and it has to be filled in. */
  readonly text: string | undefined;
}

/** A {@link ProposedMessage} as a command. */
export interface FirstMessage {
  /** A line for a POSIX shell that works as it stands. */
  readonly command: string;
  /** False if no example was found for any function: the body has to be filled in. */
  readonly complete: boolean;
}

/** The id of the address: the same name that examples of texts have. */
const id = "Ada";

/**
 * A message for one of `functions`: for one that keeps state if there is an example of what it accepts, else for any
 * that has one, else one to be filled in.
 *
 * @returns `undefined` if there are no functions
 */
export function proposedMessage(functions: readonly AnyStatefulFunction[]): ProposedMessage | undefined {
  const keepsState = (one: AnyStatefulFunction): boolean => Object.keys(one.storage).length > 0;
  const sorted = [...functions.filter(keepsState), ...functions.filter((one) => !keepsState(one))];
  for (const { typename: target, accepts } of sorted) {
    for (const type of accepts) {
      const message = exampleMessage(type);
      if (message === undefined) continue;
      return { target, messageType: accepts.length > 1 ? message.typename : undefined, text: message.text };
    }
  }
  const [first] = sorted;
  if (first === undefined) return undefined;
  const [type] = first.accepts;
  return { target: first.typename, messageType: type?.typename ?? "<namespace>/<name>", text: undefined };
}

/** The `curl` line that sends a message through the HTTP ingress at the URL `ingress`. */
export function firstMessage({ target, messageType, text }: ProposedMessage, ingress: string): FirstMessage {
  const url = shellWord(`${ingress}/${target}/${id}`);
  const header = messageType === undefined ? "" : ` -H ${shellWord(`Statefun-Typename: ${messageType}`)}`;
  const body = text === undefined ? "--data-binary @message.bin" : `-d ${shellWord(text)}`;
  return { complete: text !== undefined, command: `curl ${url}${header} ${body}` };
}

/** `text` as one word of a POSIX shell: as it is if no character of it means anything there. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
