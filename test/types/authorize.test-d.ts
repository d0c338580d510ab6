// Checks of requests: what each takes, and that all of them fit the option of every adapter.
import { jwtVerify } from "jose";
import { requestReplyHandler } from "statefun";
import {
  allOf,
  anyOf,
  bearerToken,
  clientCertificate,
  headerSecret,
  pathSecret,
  signature,
  signatureHeader,
  signer,
  type Authorize,
  type ClientCertificate,
  type IncomingRequest,
} from "statefun/authorize";
import { serve as serveExpress } from "statefun/express";
import { serve } from "statefun/node";
import { exactly, fits } from "./exactly.js";

declare const key: Uint8Array;
declare const request: IncomingRequest;
const functions = requestReplyHandler([]);

exactly<Authorize>()(headerSecret("secret"));
exactly<Authorize>()(headerSecret(["old", "new"] as const, { header: "x-secret" }));
exactly<Authorize>()(pathSecret(["old", "new"]));
exactly<Authorize>()(bearerToken((token) => jwtVerify(token, key, { audience: "statefun" })));
exactly<Authorize>()(bearerToken((token) => token.length > 7));
exactly<Authorize>()(clientCertificate({ commonName: "flink", altName: ["DNS:a", "DNS:b"] }));
exactly<Authorize>()(signature({ secrets: "secret", maxAge: { seconds: 30 }, maxClockSkew: { seconds: 1 } }));
exactly<Authorize>()(
  allOf(
    pathSecret("secret"),
    anyOf(() => true),
  ),
);
exactly<"x-statefun-signature">()(signatureHeader);
exactly<Promise<string>>()(signer("secret")(key, new Date()));
exactly<ClientCertificate | undefined>()(request.clientCertificate());
exactly<Promise<Uint8Array>>()(request.body());

serve(functions, { authorize: pathSecret("secret") });
serveExpress(functions, { authorize: ({ method, path }) => `${method} ${path}` === "POST /" });

// @ts-expect-error a secret that may be missing
headerSecret(process.env.SECRET);
// @ts-expect-error an option that does not exist
headerSecret("secret", { name: "x-secret" });
// @ts-expect-error a verify that says nothing could mean anything
bearerToken(async (token) => {
  await jwtVerify(token, key);
});
// @ts-expect-error a text is no verdict
bearerToken((token) => token);
// @ts-expect-error a certificate has no such name
clientCertificate({ organization: "Example" });
// @ts-expect-error the secrets are missing
signature({});
// @ts-expect-error a number has no unit
signature({ secrets: "secret", maxAge: 30 });
// @ts-expect-error a signer signs with one secret
signer(["old", "new"]);
// @ts-expect-error bytes are signed, not texts
void signer("secret")("body");
// @ts-expect-error what a check says is a boolean
fits<Authorize>(() => "yes");
// @ts-expect-error nor is it nothing
fits<Authorize>(() => undefined);
// @ts-expect-error serve takes the check itself, not what it said
serve(functions, { authorize: true });
