import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { apis } from "../../../../../dev/runtime/kafka/client/apis.js";
import { batchHead } from "../../../../../dev/runtime/kafka/client/batch-head.js";
import { compressions } from "../../../../../dev/runtime/kafka/client/compression.js";
import { crc32c } from "../../../../../dev/runtime/kafka/client/crc32c.js";
import { WireReader } from "../../../../../dev/runtime/kafka/client/wire-reader.js";
import { WireWriter } from "../../../../../dev/runtime/kafka/client/wire-writer.js";
import { anonymous, writeBatch } from "../../../../../dev/runtime/kafka/client/write-batch.js";

/** How long a fetch that finds nothing is held: short, so that tests need not wait. */
const holdMillis = 20;

interface Broker {
  server: Server;
  readonly port: number;
  readonly sockets: Set<Socket>;
}

/**
 * Brokers that speak as much of Kafka's protocol as reading needs. They have one topic, `orders`: each of them leads the
 * partition of its own number, whose records have the key `k`.
 */
export class ScriptedBrokers {
  readonly logs: string[][];
  /** The offset behind what may be read by those who read what is committed; the end unless given. */
  committedEnd: number | undefined;
  /** How many records a batch of an answer has at most. */
  batchLength = Infinity;
  /** How many more batches say that they have one record more than they have, their checksum being right. */
  miscounted = 0;
  /** A partition that no broker leads, as while all that have it are away. */
  leaderless: number | undefined;
  /** The offsets that a group has committed, by partition. */
  readonly committed = new Map<number, number>();
  readonly #brokers: Broker[] = [];

  private constructor(count: number) {
    this.logs = Array.from({ length: count }, () => []);
  }

  static async start(count = 1): Promise<ScriptedBrokers> {
    const brokers = new ScriptedBrokers(count);
    for (let number = 0; number < count; number += 1) {
      const sockets = new Set<Socket>();
      const server = await brokers.#listen(number, 0, sockets);
      brokers.#brokers.push({ server, port: (server.address() as AddressInfo).port, sockets });
    }
    return brokers;
  }

  /** `host:port` of all of them. */
  get address(): string {
    return this.#brokers.map(({ port }) => `127.0.0.1:${String(port)}`).join(",");
  }

  /** Connections that are open, over all brokers. */
  get connections(): number {
    return this.#brokers.reduce((sum, { sockets }) => sum + sockets.size, 0);
  }

  /** Ends one of them, as a crash does; what it holds stays. */
  async stop(number = 0): Promise<void> {
    const { server, sockets } = this.#brokers[number] as Broker;
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  /** Starts one of them again, at its port. */
  async startAgain(number = 0): Promise<void> {
    const broker = this.#brokers[number] as Broker;
    broker.server = await this.#listen(number, broker.port, broker.sockets);
  }

  async close(): Promise<void> {
    for (let number = 0; number < this.#brokers.length; number += 1) await this.stop(number);
  }

  async #listen(number: number, port: number, sockets: Set<Socket>): Promise<Server> {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
      let held: Buffer = Buffer.alloc(0);
      socket.on("data", (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
          const end = 4 + held.readInt32BE(0);
          this.#answer(socket, number, new WireReader(held.subarray(4, end)));
          held = held.subarray(end);
        }
      });
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server;
  }

  #answer(socket: Socket, number: number, request: WireReader): void {
    const api = request.int16();
    request.int16(); // the version: that of the client's table
    const correlation = request.int32();
    request.text(); // the client's name
    const send = (body: WireWriter): void => {
      const bytes = new WireWriter().int32(correlation).raw(body.taken()).taken();
      if (!socket.destroyed) socket.write(new WireWriter().blob(bytes).taken());
    };
    switch (api) {
      case apis.apiVersions.key:
        send(versions());
        break;
      case apis.metadata.key:
        send(this.#metadata());
        break;
      case apis.listOffsets.key:
        send(this.#offsets(request));
        break;
      case apis.fetch.key:
        this.#fetch(number, request, send);
        break;
      case apis.findCoordinator.key:
        send(this.#coordinator(number));
        break;
      case apis.offsetCommit.key:
        send(this.#commit(request));
        break;
      default:
        socket.destroy();
    }
  }

  #metadata(): WireWriter {
    const body = new WireWriter().int32(0);
    body.list(this.#brokers, ({ port }) => {
      const number = this.#brokers.findIndex((broker) => broker.port === port);
      body.int32(number).text("127.0.0.1").int32(port).maybeText(undefined);
    });
    body.maybeText(undefined).int32(0);
    return body.list(["orders"], (topic) => {
      body.int16(0).text(topic).bool(false);
      body.list([...this.logs.keys()], (partition) => {
        const leader = partition === this.leaderless ? -1 : partition;
        body.int16(0).int32(partition).int32(leader).list([], nothing).list([], nothing);
      });
    });
  }

  #coordinator(number: number): WireWriter {
    const { port } = this.#brokers[number] as Broker;
    return new WireWriter().int32(0).int16(0).text("").int32(number).text("127.0.0.1").int32(port);
  }

