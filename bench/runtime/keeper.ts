import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";

export const keeperTypename = "bench/keeper";

/** How many bytes of state an address keeps. */
const keptBytes = 200;

/** What was found to be wrong, in this process. */
export const found = { mismatches: 0 };

/** What an address keeps after so many messages. */
function keptText(pass: number): string {
  return pass.toString().padEnd(keptBytes, ".");
}

/** Keeps 200 bytes an address, and compares them with what the number of the message says that they must be. */
const keeper = statefulFunction(functionType(keeperTypename, [types.string]), {
  storage: { kept: types.string },
  on: {
    [types.string.typename](context, text) {
      const pass = Number(text);
      const before = context.storage.kept.get();
      if (before !== (pass === 1 ? undefined : keptText(pass - 1))) found.mismatches++;
      context.storage.kept.set(keptText(pass));
    },
  },
});

export const keeperFunctions = requestReplyHandler([keeper]);
