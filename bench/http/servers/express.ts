import http from "node:http";
import express from "express";
import { serve } from "statefun/express";
import { functions } from "../functions/ours.js";
import { start } from "./started.js";

const app = express().post("/statefun", serve(functions));
start(http.createServer(app));
