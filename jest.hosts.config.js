import unitTests from "./jest.config.js";

/** The conformance suite on every real host: needs the runtimes that `npm run test:hosts` installs. */
export default {
  ...unitTests,
  testMatch: ["<rootDir>/test/hosts/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  // Starting a host and every wait has a limit of its own, whose error shows what it printed: that one must come first.
  testTimeout: 3 * 60_000,
  verbose: true,
};
