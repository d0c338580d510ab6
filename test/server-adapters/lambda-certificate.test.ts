import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clientCertificate, type ClientCertificate, type IncomingRequest } from "statefun/authorize";
import { Authority } from "./authorize/certificates.js";
import type { FrontShape } from "./lambda-events.js";
import { eventOf, handled } from "./lambda-function.js";

interface Certificate {
  readonly clientCertPem?: string;
  readonly subjectDN?: string;
}

/** Where each API has the certificate that it has checked. */
function eventWith(shape: FrontShape, clientCert: Certificate | null): object {
  const event = eventOf(shape) as { readonly requestContext: object };
  const place = shape === "HTTP API" ? { authentication: { clientCert } } : { identity: { clientCert } };
  return { ...event, requestContext: { ...event.requestContext, ...place } };
}

async function seenOf(event: object): Promise<ClientCertificate | undefined> {
  let seen: ClientCertificate | undefined;
  await handled(event, {
    authorize: (request: IncomingRequest) => {
      seen = request.clientCertificate();
      return true;
    },
  });
  return seen;
}

describe.each<FrontShape>(["REST API", "HTTP API"])("behind a %s that checks certificates", (shape) => {
  let authority: Authority;
  let pem: string;

  beforeAll(() => {
    authority = new Authority("Test");
    pem = authority.issue({
      subject: "/C=DE/O=Example, CN=admin/CN=flink",
      altNames: ["DNS.1=flink.example", "URI.1=spiffe://example/flink"],
    }).cert;
  });

  afterAll(() => {
    authority.close();
  });

  test("authorize sees the certificate as it stands, and not the text beside it", async () => {
    const seen = await seenOf(eventWith(shape, { clientCertPem: pem, subjectDN: "CN=other" }));

    expect(seen).toEqual({
      subject: "C=DE,O=Example\\, CN=admin,CN=flink",
      commonName: "flink",
      altNames: ["DNS:flink.example", "URI:spiffe://example/flink"],
    });
  });

  test.each([
    { commonName: "flink", status: 200 },
    { commonName: "admin", status: 401 },
  ])("a check for the common name $commonName is $status", async ({ commonName, status }) => {
    const event = eventWith(shape, { clientCertPem: pem });

    const { result } = await handled(event, { authorize: clientCertificate({ commonName }) });

    expect(result.statusCode).toBe(status);
  });

  test.each([
    ["CN=flink,OU=Data,O=Example,C=DE", "C=DE,O=Example,OU=Data,CN=flink"],
    ["CN=flink, O=Example, C=DE", "C=DE,O=Example,CN=flink"],
    ["C=DE,O=Example,CN=flink", "C=DE,O=Example,CN=flink"],
    ["DC=example,DC=org,CN=flink", "DC=example,DC=org,CN=flink"],
    ["CN=flink", "CN=flink"],
  ])("the subject %s alone is read as %s", async (subjectDN, subject) => {
    const seen = await seenOf(eventWith(shape, { clientCertPem: "CERT_CONTENT", subjectDN }));

    expect(seen).toEqual({ subject, commonName: "flink", altNames: [] });
  });

  test("of several common names none is meant", async () => {
    const seen = await seenOf(eventWith(shape, { subjectDN: "CN=flink,CN=admin,C=DE" }));

    expect(seen?.commonName).toBeUndefined();
  });

  test.each(['O="Example, CN=flink"', "O=Example\\, CN=flink", "CN=flink+UID=1"])(
    "the subject %s alone, which could be read in more ways than one, is no certificate",
    async (subjectDN) => {
      const seen = await seenOf(eventWith(shape, { subjectDN }));

      expect(seen).toBeUndefined();
    },
  );

  test.each([{}, null])("%j is no certificate", async (clientCert) => {
    const seen = await seenOf(eventWith(shape, clientCert));

    expect(seen).toBeUndefined();
  });
});

test("a load balancer has no certificate, wherever one is put", async () => {
  const event = eventWith("load balancer", { subjectDN: "CN=flink" });

  const seen = await seenOf(event);

  expect(seen).toBeUndefined();
});
