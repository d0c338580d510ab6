import { expect, test } from "@jest/globals";
import { findJava, javaVersion, minimumJava } from "../../../dev/cluster/java.js";
import { fakeTools } from "../fake-tools.js";
import { temporaryFolder } from "../temporary-folder.js";

test.each([
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
  ['java version "1.8.0_402"', 8],
  ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21" 2023-09-19', 21],
  ["something else", undefined],
])("the feature release is read from what java -version prints: %j", (text, version) => {
  expect(javaVersion(text)).toBe(version);
});

test("the Java of PATH is found when JAVA_HOME is not set", async () => {
  const { env } = fakeTools(temporaryFolder(), { javaVersion: "21.0.2" });

  await expect(findJava(env)).resolves.toEqual({ command: "java", version: 21 });
});

test("without any Java the error says what to install", async () => {
  const nowhere = { PATH: temporaryFolder() };

  await expect(findJava(nowhere)).rejects.toMatchObject({
    code: "java-missing",
    message: expect.stringMatching(/No working Java was found in PATH.*install a JDK/),
  });
});

test("a JAVA_HOME that leads nowhere is named, although PATH has a Java", async () => {
  const { env } = fakeTools(temporaryFolder());

  await expect(findJava({ ...env, JAVA_HOME: "/no/such/jdk" })).rejects.toMatchObject({
    code: "java-missing",
    message: expect.stringContaining("/no/such/jdk/bin/java (JAVA_HOME says so)"),
  });
});

test("a Java that is too old is refused with its version and the one needed", async () => {
  const { env } = fakeTools(temporaryFolder(), { javaVersion: "11.0.22" });

  await expect(findJava(env)).rejects.toMatchObject({
    code: "java-missing",
    message: expect.stringMatching(
      new RegExp(`version 11, which is too old.*Java ${String(minimumJava)} or newer`),
    ),
  });
});
