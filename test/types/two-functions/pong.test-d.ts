import { statefulFunction, types } from "statefun";
import { exactly } from "../exactly.js";
import { Ping, Pong } from "./contract.js";
import { ping } from "./ping.test-d.js";

export const pong = statefulFunction(Pong, {
  on: {
    [types.int.typename](context, strokes) {
      return context.send(Ping.address(context.self.id), types.int(strokes + 1));
    },
  },
});

exactly<"table/ping">()(ping.typename);
exactly<"table/pong">()(pong.typename);
