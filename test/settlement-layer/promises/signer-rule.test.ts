import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import type { PromiseRefusalCode } from "../../../src/chain/settlement-layer/promises/promise-refused.ts";
import { requirePromisable, type PromisableBatch } from "../../../src/chain/settlement-layer/promises/signer-rule.ts";

const BORN_AT = 1_000n;
const open = (batchNumber: bigint, index?: bigint, firstTimestamp = BORN_AT + 1n): PromisableBatch => ({
  ...{ batchNumber, firstTimestamp },
  importedRoots: index === undefined ? [] : [{ registryIndex: index, root: wordToHex(1n) }],
});

describe("the signer's rule for promised batches", () => {
  const refuses = (code: PromiseRefusalCode, batches: readonly PromisableBatch[], batchNumber: bigint): void =>
    assert.throws(() => requirePromisable(batches, batchNumber, BORN_AT), { name: "PromiseRefused", code });

  test("promises a batch over roots, statements and executed batches", () => {
    requirePromisable([open(5n, 17n), open(6n, 1n << 254n), open(7n)], 7n, BORN_AT);
  });

  test("honest signer pays for a void: no batch is promised over an open fact or link, in it or below", () => {
    for (const index of [factIndex(271n, 3n), 3n << 254n]) {
      refuses("OpenImportBelow", [open(5n, index), open(6n)], 6n);
      refuses("OpenImportBelow", [open(6n, index)], 6n);
      requirePromisable([open(6n), open(7n, index)], 6n, BORN_AT);
    }
  });

  test("a batch that is open, or executed, or older than the receiver is not promised", () => {
    refuses("BatchNotSealed", [open(6n)], 7n);
    refuses("BatchNotSealed", [open(6n)], 5n);
    refuses("SentBeforeChain", [open(6n, undefined, BORN_AT)], 6n);
  });
});
