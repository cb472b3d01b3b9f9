import assert from "node:assert/strict";
import { test } from "node:test";
import type { Provider } from "ethers";
import type { Hex } from "../../src/protocol/hex.ts";
import { hyperchain } from "../../src/relayer/contract-interfaces.ts";
import { L1View } from "../../src/relayer/l1-view.ts";

const CHAIN: Hex = `0x${"aa".repeat(20)}`;
const REGISTRY: Hex = `0x${"bb".repeat(20)}`;
const HASH: Hex = `0x${"cc".repeat(32)}`;

test("A6: a batch whose call L1's node does not give is not taken without it, and read again", async () => {
  const event = hyperchain.getEvent("BlockExecution")!;
  const values = event.inputs.map(({ type }) => (type.startsWith("uint") ? 3n : HASH));
  const log = { address: CHAIN, blockNumber: 7, index: 0, transactionHash: HASH, ...hyperchain.encodeEventLog(event, values) };
  const asked: number[] = [];
  let hasTransaction = false;
  const provider = {
    getBlock: () => Promise.resolve({ number: 9, hash: HASH }),
    getLogs: ({ fromBlock }: { readonly fromBlock: number }) => (asked.push(fromBlock), Promise.resolve(fromBlock <= 7 ? [log] : [])),
    getTransaction: () => Promise.resolve(hasTransaction ? { data: "0x12345678", value: 0n } : null),
  };
  const view = new L1View({ chains: [{ chainId: 271n, hyperchain: CHAIN }], registry: REGISTRY, fromBlock: 2 }, { provider: provider as unknown as Provider });
  await assert.rejects(view.poll(), /L1 has a log of transaction 0xcc/);
  hasTransaction = true;
  assert.equal(await view.poll(), false);
  assert.equal(await view.poll(), false);
  assert.deepEqual(asked, [2, 2]);
});
