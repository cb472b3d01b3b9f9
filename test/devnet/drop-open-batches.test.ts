import assert from "node:assert/strict";
import { test } from "node:test";
import { Wallet, type Provider } from "ethers";
import { dropOpenBatches, requireNoOpenBatch } from "../../src/ecosystem/devnet/reconstruction/drop-open-batches.ts";
import { operateChain } from "../../src/ecosystem/devnet/reconstruction/operate-chain.ts";
import type { Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { linkIndex } from "../../src/ground/protocol/link-index.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { QUEUE_ALONE } from "../../src/ground/protocol/sequencing-mode.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";

/** L1 without methods: its registry reverts for a link outside of the call that executes both sides. */
const l1 = {} as Provider;
const rebuiltWith = (repeated: object | undefined): Reconstruction =>
  ({
    contract: {},
    unexecuted: [{ outputs: { batchNumber: 7n }, importedRoots: [{ registryIndex: linkIndex(272n, 3n), root: wordToHex(5n) }] }],
    repeated,
  }) as unknown as Reconstruction;

test("a batch with a link is open: L1 executes it together with its peer alone", async () => {
  const named = /batch 7 imports a link with batch 3 of chain 272, which L1 does not show to the chain.*--drop-open-batches$/;
  await assert.rejects(requireNoOpenBatch(rebuiltWith(undefined), l1), { code: "FactsOpen", message: named });
});

test("a chain that L1's queue alone orders has no batches to drop", async () => {
  const configuration = { chainId: 272n, sequencingMode: QUEUE_ALONE };
  const options = { dropsOpenBatches: true, host: "127.0.0.1", port: 0 } as Parameters<typeof operateChain>[1];
  const rebuilt = { contract: { configuration } } as unknown as Reconstruction;
  const operating = operateChain(rebuilt, options, {} as Parameters<typeof operateChain>[2]);
  await assert.rejects(operating, {
    name: "ContinuationError",
    code: "NoImportedFacts",
    message: /without --drop-open-batches$/,
  });
});

test("open batches of a chain that publishes inputs are not reverted", async () => {
  const rebuilt = rebuiltWith({});
  const dropping = dropOpenBatches(rebuilt, {
    ...{ l1, clock: systemClock, operator: Wallet.createRandom() },
    rebuild: () => Promise.resolve(rebuilt),
    onDropped: () => assert.fail("nothing is reverted"),
  });
  await assert.rejects(dropping, { code: "FactsOpen", message: /L1 has the transactions of the chain's batches; wait until/ });
});
