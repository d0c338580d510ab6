// A program of a fetch runtime, in the runtime's own words: compiled and run by scripts/pack-and-use.ts.
import { serve, type FetchHandler } from "statefun/fetch";
import { functions } from "./no-node.js";

const fetchHandler: FetchHandler = serve(functions);

export default {
  fetch(request: Request): Promise<Response> {
    return fetchHandler(request);
  },
};
