import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { messageOf } from "../../src/tool/plugin/tasks/following/follow-listed.ts";
import type { Session } from "../../src/tool/plugin/tasks/session/session.ts";

const HASH = `0x${"a5".repeat(32)}` as const;

/**
 * Session of an ecosystem of one chain, whose node returns the receipt of a transfer without a separate
 * message.
 */
function session(message: object | null, receipts: string[]): Session {
  const provider = {
    getTransactionReceipt(hash: string) {
      receipts.push(hash);
      return Promise.resolve(null);
    },
  } as unknown as JsonRpcProvider;
  return {
    info: { chains: [{ name: "alpha", chainId: 271 }] },
    request: () => Promise.resolve(message),
    provider: () => provider,
  } as unknown as Session;
}

test("C12: a transaction that sent a message is followed by it, whatever lists its logs name, and no chain is asked", async () => {
  const receipts: string[] = [];
  assert.equal(await messageOf(session({ messageHash: `0x${"b6".repeat(32)}` }, receipts), HASH, true), HASH);
  assert.deepEqual(receipts, []);
  assert.equal(await messageOf(session(null, receipts), HASH, true), HASH);
  assert.deepEqual(receipts, [HASH]);
});
