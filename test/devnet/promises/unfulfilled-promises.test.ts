import assert from "node:assert/strict";
import { test } from "node:test";
import { Wallet } from "ethers";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { PromiseSigner } from "../../../src/ecosystem/devnet/promises/promise-signer.ts";
import type { PromiseAccount } from "../../../src/ecosystem/devnet/promises/promise-account.ts";
import type { PromiseLayer } from "../../../src/ecosystem/devnet/promises/promise-layer.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../../src/ground/protocol/quorum.ts";

const [ALPHA, BETA] = [271n, 272n];
const STAKE = 10n ** 18n;
const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const address: Hex = `0x${"1".repeat(40)}`;

/** Sealed batch 3, whose logs have this root. */
function batchWith(l2LogsTreeRoot: Hex): FormedBatch {
  const outputs = { batchNumber: 3n, firstTimestamp: 100n, l2LogsTreeRoot };
  return { outputs, importedRoots: [], commitment: word("c"), protocolVersion: 3, logs: [], canonicalTxHashes: [] } as never;
}

/** L1 on which the key has the stake at second 100. */
const layer = {
  stakedBlock: () => Promise.resolve({ second: 100n, hash: word("b"), number: 7 }),
  isFresh: () => Promise.resolve(true),
  weightSince: () => Promise.resolve(STAKE),
  longestPromise: () => Promise.resolve(600n),
};

test("D6: a promise is not fulfilled while no sealed batch has its logs, until L1 has executed the batch", async () => {
  let [open, executed] = [[batchWith(word("a"))], 3];
  const signer = new PromiseSigner({
    ...{
      chainId: ALPHA,
      domain: quorumDomain(31_337n, address),
      keys: [new Wallet(word("1"))],
      layer: layer as unknown as PromiseLayer,
    },
    ...{ account: {} as PromiseAccount, open: () => open, executed: () => executed },
    findReceiver: () => ({ chainId: BETA, bornAt: 1n, payee: address, minStakeWei: STAKE, patienceSeconds: 900n }),
    ...{ nowSeconds: () => 100n, delay: () => Promise.resolve() },
  });
  await signer.sign(BETA, 3n);
  assert.deepEqual(signer.unfulfilled(), []);
  open = [batchWith(word("d"))];
  assert.deepEqual(
    signer.unfulfilled().map(({ toChain, batchNumber }) => [toChain, batchNumber]),
    [[BETA, 3n]],
    "the chain has rebuilt the batch with other logs",
  );
  open = [];
  assert.equal(signer.unfulfilled().length, 1, "the rebuilt batch is not sealed");
  executed = 4;
  assert.deepEqual(signer.unfulfilled(), [], "L1 has executed it");
});
