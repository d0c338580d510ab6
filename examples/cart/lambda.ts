import { serve } from "statefun/lambda";
import { functions } from "./functions.js";

export const handler = serve(functions);
