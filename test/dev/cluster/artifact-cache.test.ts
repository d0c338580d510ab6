import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { artifactDirectory, readArtifacts, resolveArtifacts } from "../../../dev/cluster/artifact-cache.js";
import type { MavenOptions } from "../../../dev/cluster/maven.js";
import { startGuard } from "../../../dev/cluster/guard.js";
import { eventually } from "../eventually.js";
import { createJars, fakeTools } from "../fake-tools.js";
import { temporaryFolder } from "../temporary-folder.js";

/** Where to put artifacts, and a Maven that counts its runs in a file. */
function cache(maven: string): {
  readonly directory: string;
  readonly options: MavenOptions;
  readonly runs: string;
} {
  const folder = temporaryFolder();
  const runs = join(folder, "runs");
  const { env } = fakeTools(folder, { maven: `echo run >> ${runs}\n${maven}` });
  const options = { guard: startGuard(), env, onProgress: () => undefined };
  return { directory: artifactDirectory(env), options, runs };
}

test("the first start fetches the jars, and the next one finds them", async () => {
  const { directory, options } = cache(createJars);
  const first = await resolveArtifacts(directory, options);

  const second = await resolveArtifacts(directory, { ...options, env: { PATH: "" } }); // no Maven, and none needed

  expect(second).toEqual(first);
  expect(first.classPath.flink.split(":").map((path) => basename(path))).toEqual([
    "flink-runtime-1.16.2.jar",
    "statefun-flink-distribution-3.3.0.jar",
  ]);
  expect(existsSync(first.statefunJar)).toBe(true);
});

test("two starts at once run Maven once", async () => {
  const { directory, options, runs } = cache(createJars);

  const [one, other] = await Promise.all([
    resolveArtifacts(directory, options),
    resolveArtifacts(directory, options),
  ]);

  expect(other).toEqual(one);
  expect(lineCount(runs)).toBe(1);
});

test("a download that was cut off is never taken for complete, and is cleared away by the next", async () => {
  const { directory, options, runs } = cache(`${createJars}\n[ -e go-on ] || exec sleep 600`);
  const interrupt = new AbortController();
  const cutOff = resolveArtifacts(directory, { ...options, signal: interrupt.signal });
  await eventually("Maven runs", () => existsSync(runs));
  interrupt.abort();
  await expect(cutOff).rejects.toMatchObject({ code: "interrupted" });
  expect(readArtifacts(directory)).toBeUndefined();

  const { env } = fakeTools(dirname(runs), { maven: createJars });
  await resolveArtifacts(directory, { ...options, env });

  expect(readdirSync(dirname(directory))).toEqual([basename(directory)]);
});

test.each([
  [
    "a jar is missing",
    (jar: string) => {
      rmSync(jar);
    },
  ],
  [
    "a jar has another size",
    (jar: string) => {
      writeFileSync(jar, "half");
    },
  ],
])("the jars are fetched again when %s", async (_, damage) => {
  const { directory, options } = cache(createJars);
  const { statefunJar } = await resolveArtifacts(directory, options);
  damage(statefunJar);
  expect(readArtifacts(directory)).toBeUndefined();

  await resolveArtifacts(directory, options);

  expect(readArtifacts(directory)).toBeDefined();
});

test("when Maven fails, the error has its exit code and its last lines", async () => {
  const { directory, options } = cache("echo '[ERROR] Could not transfer artifact'\nexit 7");

  await expect(resolveArtifacts(directory, options)).rejects.toMatchObject({
    code: "download-failed",
    message: expect.stringMatching(/exit code 7[^]*\[ERROR\] Could not transfer artifact/),
  });
});

test("without Maven the error says what to install", async () => {
  const { directory, options } = cache(createJars);

  await expect(resolveArtifacts(directory, { ...options, env: { PATH: "" } })).rejects.toMatchObject({
    code: "maven-missing",
    message: expect.stringContaining("apt-get install maven"),
  });
});

test("the cache is where STATEFUN_DEV_CACHE says, else where XDG_CACHE_HOME does, else below the home folder", () => {
  const name = basename(artifactDirectory({}));

  expect(artifactDirectory({ STATEFUN_DEV_CACHE: "/mine", XDG_CACHE_HOME: "/shared" })).toBe(`/mine/${name}`);
  expect(artifactDirectory({ XDG_CACHE_HOME: "/shared" })).toBe(`/shared/statefun-dev/${name}`);
  expect(artifactDirectory({})).toMatch(/\/\.cache\/statefun-dev\/[0-9a-f]{16}$/);
});

function lineCount(path: string): number {
  return readFileSync(path, "utf8").trim().split("\n").length;
}
