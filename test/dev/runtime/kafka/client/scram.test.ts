import { expect, test } from "@jest/globals";
import { Scram } from "../../../../../dev/runtime/kafka/client/scram.js";

const sasl = { mechanism: "SCRAM-SHA-256", username: "user", password: "pencil" } as const;

/** The example of RFC 7677. */
const nonce = "rOprNGfwEbeRWgbNEkqO";
const serverFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

test("the login of the standard's example is made, and the broker's proof is accepted", async () => {
  const scram = new Scram(sasl, nonce);

  const first = scram.first().toString();
  const final = (await scram.final(Buffer.from(serverFirst))).toString();

  expect(first).toBe("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  expect(final).toBe(
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  );
  expect(() => {
    scram.check(Buffer.from("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  }).not.toThrow();
});

test("a broker that does not know the password is found out", async () => {
  const scram = new Scram(sasl, nonce);
  await scram.final(Buffer.from(serverFirst));

  expect(() => {
    scram.check(Buffer.from("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  }).toThrow(/does not know the password/);
});

test.each([
  ["a nonce of its own", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"],
  ["our nonce alone", "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"],
  ["too few rounds", "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100"],
  ["no rounds", "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ=="],
])("a broker with %s is refused", async (_, answer) => {
  const scram = new Scram(sasl, nonce);

  const final = scram.final(Buffer.from(answer));

  await expect(final).rejects.toThrow(/SCRAM login is wrong/);
});

test("a user name with a comma or an equals sign is written as the standard wants", () => {
  const scram = new Scram({ ...sasl, username: "a=b,c" }, nonce);

  const first = scram.first().toString();

  expect(first).toBe(`n,,n=a=3Db=2Cc,r=${nonce}`);
});
