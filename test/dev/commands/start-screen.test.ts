import { describe, expect, test } from "@jest/globals";
import { plain } from "../../../dev/commands/style.js";
import { readCommand, startScreen, type StartScreen } from "../../../dev/commands/start-screen.js";

const screen: StartScreen = {
  version: "0.1.0",
  files: ["greeter.ts"],
  functions: [
    { typename: "example/greeter", accepts: ["example/Greet"], storage: [] },
    { typename: "example/person", accepts: ["example/Hello"], storage: ["visits"] },
    { typename: "example/any", accepts: [], storage: [] },
  ],
  endpoints: [{ id: "shop/*", description: "http://127.0.0.1:8000/{function.name}" }],
  ingresses: [{ id: "statefun/http", description: "POST http://127.0.0.1:8090/<namespace>/<name>/<id>" }],
  readable: "example/greetings",
  egresses: [{ id: "example/greetings", description: "the last 10000 records, in memory" }],
  takesAnyEgress: true,
  dataFolder: ".statefun/dev",
  resumed: false,
  sync: false,
  api: "http://127.0.0.1:8092",
  watching: true,
  httpIngress: "http://127.0.0.1:8090",
  firstMessage: {
    complete: true,
    command: `curl http://127.0.0.1:8090/example/person/Ada -d '{"name":"Ada"}'`,
  },
  warnings: ["document 2: spec.transports is not known; did you mean transport?"],
  startMillis: 512,
};

describe("the start screen", () => {
  test("names functions, endpoints, ingresses, egresses, the data folder, the API and what to do first", () => {
    expect(startScreen(screen, plain).join("\n")).toBe(`statefun dev 0.1.0, ready in 0.5 s

Functions  example/greeter    accepts example/Greet
           example/person     accepts example/Hello; keeps visits
           example/any        accepts any message
Endpoints  shop/*             http://127.0.0.1:8000/{function.name}
Ingresses  statefun/http      POST http://127.0.0.1:8090/<namespace>/<name>/<id>
Egresses   example/greetings  the last 10000 records, in memory
           any other          kept in memory, to be read over HTTP
Data       .statefun/dev (new; survives a crash of the process; --sync for power loss, too)
API        http://127.0.0.1:8092
Watching   greeter.ts
Warning  document 2: spec.transports is not known; did you mean transport?

Send a message:

  curl http://127.0.0.1:8090/example/person/Ada -d '{"name":"Ada"}'

Read what comes out:

  curl 'http://127.0.0.1:8090/egress/example/greetings?wait=10s'

Ctrl-C ends it; state is kept.`);
  });

  test("says that nothing is kept of what is in memory", () => {
    const text = startScreen({ ...screen, dataFolder: undefined }, plain).join("\n");

    expect(text).toContain("Data       in memory: nothing is left at the end");
    expect(text).toMatch(/\nCtrl-C ends it\.$/);
  });

  test("says that a store goes on, and that it is synced", () => {
    const text = startScreen({ ...screen, resumed: true, sync: true }, plain).join("\n");

    expect(text).toContain("(goes on where it ended; survives power loss)");
  });

  test("shows how to send where no function is known", () => {
    const text = startScreen({ ...screen, functions: [], firstMessage: undefined }, plain).join("\n");

    expect(text).toContain("curl http://127.0.0.1:8090/<namespace>/<name>/<id> -d '…'");
  });

  test("proposes nothing to send where nothing listens", () => {
    expect(startScreen({ ...screen, httpIngress: undefined }, plain).join("\n")).not.toContain("curl");
  });

  test("cannot be drawn over by the names that it shows", () => {
    const egresses = [{ id: "a/\u001b[2J", description: "\r" }];

    const text = startScreen({ ...screen, egresses, firstMessage: undefined }, plain).join("\n");

    expect(text).toContain("a/\\u001b[2J");
    expect(["\u001b", "\r"].filter((character) => text.includes(character))).toEqual([]);
  });
});

test("the line that reads an egress is quoted for a shell", () => {
  expect(readCommand("http://127.0.0.1:1", "a/it's")).toBe(
    `curl 'http://127.0.0.1:1/egress/a/it'\\''s?wait=10s'`,
  );
});
