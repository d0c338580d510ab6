import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { serve } from "statefun/lambda";

const Large = functionType("ns/large", [types.string]);

/** Answers with as many bytes, and a few more, as its message says. */
const large = statefulFunction(Large, {
  on: {
    [types.string.typename](context, bytes) {
      context.send(context.self, types.string("x".repeat(Number(bytes))));
    },
  },
});

export const handler = serve(
  requestReplyHandler([large], {
    onError: ({ message }) => {
      console.log(`report ${message}`);
    },
  }),
);
