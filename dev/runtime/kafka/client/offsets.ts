import type { Isolation, OffsetQuery, PartitionOffset, TopicPartition } from "../kafka-connection.js";
import { apis } from "./apis.js";
import type { Brokers } from "./brokers.js";
import { checkCode, KafkaFailure } from "./kafka-failure.js";
import type { WireReader } from "./wire-reader.js";
import { WireWriter } from "./wire-writer.js";

/** The times that stand for the ends of a partition. */
const latestTime = -1;
const earliestTime = -2;

/** Where no record is as young as a time, brokers answer with no offset. */
const noOffset = -1;

/** The offset at each partition's `query`; the latest one if nothing is as young as a time. */
export async function listOffsets(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  query: OffsetQuery,
  isolation: Isolation,
): Promise<readonly PartitionOffset[]> {
  const time = query === "latest" ? latestTime : query === "earliest" ? earliestTime : query.epochMillis;
  const found = await brokers.patiently(() => offsetsAt(brokers, partitions, time, isolation));
  const tooYoung = found.filter(({ offset }) => offset === noOffset);
  if (tooYoung.length === 0) return found;
  const ends = await brokers.patiently(() => offsetsAt(brokers, tooYoung, latestTime, isolation));
  return [...found.filter(({ offset }) => offset !== noOffset), ...ends];
}

async function offsetsAt(
  brokers: Brokers,
  partitions: readonly TopicPartition[],
  time: number,
  isolation: Isolation,
): Promise<readonly PartitionOffset[]> {
  const offsets: PartitionOffset[] = [];
  try {
    for (const [broker, part] of await brokers.byLeader(partitions)) {
      const body = new WireWriter().int32(-1).int8(isolation === "read-committed" ? 1 : 0);
      writeByTopic(body, part, ({ partition }) => {
        body.int32(partition).int64(time);
      });
      const answer = await brokers.ask(broker, "control", apis.listOffsets, body.taken());
      answer.int32(); // throttling
      readByTopic(answer, (topic) => {
        const partition = answer.int32();
        const code = answer.int16();
        checkCode(
          code,
          `${placeText(topic, partition)} at Kafka ${brokers.addresses} does not tell its offsets`,
        );
        answer.int64(); // the time of the record
        offsets.push({ topic, partition, offset: answer.int64() });
      });
    }
  } catch (error) {
    brokers.forget(partitions.map(({ topic }) => topic)); // another broker may lead them now
    throw error;
  }
  return offsets;
}

/** The offsets that a group has committed, once no transaction may change them any more. */
export function fetchCommitted(brokers: Brokers, group: string): Promise<readonly PartitionOffset[]> {
  return brokers.patiently(async () => {
    const coordinator = await brokers.coordinator("group", group);
    const body = new WireWriter()
      .compactText(group)
      .unsignedVarint(0) // null: all partitions
      .bool(true) // wait for transactions
      .noTags();
    const answer = await brokers.ask(coordinator, "control", apis.offsetFetch, body.taken());
    answer.int32(); // throttling
    const what = `Kafka at ${brokers.addresses} does not tell the offsets of group ${group}`;
    const offsets = answer.compactList(() => {
      const topic = answer.compactText();
      const partitions = answer.compactList(() => {
        const partition = answer.int32();
        const offset = answer.int64();
        answer.int32(); // the leader's epoch
        answer.compactText(); // metadata
        checkCode(answer.int16(), what);
        answer.tags();
        return { topic, partition, offset };
      });
      answer.tags();
      return partitions;
    });
    checkCode(answer.int16(), what);
    return offsets.flat().filter(({ offset }) => offset !== noOffset);
  });
}

/** Commits offsets of a group that has no members. */
export function commitOffsets(
  brokers: Brokers,
  group: string,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  return brokers.patiently(async () => {
    const coordinator = await brokers.coordinator("group", group);
    const body = new WireWriter().text(group).int32(-1).text(""); // no generation, no member
    writeByTopic(body, offsets, ({ partition, offset }) => {
      body.int32(partition).int64(offset).text("");
    });
    const answer = await brokers.ask(coordinator, "control", apis.offsetCommit, body.taken());
    answer.int32(); // throttling
    const codes: number[] = [];
    readByTopic(answer, () => {
      answer.int32(); // the partition
      codes.push(answer.int16());
    });
    const code = codes.find((each) => each !== 0);
    if (code === undefined) return;
    throw new KafkaFailure(`Kafka at ${brokers.addresses} does not take the offsets of group ${group}`, code);
  });
}

/** Writes partitions, the topics' names once each. */
export function writeByTopic<T extends TopicPartition>(
  body: WireWriter,
  partitions: readonly T[],
  write: (item: T) => void,
): void {
  const topics = new Map<string, T[]>();
  for (const each of partitions) {
    const part = topics.get(each.topic);
    if (part === undefined) topics.set(each.topic, [each]);
    else part.push(each);
  }
  body.list([...topics], ([topic, part]) => {
    body.text(topic).list(part, write);
  });
}

/** Reads partitions, the topics' names once each. */
export function readByTopic(answer: WireReader, read: (topic: string) => void): void {
  answer.list(() => {
    const topic = answer.text();
    answer.list(() => {
      read(topic);
    });
  });
}

/** A partition, for people. */
export function placeText(topic: string, partition: number): string {
  return `partition ${String(partition)} of topic ${topic}`;
}
