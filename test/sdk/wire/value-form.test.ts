import { expect, test } from "@jest/globals";
import { io } from "statefun/proto";
import { typedValueHead } from "statefun/wire";
import { hex } from "../../support/hex.js";

const { TypedValue } = io.statefun.sdk.reqreply;

test.each(["io.statefun.types/int", "", "é/ü", `n/${"m".repeat(200)}`])(
  "the head of %j is what a typed value says before its value",
  (typename) => {
    const head = typedValueHead(typename);

    expect(hex(head)).toBe(hex(TypedValue.encode({ typename, hasValue: true }).finish()));
  },
);
