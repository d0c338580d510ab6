import { launch } from "../../dev/cluster/start-cluster.js";
import { contestantNames, type ContestantName } from "./contestants.js";
import { runtimeFigure, type Goal, type RuntimeFigure } from "./figure.js";
import { cpuOverHttp, inProcess, overHttp } from "./goals.js";
import { greetingsTopic } from "./greeter.js";
import { kafkaRow, type Ground, type KafkaRow } from "./kafka-row.js";
import { FunctionProcess } from "./program.js";
import { addressCounts, type AddressCount, type Sizes } from "./sizes.js";
import { RowTable, shown } from "./table.js";

const titles = ["Kafka to Kafka", "records/s", "CPU µs", "its functions'", "p50 ms", "p99 ms"];

/** The greeter from Kafka to Kafka, exactly once: our runtime and Flink, on the same broker and the same records. */
export async function kafkaFigures(sizes: Sizes, print: (line: string) => void): Promise<RuntimeFigure[]> {
  const started = await launch({ slots: 1, onProgress: print });
  const functions = await FunctionProcess.start();
  try {
    const ground: Ground = { launch: started, functions, sizes };
    await started.cluster.createTopics([greetingsTopic]);
    const table = new RowTable(titles, print);
    const figures: RuntimeFigure[] = [];
    for (const addresses of addressCounts) {
      const rows = await rowsOf(ground, addresses, table);
      figures.push(...figuresOf(rows, addresses));
    }
    return figures;
  } finally {
    await functions.kill();
    await started.cluster.stop();
  }
}

type Rows = ReadonlyMap<ContestantName, KafkaRow>;

async function rowsOf(ground: Ground, addresses: AddressCount, table: RowTable): Promise<Rows> {
  const rows = new Map<ContestantName, KafkaRow>();
  for (const name of contestantNames) {
    const row = await kafkaRow(ground, name, addresses);
    rows.set(name, row);
    table.row([
      `${name}, ${addresses.toLocaleString("en")}`,
      shown(row.recordsPerSecond),
      shown(row.cpuMicrosPerRecord),
      shown(row.functionCpuMicrosPerRecord),
      shown(row.p50Millis),
      shown(row.p99Millis),
    ]);
  }
  return rows;
}

/** What is compared with Flink: the store that is the default, and functions over HTTP as Flink calls them. */
function figuresOf(rows: Rows, addresses: AddressCount): RuntimeFigure[] {
  const flink = rows.get("flink");
  const ours = rows.get("lmdb");
  const near = rows.get("in-process");
  if (flink === undefined || ours === undefined || near === undefined) return [];
  const isPromised = addresses !== 1;
  const promised = (goal: Goal): Goal | undefined => (isPromised ? goal : undefined);
  const speed = (row: KafkaRow): number => row.recordsPerSecond / flink.recordsPerSecond;
  const name = addresses.toString();
  return [
    runtimeFigure(
      `kafka-speed-${name}`,
      speed(ours),
      "times Flink's records/s",
      isPromised ? overHttp[addresses] : undefined,
    ),
    runtimeFigure(
      `kafka-cpu-${name}`,
      ours.cpuMicrosPerRecord / flink.cpuMicrosPerRecord,
      "of Flink's CPU a record",
      promised(cpuOverHttp),
    ),
    runtimeFigure(
      `kafka-in-process-speed-${name}`,
      speed(near),
      "times Flink's records/s",
      promised(inProcess),
    ),
  ];
}
