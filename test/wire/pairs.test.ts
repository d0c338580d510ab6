import { beforeAll, describe, expect, test } from "@jest/globals";
import { answer, type AdapterRequest, type Answer } from "../../server-adapters/answer.js";
import { decode, decodeKafkaRecord } from "../support/decode.js";
import { fromHex, hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import type { Exchange, Recording } from "./recordings.js";
import { recordings } from "./recordings.js";
import { tolerances, tolerated } from "./tolerances.js";
import { twins, variants } from "./twins.js";

/** A recorded exchange with the answer of our twin. */
interface Pair {
  readonly exchange: Exchange;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

async function pairsOf({ sdk, exchanges }: Recording): Promise<Pair[]> {
  const handler = recordingHandler(twins(variants[sdk]));
  const pairs: Pair[] = [];
  for (const exchange of exchanges) {
    const ours = await handler.answer(fromHex(exchange.requestHex));
    pairs.push({ exchange, ours, theirs: fromHex(exchange.responseHex) });
  }
  return pairs;
}

const recorded: { readonly recording: Recording; readonly pairs: readonly Pair[] }[] = [];

beforeAll(async () => {
  for (const recording of recordings) recorded.push({ recording, pairs: await pairsOf(recording) });
});

describe("the recordings", () => {
  test("are those of four SDKs over two transports, and all 312 exchanges are replayed", () => {
    const replayed = recorded.map(({ recording, pairs }) => [recording.file, pairs.length]);

    expect(replayed).toEqual([
      ["go-async.json", 41],
      ["go-okhttp.json", 41],
      ["java-async.json", 41],
      ["java-okhttp.json", 41],
      ["js-async.json", 33],
      ["js-okhttp.json", 33],
      ["python-async.json", 41],
      ["python-okhttp.json", 41],
    ]);
  });

  test("reach every function, and every kind of answer and effect", () => {
    const functions = new Set<string>();
    const counts = {
      incomplete: 0,
      mutations: 0,
      deletions: 0,
      messages: 0,
      delayed: 0,
      egresses: 0,
      none: 0,
    };
    for (const { exchange, ours } of recorded.flatMap(({ pairs }) => pairs)) {
      const decoded = decode(ours);
      functions.add(exchange.target.split("/").slice(0, 2).join("/"));
      counts.incomplete += decoded.missing.length;
      counts.mutations += decoded.mutations.length;
      counts.deletions += decoded.mutations.filter(({ type }) => type === "DELETE").length;
      counts.messages += decoded.messages.length;
      counts.delayed += decoded.delayed.length;
      counts.egresses += decoded.egresses.length;
      counts.none += hex(ours) === "a20600" ? 1 : 0;
    }

    expect([...functions].sort()).toEqual([
      "greeter/greet",
      "greeter/person",
      "showcase/main",
      "showcase/mirror",
    ]);
    expect(counts).toEqual({
      incomplete: 76,
      mutations: 264,
      deletions: 24,
      messages: 464,
      delayed: 48,
      egresses: 100,
      none: 16,
    });
  });
});

describe("our twins answer every recorded request as the official SDK did", () => {
  test.each(recordings.map(({ file }, index) => [file, index] as const))("%s", (_, index) => {
    const { pairs = [] } = recorded[index] ?? {};

    const ours = pairs.map((pair) => ({ to: pair.exchange.target, ...tolerated(decode(pair.ours)) }));

    expect(ours).toEqual(
      pairs.map((pair) => ({ to: pair.exchange.target, ...tolerated(decode(pair.theirs)) })),
    );
  });

  test.each(tolerances)("$name, and some answer needs that", (tolerance) => {
    const others = tolerances.filter((other) => other !== tolerance);

    const differing = recorded
      .flatMap(({ pairs }) => pairs)
      .filter(
        ({ ours, theirs }) =>
          JSON.stringify(readable(tolerated(decode(ours), others))) !==
          JSON.stringify(readable(tolerated(decode(theirs), others))),
      );

    expect(differing).not.toHaveLength(0);
  });

  test("the official JavaScript SDK's answers are ours byte for byte, but for the place of the token", () => {
    const pairs = recorded.flatMap(({ recording, pairs: own }) => (recording.sdk === "js" ? own : []));

    const same = pairs.filter(({ ours, theirs }) => hex(ours) === hex(theirs));
    const others = pairs.filter((pair) => !same.includes(pair));

    expect(same).toHaveLength(62);
    expect(
      others.map(({ ours, theirs }) => [decode(ours).delayed.length, ours.length - theirs.length]),
    ).toEqual(others.map(() => [3, 0]));
  });

  test("the Kafka records of our answers are those that the cluster committed", () => {
    for (const { recording, pairs } of recorded) {
      const written = pairs.flatMap(({ ours }) =>
        decode(ours).egresses.map(({ argument }) => decodeKafkaRecord(fromHex(argument?.hex ?? ""))),
      );

      expect({ file: recording.file, egress: written.map(({ key, hex: value }) => [key, value]) }).toEqual({
        file: recording.file,
        egress: recording.egress.map(([key, value]) => [
          key ?? "",
          typeof value === "string" ? hex(Buffer.from(value)) : value.hex,
        ]),
      });
    }
  });
});

describe("the heads of both transports are accepted", () => {
  test.each(recordings.map((recording) => [recording.file, recording] as const))(
    "%s",
    async (_, recording) => {
      const handler = recordingHandler(twins(variants[recording.sdk]));
      const heads = recording.exchanges.filter(({ requestHead }) => requestHead !== undefined);

      const answers: Answer[] = [];
      for (const exchange of heads) answers.push(await answer(handler, requestOf(exchange)));

      expect(answers.map(({ status, headers }) => [status, headers["content-type"]])).toEqual([
        [200, "application/octet-stream"],
      ]);
      expect(handler.reports).toEqual([]);
    },
  );
});

/** A recorded request as an adapter would show it. */
function requestOf({ requestHead = [], requestHex }: Exchange): AdapterRequest {
  const [line = "", ...lines] = requestHead;
  const [method = "", path = ""] = line.split(" ");
  const headers = new Map(
    lines.map((text) => {
      const colon = text.indexOf(":");
      return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
    }),
  );
  return { method, path, header: (name) => headers.get(name), body: () => fromHex(requestHex) };
}

/** Bigints as text, which JSON cannot hold. */
function readable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part)),
  );
}
