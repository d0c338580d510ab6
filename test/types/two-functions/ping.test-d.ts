// Two functions in two modules that message each other, and return what `send` returns, compile.
import { statefulFunction, types } from "statefun";
import { Ping, Pong } from "./contract.js";

export const ping = statefulFunction(Ping, {
  on: {
    [types.int.typename](context, strokes) {
      context.send(Pong.address(context.self.id), types.int(strokes + 1));
    },
  },
});
