import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { privateKeyToAccount } from "viem/accounts";
import { SessionChallenges, type SessionChallenge } from "../../../../src/chain/rpc/access/session-challenge.ts";
import type { SessionChain } from "../../../../src/ground/protocol/session-message.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";

const CHAIN: SessionChain = { chainId: 271n, hyperchain: `0x${"c1".repeat(20)}` };
const HOST = "127.0.0.1:8546";
// viem signs what eth_signTypedData_v4 is given: it shares no code with what checks the signature.
const reader = privateKeyToAccount(`0x${"11".repeat(32)}`);
const stranger = privateKeyToAccount(`0x${"22".repeat(32)}`);
const READER = reader.address.toLowerCase() as Hex;
const STRANGER = stranger.address.toLowerCase() as Hex;
const mayRead = (account: Hex): boolean => account === READER;

function process(chain = CHAIN) {
  const clock = { ms: 1_700_000_000_000 };
  return { clock, challenges: new SessionChallenges(chain, { nowMs: () => clock.ms }) };
}
const signedBy = (signer: typeof reader, challenge: SessionChallenge): Promise<Hex> =>
  signer.signTypedData(challenge as unknown as Parameters<typeof signer.signTypedData>[0]);
const code = (expected: string) => (error: { readonly data?: { readonly code: string } }) => {
  assert.equal(error.data?.code, expected);
  return true;
};

describe("B7: a challenge that a reader signs", () => {
  test("is answered once, by the reader's signature", async () => {
    const { challenges } = process();
    const challenge = challenges.make(READER, HOST);
    const signature = await signedBy(reader, challenge);
    assert.equal(challenges.signer(challenge.message, signature, HOST, mayRead), READER);
    assert.throws(() => challenges.signer(challenge.message, signature, HOST, mayRead), code("ChallengeUnknown"));
  });

  test("attack: a signature of another account, and one without rights, are refused alike", async () => {
    const { challenges } = process();
    const challenge = challenges.make(READER, HOST);
    const other = challenges.make(STRANGER, HOST);
    const refusals = [
      [challenge, await signedBy(stranger, challenge)],
      [other, await signedBy(stranger, other)],
      [challenge, "0x"],
      [challenge, `0x${"00".repeat(65)}`],
      [challenge, "no signature"],
    ] as const;
    for (const [{ message }, signature] of refusals)
      assert.throws(() => challenges.signer(message, signature, HOST, mayRead), code("SessionRefused"));
    // What was refused is not used up.
    assert.equal(challenges.signer(challenge.message, await signedBy(reader, challenge), HOST, mayRead), READER);
  });

  test("attack: one of another process, host or chain, or with a later end, is refused", async () => {
    const { challenges } = process();
    const own = challenges.make(READER, HOST);
    const otherProcess = process().challenges.make(READER, HOST);
    const elsewhere = challenges.make(READER, "127.0.0.1:9999");
    const prolonged = { ...own, message: { ...own.message, expiresAt: own.message.expiresAt + 1 } };
    const renamed = { ...elsewhere, message: { ...elsewhere.message, host: HOST } };
    for (const challenge of [otherProcess, elsewhere, prolonged, renamed])
      assert.throws(
        () => challenges.signer(challenge.message, "0x", HOST, mayRead),
        code("ChallengeUnknown"),
        JSON.stringify(challenge.message),
      );
    // The same message, signed for another chain's contract.
    const otherChain = { ...own, domain: { ...own.domain, verifyingContract: `0x${"c2".repeat(20)}` as Hex } };
    const foreign = await signedBy(reader, otherChain);
    assert.throws(() => challenges.signer(own.message, foreign, HOST, mayRead), code("SessionRefused"));
  });

  test("attack: a challenge that is signed too late has expired, after five minutes", async () => {
    const { challenges, clock } = process();
    const [first, second] = [challenges.make(READER, HOST), challenges.make(READER, HOST)];
    assert.equal(first.message.expiresAt, 1_700_000_300);
    clock.ms += 299_999;
    assert.equal(challenges.signer(first.message, await signedBy(reader, first), HOST, mayRead), READER);
    clock.ms += 1;
    const late = await signedBy(reader, second);
    assert.throws(() => challenges.signer(second.message, late, HOST, mayRead), code("ChallengeUnknown"));
  });

  test("attack: a flood of challenges takes no place from the one that a reader signs", async () => {
    const { challenges } = process();
    const own = challenges.make(READER, HOST);
    for (let i = 0; i < 20_000; i++) challenges.make(i % 2 === 0 ? READER : STRANGER, HOST);
    assert.equal(challenges.signer(own.message, await signedBy(reader, own), HOST, mayRead), READER);
  });

  test("attack: a reader that answers 257 of them in five minutes waits, and others do not", async () => {
    const { challenges, clock } = process();
    const answer = async (by: typeof reader): Promise<Hex> => {
      const challenge = challenges.make(by.address.toLowerCase() as Hex, HOST);
      return challenges.signer(challenge.message, await signedBy(by, challenge), HOST, () => true);
    };
    for (let i = 0; i < 256; i++) await answer(reader);
    await assert.rejects(answer(reader), { code: -32005 });
    assert.equal(await answer(stranger), STRANGER);
    clock.ms += 300_000;
    assert.equal(await answer(reader), READER);
  });
});
