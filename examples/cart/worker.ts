import { serve } from "statefun/fetch";
import { functions } from "./functions.js";

export default { fetch: serve(functions) };
