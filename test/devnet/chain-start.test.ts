import assert from "node:assert/strict";
import { test } from "node:test";
import { startBehind } from "../../src/ecosystem/devnet/reconstruction/chain-start.ts";
import type { Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";

/** Rebuilt chain of this version with this number of batches and of imports. */
function rebuilt(version: bigint, batches: number, importBatches = 0n): Reconstruction {
  const copy = { accounts: [], tree: {} };
  return {
    batches: Array.from({ length: batches }),
    contract: { configuration: { importBatches } },
    last: genesisStoredBatch(version, wordToHex(7n), 2n),
    l1: { timestamp: 9n },
    state: { copy: () => copy, origin: (head: object) => ({ ...copy, head }) },
    unexecuted: [],
    upgrades: [],
  } as unknown as Reconstruction;
}

test("a chain without batches starts at its genesis or after its imports: a proven one installs its predeploys then", () => {
  assert.deepEqual(startBehind(rebuilt(PROVEN_VERSION, 0)).state, { from: "genesis", imported: undefined });
  const { state } = startBehind(rebuilt(PROVEN_VERSION, 0, 1n));
  assert.deepEqual(state, { from: "genesis", imported: { accounts: [], tree: {} } });
});

test("a chain with batches starts at its state, with the mode of its last batch", () => {
  for (const [version, isProven] of [
    [PROVEN_VERSION, true],
    [TRUSTED_VERSION, false],
  ] as const) {
    const origin = { accounts: [], tree: {}, head: { number: 0n, timestamp: 0n } };
    assert.deepEqual(startBehind(rebuilt(version, 1, 1n)).state, { from: "state", isProven, origin });
  }
});