  #commit(request: WireReader): WireWriter {
    request.text(); // the group
    request.int32();
    request.text(); // the member
    const partitions = request.list(() => {
      request.text();
      return request.list(() => {
        const partition = request.int32();
        this.committed.set(partition, request.int64());
        request.text();
        return partition;
      });
    });
    const body = new WireWriter().int32(0);
    return body.list(["orders"], (topic) => {
      body.text(topic).list(partitions.flat(), (partition) => {
        body.int32(partition).int16(0);
      });
    });
  }

  /** What is asked for is in the order of the partitions' numbers. */
  #offsets(request: WireReader): WireWriter {
    request.int32(); // the replica
    request.int8(); // the isolation
    const asked = request.list(() => {
      request.text();
      return request.list(() => ({ partition: request.int32(), time: request.int64() }));
    });
    const body = new WireWriter().int32(0);
    return body.list(["orders"], (topic) => {
      body.text(topic).list(asked.flat(), ({ partition, time }) => {
        const offset = time === -2 ? 0 : (this.logs[partition]?.length ?? 0);
        body.int32(partition).int16(0).int64(-1).int64(offset);
      });
    });
  }

  #fetch(number: number, request: WireReader, send: (body: WireWriter) => void): void {
    request.skip(4 + 4 + 4 + 4 + 1 + 4 + 4); // the replica, limits, the isolation, the session
    const [from = 0] = request.list(() => {
      request.text();
      const [offset = 0] = request.list(() => {
        request.skip(4 + 4); // the partition, the epoch of its leader
        const asked = request.int64();
        request.skip(8 + 4);
        return asked;
      });
      return offset;
    });
    const answer = (): void => {
      const log = this.logs[number] ?? [];
      const end = log.length;
      const body = new WireWriter().int32(0).int16(0).int32(0);
      body.list(["orders"], (topic) => {
        body.text(topic).list([number], (partition) => {
          body.int32(partition).int16(0).int64(end);
          body
            .int64(this.committedEnd ?? end)
            .int64(0)
            .list([], nothing);
          body.blob(this.#batches(log.slice(0, this.committedEnd), from));
        });
      });
      send(body);
    };
    if (from < (this.committedEnd ?? this.logs[number]?.length ?? 0)) answer();
    else setTimeout(answer, holdMillis);
  }

  #batches(log: readonly string[], from: number): Buffer {
    const batches: Buffer[] = [];
    for (let start = from; start < log.length; start += this.batchLength) {
      const surplus = this.miscounted > 0 ? 1 : 0;
      this.miscounted -= surplus;
      batches.push(batchFrom(log.slice(start, start + this.batchLength), start, surplus));
    }
    return Buffer.concat(batches);
  }
}

function nothing(): void {
  // lists that are empty
}

function versions(): WireWriter {
  const body = new WireWriter().int16(0);
  return body.list(Object.values(apis), ({ key, version }) => {
    body.int16(key).int16(version).int16(version);
  });
}

/** A batch as a broker keeps it; `surplus` is added to the number of records that it says it has. */
function batchFrom(values: readonly string[], from: number, surplus: number): Buffer {
  const records = values.map((value) => ({
    topic: "orders",
    key: Buffer.from("k"),
    value: Buffer.from(value),
  }));
  const bytes = writeBatch(records, anonymous, compressions.none, 1);
  bytes.writeBigInt64BE(BigInt(from), batchHead.baseOffset);
  bytes.writeInt32BE(values.length + surplus, batchHead.recordCount);
  bytes.writeUInt32BE(crc32c(bytes, batchHead.attributes), batchHead.checksum);
  return bytes;
}
