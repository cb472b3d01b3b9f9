import assert from "node:assert/strict";
import { test } from "node:test";
import { toBeHex } from "ethers";
import { ProvenMessages } from "../../src/ecosystem/devnet/bridges/proven-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { FakeMember } from "../bridges/support/fake-member.ts";

test("attack: a thousand messages of one transaction have its receipt read once, and once more where it could not be read", async () => {
  const { member } = new FakeMember("alpha", 1);
  const asked: string[] = [];
  let isBroken = true;
  const provider = {
    ...member.provider,
    getTransactionReceipt: (hash: string) => {
      asked.push(hash);
      return isBroken ? Promise.reject(new Error("pruned")) : Promise.resolve({ hash, logs: [] });
    },
  } as unknown as typeof member.provider;
  const messages = new ProvenMessages([{ ...member, provider }]);
  const sent = { chainId: 1n, transactionHash: toBeHex(7, 32) as Hex };
  const all = () =>
    Promise.all(Array.from({ length: 1_000 }, (_, i) => messages.of(toBeHex(i, 32) as Hex, sent, () => toBeHex(i, 32))));
  await assert.rejects(all(), /pruned/);
  isBroken = false;
  assert.deepEqual(new Set(await all()), new Set([undefined]));
  await all();
  assert.equal(asked.length, 2);
});
