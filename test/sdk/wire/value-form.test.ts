import { describe, expect, jest, test } from "@jest/globals";
import { io } from "statefun/proto";
import type * as Wire from "statefun/wire";
import { hex } from "../../support/hex.js";
import { loadedOn, textPaths } from "./text-paths.js";

const { TypedValue } = io.statefun.sdk.reqreply;

describe.each(textPaths)("on the %s path", (path) => {
  const { typedValueHead } = loadedOn(path, () => jest.requireActual<typeof Wire>("statefun/wire"));

  test.each(["io.statefun.types/int", "", "é/ü", `n/${"m".repeat(200)}`])(
    "the head of %j is what a typed value says before its value",
    (typename) => {
      const head = typedValueHead(typename);

      expect(hex(head)).toBe(hex(TypedValue.encode({ typename, hasValue: true }).finish()));
    },
  );
});
