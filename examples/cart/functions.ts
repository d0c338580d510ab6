import { requestReplyHandler } from "statefun";
import { billing } from "./billing.js";
import { cart } from "./cart.js";

/** What every host of this example serves. */
export const functions = requestReplyHandler([cart, billing]);
