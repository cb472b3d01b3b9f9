import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZeroHash } from "ethers";
import { readProvenInputs } from "../../src/devnet/quorum-member/shown-inputs.ts";
import { hashOutputs, type BatchOutputs } from "../../src/protocol/outputs.ts";
import type { Hex } from "../../src/protocol/hex.ts";

const NOTHING = ZeroHash as Hex;
const OUTPUTS: BatchOutputs = {
  ...{ batchNumber: 7n, firstBlock: 20n, lastBlock: 21n, firstTimestamp: 1_700_000_000n, lastTimestamp: 1_700_000_001n },
  ...{ l2LogsTreeRoot: NOTHING, logCount: 0n, priorityOpCount: 0n, priorityOpsRollingHash: NOTHING },
  ...{ importedRootCount: 0n, importedRootsRollingHash: NOTHING, cheatCount: 0n, extensions: NOTHING },
};
const shown = (outputs: unknown): unknown => ({
  batchNumber: OUTPUTS.batchNumber,
  sealed: {
    ...{ outputs, outputsHash: NOTHING, logs: [], canonicalTxHashes: [], importedRoots: [] },
    ...{ writes: [], bytecodes: [], transactionCount: 0 },
  },
  execution: { kind: "labelled", reason: "too-large" },
});

describe("what a validator reads of a batch that is shown with its proof", () => {
  it("has all that the hash of the outputs covers, in either format", () => {
    for (const outputs of [OUTPUTS, { ...OUTPUTS, coinbase: `0x${"c0".repeat(20)}` as const }])
      assert.equal(hashOutputs(readProvenInputs(shown(outputs)).sealed.outputs), hashOutputs(outputs));
  });

  it("has no coinbase that is no address", () => {
    for (const coinbase of [undefined, "0x", 5n, `0x${"c0".repeat(21)}`, `0x${"C0".repeat(20)}`])
      assert.throws(() => readProvenInputs(shown({ ...OUTPUTS, coinbase })), {
        code: "MalformedInputs",
        message: /sealed\.outputs\.coinbase/,
      });
  });
});
