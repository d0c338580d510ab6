import type { KafkaConsumerSettings } from "../../../module/kafka-settings.js";
import type { Isolation, PartitionOffset } from "../kafka-connection.js";
import type { AbortedTransaction } from "./committed.js";
import type { WireReader } from "./wire-reader.js";
import { WireWriter } from "./wire-writer.js";

/** What a broker says of one partition that was asked for. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The offset behind its last record: its high watermark. */
  readonly end: number;
  /** The same for those who read what is committed: no transaction before it is open. */
  readonly committedEnd: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches; the last one may be cut off. */
  readonly bytes: Buffer;
}

type FetchLimits = Pick<
  KafkaConsumerSettings,
  "fetchMaxWaitMillis" | "fetchMinBytes" | "fetchMaxBytes" | "maxPartitionFetchBytes"
>;

/** A request for the records from `positions` on. */
export function fetchRequest(
  positions: readonly PartitionOffset[],
  isolation: Isolation,
  limits: FetchLimits,
): Buffer {
  const topics = new Map<string, PartitionOffset[]>();
  for (const position of positions) {
    const part = topics.get(position.topic);
    if (part === undefined) topics.set(position.topic, [position]);
    else part.push(position);
  }
  const body = new WireWriter()
    .int32(-1) // a client, not a replica
    .int32(limits.fetchMaxWaitMillis)
    .int32(limits.fetchMinBytes)
    .int32(limits.fetchMaxBytes)
    .int8(isolation === "read-committed" ? 1 : 0)
    .int32(0) // no session: each request says all
    .int32(-1);
  body.list([...topics], ([topic, part]) => {
    body.text(topic).list(part, ({ partition, offset }) => {
      body
        .int32(partition)
        .int32(-1) // any epoch of the leader
        .int64(offset)
        .int64(-1) // only replicas know the log's beginning
        .int32(limits.maxPartitionFetchBytes);
    });
  });
  return body.int32(0).taken(); // and nothing to leave out of a session
}

/** Reads the answer; `errorCode` is that of the whole request. */
export function readFetchAnswer(answer: WireReader): {
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
} {
  answer.int32(); // throttling
  const errorCode = answer.int16();
  answer.int32(); // the session
  const partitions = answer.list(() => {
    const topic = answer.text();
    return answer.list(() => readPartition(topic, answer));
  });
  return { errorCode, partitions: partitions.flat() };
}

function readPartition(topic: string, answer: WireReader): FetchedPartition {
  const partition = answer.int32();
  const errorCode = answer.int16();
  const end = answer.int64();
  const committedEnd = answer.int64();
  answer.int64(); // its beginning
  const aborted = answer.list(() => ({ producerId: answer.int64(), firstOffset: answer.int64() }));
  return { topic, partition, errorCode, end, committedEnd, aborted, bytes: answer.blob() };
}
