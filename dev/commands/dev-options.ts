import { Command, InvalidArgumentError, Option } from "commander";
import { collect, port } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** The options of `statefun dev` as commander has them. */
export interface DevOptions {
  readonly data?: string;
  readonly memory?: true;
  readonly sync?: true;
  readonly watch?: true;
  readonly port?: number;
  readonly apiPort?: number;
  readonly host: string;
  readonly token?: string;
  readonly env?: true;
  readonly map?: readonly string[];
  readonly onFatal: "stop" | "quarantine";
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly webhook?: readonly string[];
  readonly print?: true;
  readonly json?: true;
}

/** `dev` with its arguments and options. */
export function devCommand(): Command {
  return new Command("dev")
    .description("run a module, functions of files, or both, on this machine")
    .argument("[files...]", "module.yaml, and files that export functions (TypeScript or JavaScript)")
    .option("-d, --data <folder>", "where state is kept (default: .statefun/dev beside the first file)")
    .addOption(
      new Option("--memory", "keep everything in memory, and nothing at the end").conflicts(["data", "sync"]),
    )
    .option("--sync", "make commits survive power loss, and not only the end of the process")
    .option("-w, --watch", "load module and functions again when one of their files changes; state stays")
    .option(
      "-p, --port <port>",
      "take messages over HTTP at this port; 0 for a free one (default: 8090)",
      port,
    )
    .option("--api-port <port>", "the port of the JSON API; 0 for a free one (default: 8092)", port)
    .option("--host <host>", "where both listen; beyond this machine the API wants a token", "127.0.0.1")
    .addOption(
      new Option(
        "--token <token>",
        "what the API wants to be shown (default: chosen, where it wants one)",
      ).env("STATEFUN_TOKEN"),
    )
    .option("--env", "replace ${NAME} in the module by environment variables, which a cluster would not do")
    .option(
      "--map <from=to>",
      "connect to another host:port than the module says, e.g. functions:8000=127.0.0.1:8000, or kafka:9092=@kafka for the Kafka of statefun cluster; repeatable",
      collect,
    )
    .addOption(
      new Option("--on-fatal <what>", "stop everything and start again, or set the one address aside")
        .choices(["stop", "quarantine"])
        .default("stop"),
    )
    .option("--input <file>", "take messages from a file, one JSON object a line; repeatable", collect)
    .option(
      "--output <egress=file>",
      "append the records of an egress to a file, as lines of JSON; repeatable",
      output,
    )
    .option(
      "--webhook <egress=url>",
      "post the records of an egress to a URL, one by one, as JSON; repeatable",
      webhook,
    )
    .option("--print", "print egress records as they leave")
    .option("--json", "write what happens as lines of JSON")
    .addHelpText("after", examples);
}

const examples = `
Examples:
  $ statefun dev functions.ts --watch
  $ statefun dev module.yaml --map functions:8000=127.0.0.1:8000 --map kafka:9092=@kafka
  $ statefun dev module.yaml functions.ts --input messages.ndjson --output example/greetings=greetings.ndjson`;

function output(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[^/=]+\/[^/=]+=./.test(text)) return collect(text, before);
  throw new InvalidArgumentError(
    "Write it as <namespace>/<name>=<file>, such as example/greetings=out.ndjson.",
  );
}

function webhook(text: string, before: readonly string[] = []): readonly string[] {
  const [, url = ""] = /^[^/=]+\/[^/=]+=(.+)$/.exec(text) ?? [];
  if (/^https?:/i.test(url) && URL.canParse(url)) return collect(text, before);
  throw new InvalidArgumentError(
    "Write it as <namespace>/<name>=<url>, such as example/greetings=https://example.com/hook.",
  );
}

/** The files of the command line, told apart. */
export interface DevFiles {
  readonly module: string | undefined;
  readonly functions: readonly string[];
}

/**
 * Tells module files from files of functions by their names.
 *
 * @param hasModuleFile - whether the working directory has a `module.yaml`, which is run if no file is given
 * @throws UsageError if there is nothing to run, or more than one module
 */
export function devFiles(files: readonly string[], hasModuleFile: boolean): DevFiles {
  const isModule = (file: string): boolean => /\.ya?ml$/i.test(file);
  const [module, another] = files.filter(isModule);
  if (another !== undefined) {
    throw new UsageError(
      `${String(module)} and ${another} are two modules: put them into one file, as YAML documents`,
    );
  }
  const functions = files.filter((file) => !isModule(file));
  for (const file of functions) {
    if (/\.[mc]?[jt]sx?$/i.test(file)) continue;
    throw new UsageError(`${file} is neither a module (.yaml) nor a file of functions (.ts, .js)`);
  }
  if (files.length > 0) return { module, functions };
  if (hasModuleFile) return { module: "module.yaml", functions };
  throw new UsageError(
    'there is no module.yaml here: name one, or files that export functions, as in "statefun dev functions.ts"',
  );
}
