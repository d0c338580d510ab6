/**
 * Every version the cluster is made of. Changing one changes the cache folder's name, so a new set is fetched and
 * an old one stays usable.
 */
export const versions = {
  statefun: "3.3.0",
  /** The release StateFun 3.3.0 was built against. */
  flink: "1.16.2",
  kafka: "4.1.0",
  /** Both Flink and Kafka log through slf4j; this backend writes plain lines to standard error. */
  slf4j: "1.7.36",
  /** Copies what Maven resolved into a folder. */
  mavenDependencyPlugin: "3.8.1",
} as const;

interface Dependency {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  /** Takes the artifact alone, without what it declares. */
  readonly alone?: boolean;
}

const flinkModules = [
  "flink-runtime",
  "flink-runtime-web",
  "flink-clients",
  "flink-streaming-java",
  "flink-statebackend-rocksdb",
  "flink-connector-base",
];

const slf4j: Dependency = { group: "org.slf4j", artifact: "slf4j-simple", version: versions.slf4j };

/** The class paths we need; each is a Maven project of its own, because Flink and Kafka disagree on versions. */
export const classPaths = {
  flink: [
    // A fat jar. What it declares is inside it already; some of that twice on one class path breaks Flink.
    {
      group: "org.apache.flink",
      artifact: "statefun-flink-distribution",
      version: versions.statefun,
      alone: true,
    },
    ...flinkModules.map((artifact) => ({ group: "org.apache.flink", artifact, version: versions.flink })),
    slf4j,
  ],
  kafka: [{ group: "org.apache.kafka", artifact: "kafka_2.13", version: versions.kafka }, slf4j],
} as const satisfies Record<string, readonly Dependency[]>;

export type ClassPathName = keyof typeof classPaths;
export const classPathNames = Object.keys(classPaths) as readonly ClassPathName[];

export const statefunJar = `statefun-flink-distribution-${versions.statefun}.jar`;

/** Where the Maven projects put their jars, relative to the project. */
export const jarFolder = "jars";

/**
 * Jars that must not be on Flink's class path, by the start of their file name: classes the fat jar holds in the
 * versions StateFun was built with, and the logging backend that would compete with ours. Nothing we ask Maven for
 * brings them; another version of Flink might.
 */
const unwanted = [
  /^statefun-(?!flink-distribution-)/,
  /^flink-connector-(kafka|kinesis)-/,
  /^kafka-clients-/,
  /^protobuf-java-/,
  /^guava-/,
  /^(okhttp|okio)-/,
  /^junixsocket-/,
  /^(joda-time|icu4j)-/,
  /^jackson-/,
  /^(slf4j-log4j12|log4j)-/,
];

/** Which of these jar files Flink gets, in a fixed order. */
export function wantedJars(classPath: ClassPathName, files: readonly string[]): string[] {
  const jars = files.filter((file) => file.endsWith(".jar")).sort();
  return classPath === "flink"
    ? jars.filter((file) => !unwanted.some((pattern) => pattern.test(file)))
    : jars;
}

const projectHead = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>statefun-dev</groupId>
  <version>1</version>
`;

/** The project that holds the others, so that one run of Maven fetches everything. */
export function parentProject(): string {
  const modules = classPathNames.map((name) => `    <module>${name}</module>\n`).join("");
  return `${projectHead}  <artifactId>cluster</artifactId>
  <packaging>pom</packaging>
  <modules>
${modules}  </modules>
</project>
`;
}

/** A project that depends on exactly what belongs on one class path. */
export function classPathProject(name: ClassPathName): string {
  return `${projectHead}  <artifactId>${name}</artifactId>
  <dependencies>
${classPaths[name].map(dependencyElement).join("")}  </dependencies>
</project>
`;
}

function dependencyElement(dependency: Dependency): string {
  const exclusions =
    "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>";
  return `    <dependency>
      <groupId>${dependency.group}</groupId>
      <artifactId>${dependency.artifact}</artifactId>
      <version>${dependency.version}</version>${dependency.alone === true ? `\n      ${exclusions}` : ""}
    </dependency>
`;
}
