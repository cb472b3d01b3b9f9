import assert from "node:assert/strict";
import { test } from "node:test";
import type { Provider } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { hyperchainInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { L1View } from "../../../src/chain/settlement-layer/reader/l1-view.ts";

const CHAIN: Hex = `0x${"aa".repeat(20)}`;
const REGISTRY: Hex = `0x${"bb".repeat(20)}`;
const HASH: Hex = `0x${"cc".repeat(32)}`;

test("A6: a batch whose transaction L1's node lacks is taken without its content, named so, and looked for again", async () => {
  const event = hyperchainInterface.getEvent("BatchStored")!;
  const record = event.inputs[1]!.components!.map(({ type }) =>
    type.startsWith("uint") ? 0n : `0x${"cc".repeat(Number(type.slice(5)))}`,
  );
  const log = {
    address: CHAIN,
    blockNumber: 7,
    index: 0,
    transactionHash: HASH,
    blockHash: HASH,
    ...hyperchainInterface.encodeEventLog(event, [0n, record]),
  };
  const asked: number[] = [];
  let searches = 0;
  const provider = {
    getBlockNumber: () => Promise.resolve(9),
    getBlock: () => Promise.resolve({ number: 9, hash: HASH }),
    getLogs: ({ fromBlock }: { readonly fromBlock: number }) => (
      asked.push(fromBlock),
      Promise.resolve(fromBlock <= 7 ? [log] : [])
    ),
    getTransaction: () => (searches++, Promise.resolve(null)),
    getTransactionReceipt: () => Promise.resolve(null),
  };
  const view = new L1View(
    { chains: [{ chainId: 271n, hyperchain: CHAIN }], registry: REGISTRY, fromBlock: 2 },
    { provider: provider as unknown as Provider },
  );
  for (let look = 0; look < 8; look++) assert.equal(await view.poll(), false);
  assert.deepEqual(view.batch(271n, 0n)?.content, { state: "unreadable", reason: "TransactionMissing" });
  assert.deepEqual(asked, [2]);
  // At looks 1, 2, 4 and 8.
  assert.equal(searches, 4);
});
