import { serve } from "statefun/node";
import { nodeHost } from "./host.js";
import { adapterSuite } from "./suite.js";

adapterSuite("on node:http", nodeHost(serve));
