import unitTests from "./jest.config.js";

/** The suite on a real Flink StateFun cluster and Kafka: needs Java and Maven, and takes minutes. */
export default {
  ...unitTests,
  testMatch: ["<rootDir>/test/cluster/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  // Every wait inside a test has a limit of its own, whose error shows the logs: that one must come first.
  testTimeout: 10 * 60_000,
  maxWorkers: 1,
  // A suite that failed half way must not hold its process, and so CI, by what it could not end.
  forceExit: true,
  verbose: true,
};
