/** The unit tests: everything under test/ but the suites on real processes, which have configurations of their own. */
export default {
  testMatch: ["<rootDir>/test/**/*.test.ts", "<rootDir>/examples/**/*.test.ts"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/test/cluster/",
    "<rootDir>/test/hosts/",
    "<rootDir>/test/interop/",
  ],
  modulePathIgnorePatterns: [
    "<rootDir>/dist/",
    "<rootDir>/dev/dist/",
    "<rootDir>/test/hosts/lambda/",
    "<rootDir>/test/hosts/runtimes/",
  ],
  testEnvironment: "node",
  // Waits inside tests have limits of their own, up to 30 s on a busy machine, whose errors say what did not happen.
  testTimeout: 60_000,
  transform: {
    "\\.[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  // jose is made of ES modules only, and these tests run as CommonJS.
  transformIgnorePatterns: ["/node_modules/(?!jose/)"],
  // Packages of this repository resolve to their source, so a fresh clone needs no build.
  moduleNameMapper: {
    "^statefun$": "<rootDir>/sdk/index.ts",
    "^statefun/testing$": "<rootDir>/sdk/testing/index.ts",
    "^statefun/wire$": "<rootDir>/sdk/wire/index.ts",
    "^statefun/proto$": "<rootDir>/proto/index.ts",
    "^statefun/(node|express|fastify|fetch|lambda|authorize|prometheus|opentelemetry)$":
      "<rootDir>/server-adapters/$1.ts",
    "^statefun-dev$": "<rootDir>/dev/index.ts",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
};
