import express from "express";
import { serve } from "statefun/express";
import { functions } from "./functions.js";

const app = express();

app.post("/statefun", serve(functions)); // before any body parser

// What else the application does. Its body parsers come after the functions, which read bytes.
app.use(express.json());
app.get("/health", (_request, response) => {
  response.json({ status: "ok" });
});

const server = app.listen(Number(process.env.PORT ?? 8000), () => {
  console.log("functions are served at", server.address());
});
// The cluster keeps a connection for up to 18 s; a server that closes it earlier costs it a retry.
server.keepAliveTimeout = 20_000;
