import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { requestReplyHandler, type StateFunErrorCode } from "statefun";
import {
  clientCertificate,
  headerSecret,
  pathSecret,
  signature,
  signatureHeader,
  signer,
  type Authorize,
} from "statefun/authorize";
import { serve } from "statefun/fetch";
import { hashes, webHashes } from "../../server-adapters/authorize/hashes.js";
import { conformanceFunction } from "./conformance-functions.js";
import { Log } from "./log.js";
import { hi } from "./requests.js";

const secret = "c0ffee00c0ffee00c0ffee00c0ffee00";

describe("on a fetch runtime that has nothing but WebCrypto", () => {
  beforeAll(() => {
    jest.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  });

  test("WebCrypto it is", () => {
    expect(hashes()).toBe(webHashes);
  });

  test.each<[string, Authorize, string, () => Promise<Record<string, string>>]>([
    [
      "headerSecret",
      headerSecret([secret]),
      "/",
      async () => Promise.resolve({ authorization: `Bearer ${secret}` }),
    ],
    ["pathSecret", pathSecret([secret]), `/statefun/${secret}`, async () => Promise.resolve({})],
    [
      "signature",
      signature({ secrets: [secret] }),
      "/",
      async () => ({ [signatureHeader]: await signer(secret)(hi) }),
    ],
  ])("%s lets in whom it should, and nobody else", async (_name, authorize, path, headers) => {
    const reports: StateFunErrorCode[] = [];
    const functions = requestReplyHandler([conformanceFunction(new Log())], {
      onError: (error) => reports.push(error.code),
    });
    const handle = serve(functions, { authorize });
    const post = (at: string, given: Record<string, string>): Request =>
      new Request(`https://functions.example${at}`, { method: "POST", headers: given, body: hi });

    const good = await handle(post(path, await headers()));
    const bad = await handle(
      post("/statefun", { authorization: "Bearer wrong", [signatureHeader]: "t=1,v1=0" }),
    );

    expect([good.status, bad.status]).toEqual([200, 401]);
    expect(reports).toEqual(["unauthorized"]);
  });

  test("two authorization headers, and a certificate that it cannot show, are refused", async () => {
    const handle = (authorize: Authorize): ReturnType<typeof serve> =>
      serve(requestReplyHandler([], { onError: () => undefined }), { authorize });
    const request = new Request("https://functions.example/", { method: "POST", body: hi });
    request.headers.append("authorization", `Bearer ${secret}`);
    request.headers.append("authorization", `Bearer ${secret}`);

    const statuses = [
      (await handle(headerSecret(secret))(request.clone())).status,
      (await handle(clientCertificate({ commonName: "flink" }))(request.clone())).status,
    ];

    expect(statuses).toEqual([401, 401]);
  });
});
