import { expect, test } from "@jest/globals";
import { Download } from "../../../dev/cluster/maven.js";

test("the progress of a download counts files and names the one on its way", () => {
  const download = new Download();

  download.read("[INFO] Scanning for projects...");
  download.read("Downloading from central: https://repo.example/org/a/1/a-1.jar");
  download.read("Downloaded from central: https://repo.example/org/a/1/a-1.jar (3 kB at 5 kB/s)");
  download.read("[INFO] Downloading from mirror: https://repo.example/org/b/1/b-1.jar");

  expect(download.progress()).toMatch(/^Maven: 1 files fetched in \d+ s, now b-1\.jar$/);
});

test("only the last lines that are not about downloads are kept for an error", () => {
  const download = new Download();

  for (let line = 0; line < 100; line += 1) {
    download.read(`line ${String(line)}`);
    download.read("Downloading from central: https://repo.example/a.jar");
  }

  expect(download.lastLines).toHaveLength(30);
  expect(download.lastLines.at(-1)).toBe("line 99");
});
