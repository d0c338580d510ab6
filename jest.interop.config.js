import unitTests from "./jest.config.js";

/** Functions of other SDKs, as real processes behind the embedded runtime: `npm run test:interop` installs them. */
export default {
  ...unitTests,
  testMatch: ["<rootDir>/test/interop/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  // Starting a process and every wait has a limit of its own, whose error shows what it printed: that one must come first.
  testTimeout: 3 * 60_000,
  verbose: true,
};
