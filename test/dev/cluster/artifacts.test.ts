import { expect, test } from "@jest/globals";
import { classPathProject, parentProject, versions, wantedJars } from "../../../dev/cluster/artifacts.js";

test("Flink gets neither a second copy of what StateFun's jar holds nor a second logging backend", () => {
  const files = [
    "statefun-flink-distribution-3.3.0.jar",
    "statefun-flink-core-3.3.0.jar",
    "statefun-sdk-protos-3.3.0.jar",
    "flink-connector-base-1.16.2.jar",
    "flink-connector-kafka-1.16.2.jar",
    "flink-connector-kinesis-1.16.2.jar",
    "flink-shaded-jackson-2.12.4-15.0.jar",
    "flink-shaded-guava-30.1.1-jre-15.0.jar",
    "kafka-clients-3.2.3.jar",
    "protobuf-java-3.7.1.jar",
    "guava-29.0-jre.jar",
    "okhttp-3.14.6.jar",
    "okio-1.17.2.jar",
    "junixsocket-common-2.3.2.jar",
    "joda-time-2.5.jar",
    "icu4j-67.1.jar",
    "jackson-databind-2.13.4.2.jar",
    "slf4j-log4j12-1.7.32.jar",
    "log4j-1.2.17.jar",
    "slf4j-simple-1.7.36.jar",
  ];

  expect(wantedJars("flink", files)).toEqual([
    "flink-connector-base-1.16.2.jar",
    "flink-shaded-guava-30.1.1-jre-15.0.jar",
    "flink-shaded-jackson-2.12.4-15.0.jar",
    "slf4j-simple-1.7.36.jar",
    "statefun-flink-distribution-3.3.0.jar",
  ]);
});

test("Kafka gets every jar, and nothing that is no jar", () => {
  expect(wantedJars("kafka", ["kafka-clients-4.1.0.jar", "jackson-core-2.19.0.jar", "notes.txt"])).toEqual([
    "jackson-core-2.19.0.jar",
    "kafka-clients-4.1.0.jar",
  ]);
});

test("StateFun's fat jar is fetched without what it declares, Flink and Kafka with it", () => {
  const [statefun = "", ...others] = classPathProject("flink").split("</dependency>");

  expect(statefun).toContain(`<version>${versions.statefun}</version>`);
  expect(statefun).toContain("<groupId>*</groupId><artifactId>*</artifactId>");
  expect(others.join("")).not.toContain("<exclusion>");
  expect(classPathProject("kafka")).not.toContain("<exclusion>");
});

test("one run of Maven covers both class paths", () => {
  expect(parentProject()).toMatch(/<module>flink<\/module>\s*<module>kafka<\/module>/);
});
