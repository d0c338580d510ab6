import { Command, CommanderError } from "commander";
import { exitCodes } from "./exit-codes.js";
import { UsageError } from "./usage-error.js";

/** The commands, in the order in which help lists them. Only the one that is called is loaded. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import("./dev.js")).dev(),
  send: async () => (await import("./send.js")).send(),
  state: async () => (await import("./state.js")).state(),
  mailbox: async () => (await import("./mailbox.js")).mailbox(),
  delays: async () => (await import("./delays.js")).delays(),
  egress: async () => (await import("./egress.js")).egress(),
  trace: async () => (await import("./trace.js")).trace(),
  quarantine: async () => (await import("./quarantine.js")).quarantine(),
  export: async () => (await import("./export.js")).exportCommand(),
  import: async () => (await import("./import.js")).importCommand(),
  module: async () => (await import("./module.js")).module(),
  cluster: async () => (await import("./cluster.js")).cluster(),
};

/** The `statefun` command with its subcommand that `args` names, or with all of them for help. */
export async function program(args: readonly string[], version: string): Promise<Command> {
  const [named = ""] = args;
  const only = Object.hasOwn(commands, named) ? commands[named] : undefined;
  const loaded = await Promise.all(
    (only === undefined ? Object.values(commands) : [only]).map((load) => load()),
  );
  const whole = new Command("statefun")
    .description("Runs stateful functions on this machine, and looks into what runs.")
    .version(version);
  for (const command of loaded) whole.addCommand(command);
  for (const command of withDescendants(whole)) {
    command.exitOverride().showHelpAfterError("(add --help for what is possible)");
  }
  return whole;
}

function withDescendants(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

/**
 * Runs the command line to its end. Never rejects: what failed is on standard error.
 *
 * @param args - without the program's own name
 * @returns the code to exit with, one of {@link exitCodes}
 */
export async function run(args: readonly string[], version: string): Promise<number> {
  try {
    const whole = await program(args, version);
    await whole.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    process.stderr.write(`statefun: ${messageOf(error)}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

function messageOf(error: unknown): string {
  const { DEBUG } = process.env;
  const debugging = DEBUG !== undefined && DEBUG !== "";
  return error instanceof Error ? ((debugging ? error.stack : undefined) ?? error.message) : String(error);
}
