import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import {
  hasRoomFor,
  l1CostOf,
  l1TotalOf,
  MAX_PROOF_BYTES,
  MAX_SHOWN_BATCHES,
  secondCheckGas,
  SETTLE_AT_ONCE,
  wayToL1,
} from "../../src/ground/protocol/way-to-l1.ts";
import { SETTLEMENT_STAGES } from "../../src/ground/protocol/settlement-stage.ts";
import { encodeProveBatches } from "../../src/chain/settlement/l1-sender/batch-calls.ts";

const KINDS = [
  { hasQuorum: true, carryingLayers: 0 },
  { hasQuorum: true, carryingLayers: 2 },
  { hasQuorum: true, isCheckedTwice: true, carryingLayers: 0 },
  { hasQuorum: false, carryingLayers: 0 },
] as const;
/** EIP-7825, and what nodes of public networks take of a transaction: 128 KiB. */
const [GAS, BYTES] = [16_777_216, 131_072];
const EMPTY = {
  pubdataBytes: 9,
  inputBytes: 0,
  diffs: 1,
  codes: 0,
  messages: 0,
  flows: 0,
  priorityOps: 0,
  importedRoots: 0,
  facts: 0,
  proofBytes: 0,
};

describe("the way of a batch to L1", () => {
  for (const kind of KINDS)
    it(`does each stage once, within the limits of each transaction: ${JSON.stringify(kind)}`, () => {
      const way = wayToL1(kind);
      const stages = way.flatMap((transaction) => transaction.stages);
      const expected = SETTLEMENT_STAGES.filter((stage) => stage !== "secondCheck" || "isCheckedTwice" in kind);
      assert.deepEqual([...stages].toSorted(), expected.toSorted());
      for (const { gas, bytes } of way) assert.ok(gas < GAS && bytes < BYTES);
    });

  it("never commits a batch of a chain without a quorum before its proof is on L1", () => {
    const stages = wayToL1({ hasQuorum: false, carryingLayers: 0 }).flatMap((transaction) => transaction.stages);
    assert.ok(stages.indexOf("prove") < stages.indexOf("commit"));
  });

  it("checks a batch a second time after its proof, before its execution, in a transaction with room for the longest proof", () => {
    const way = wayToL1({ hasQuorum: true, isCheckedTwice: true, carryingLayers: 0 });
    assert.deepEqual(
      way.map(({ stages }) => stages.join()),
      ["commit", "prove", "secondCheck", "execute"],
    );
    const check = way[2]!;
    assert.ok(hasRoomFor(check, l1CostOf(check, { ...EMPTY, proofBytes: MAX_PROOF_BYTES })));
    // 6,500,000 + 95 · 90,000, below 2^24 less 1,177,216 for what no estimate counts.
    assert.equal(secondCheckGas(MAX_PROOF_BYTES), 15_050_000);
    assert.ok(secondCheckGas(MAX_PROOF_BYTES) <= GAS - 1_177_216);
    const dear = { ...EMPTY, pubdataBytes: 100_000, codes: 300, messages: 4_000 };
    assert.deepEqual(l1CostOf(check, dear), { gas: 0, bytes: 0, units: 0 });
  });

  it("costs the floor of its calldata where that is more than the call (EIP-7623)", () => {
    const commit = wayToL1(KINDS[0])[0]!;
    const load = { ...EMPTY, messages: 1, pubdataBytes: 90_000 };
    // 21,000 + 40 · (90,000 + 2,400), where the rest is 360,000 + 20 · 90,000 + 1,800 + 1,100.
    // Units: 370,000 + 31 · 90,000 + 1,400 + 2,800.
    assert.deepEqual(l1TotalOf(commit, l1CostOf(commit, load)), { gas: 3_717_000, bytes: 92_400, units: 3_164_200 });
    const dear = { ...load, codes: 100 };
    assert.equal(l1TotalOf(commit, l1CostOf(commit, dear)).gas, 360_000 + 1_800_000 + 1_800 + 1_100 + 3_000_000);
  });

  it("limits the units of each transaction on a proven chain, and those of none on L1", () => {
    const kind = { hasQuorum: true, carryingLayers: 1 } as const;
    // 1,300,000, less three signatures for the commit.
    assert.deepEqual(
      wayToL1({ ...kind, isOnProvenChain: true }).map(({ units }) => units),
      [1_255_000, 1_300_000, 1_300_000],
    );
    assert.ok(wayToL1(kind).every(({ units }) => units === Infinity));
    const [commit, , execute] = wayToL1({ ...kind, isOnProvenChain: true });
    const fits = (transaction: typeof commit, load: Partial<typeof EMPTY>) =>
      hasRoomFor(transaction!, l1CostOf(transaction!, { ...EMPTY, diffs: 0, pubdataBytes: 0, ...load }));
    // 370,000 + 31 · x ≤ 1,255,000; 335,000 + 14,500 · x ≤ 1,300,000.
    assert.deepEqual([fits(commit, { pubdataBytes: 28_548 }), fits(commit, { pubdataBytes: 28_549 })], [true, false]);
    assert.deepEqual([fits(execute, { flows: 66 }), fits(execute, { flows: 67 })], [true, false]);
  });

  it("has room for all stages at once where their sum has", () => {
    const at = (load: Partial<typeof EMPTY>) => hasRoomFor(SETTLE_AT_ONCE, l1CostOf(SETTLE_AT_ONCE, { ...EMPTY, ...load }));
    // 760,000 + 50 · 82,000 + 20 · 9 + 1,800 + 30,000n ≤ 15,600,000
    assert.deepEqual([at({ proofBytes: 82_000, codes: 357 }), at({ proofBytes: 82_000, codes: 358 })], [true, false]);
    // 4,600 + 82,000 + x ≤ 130,572
    assert.deepEqual(
      [at({ proofBytes: 82_000, pubdataBytes: 43_972 }), at({ proofBytes: 82_000, pubdataBytes: 43_973 })],
      [true, false],
    );
  });

  it("shows in one transaction as many batches as fit next to the longest proof", () => {
    const bytes = (count: number): number => {
      const batches = Array.from({ length: count }, () => ({ chainId: 271n, batch: genesisStoredBatch(3n, wordToHex(1n), 2n) }));
      return (encodeProveBatches(batches, { digest: wordToHex(1n), proof: new Uint8Array(MAX_PROOF_BYTES) }).length - 2) / 2;
    };
    assert.ok(bytes(MAX_SHOWN_BATCHES) <= BYTES - 500, `${bytes(MAX_SHOWN_BATCHES)}`);
    assert.ok(bytes(MAX_SHOWN_BATCHES + 1) > BYTES - 500);
  });
});
