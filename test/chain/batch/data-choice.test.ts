import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BatchFormer } from "../../../src/chain/batch/form-batch.ts";
import { Forming, type ChooseData } from "../../../src/chain/batch/forming.ts";
import type { CommandResult } from "../../../src/chain/ordering/batch-reducer.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { boundOfAny, NOTHING_BOUND, PUBLISHED, WITHHELD } from "../../../src/ground/protocol/data-choice.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { oneBlockBatch } from "../../support/one-block-batch.ts";
import { neverInstalling, SOME_EXTENSIONS } from "../../support/extensions.ts";

const batchOf = (number: bigint) =>
  oneBlockBatch(number, 100n + number, { writes: [{ leafKind: LeafKind.storage, address: 9n, slot: number, value: 5n }] });

function newFormer(): BatchFormer {
  const compressor = createCompressor();
  return new BatchFormer(
    {
      settlementChainId: 31337n,
      hyperchainAddress: `0x${"11".repeat(20)}`,
      chainId: 271n,
      daPolicy: 5n,
      extensions: neverInstalling(SOME_EXTENSIONS),
    },
    { previousCommitment: wordToHex(0n), operationsTaken: 0n },
    {
      tree: StateTree.genesis([{ leafKind: LeafKind.account, address: 7n, slot: 0n, value: 1n }], { compressor }),
      compress: compressor.compress,
      flowsHash: () => hashAssetFlows([]),
      versionOf: () => 2n,
    },
  );
}

describe("F6: how a batch's data are made available is chosen before its commitment exists", () => {
  test("a withheld batch is evaluated nowhere, a published one at a separate point, and both begin equally", () => {
    const [published, withheld] = [newFormer().form(batchOf(0n)), newFormer().form(batchOf(0n), WITHHELD)];
    assert.equal(published.preCommitment, withheld.preCommitment);
    assert.notEqual(published.commitment, withheld.commitment);
    assert.deepEqual(withheld.job.statement.point, [0, 0, 0, 0, 0]);
    // The state's change, and the outputs.
    assert.deepEqual(withheld.job.statement.evaluation, [2, 0, 0, 0, 0]);
    assert.notDeepEqual(published.job.statement.point, [0, 0, 0, 0, 0]);
    assert.deepEqual([published.data, withheld.data], [PUBLISHED, WITHHELD]);
  });

  test("what the policy binds is in the commitment", () => {
    const commitments = [NOTHING_BOUND, boundOfAny(0, NOTHING_BOUND), boundOfAny(1, NOTHING_BOUND)].map(
      (bound) => newFormer().form(batchOf(0n), { ...WITHHELD, bound }).commitment,
    );
    assert.equal(new Set(commitments).size, 3);
  });

  test("the last batch can be finished again, and the next one builds on the result", () => {
    const former = newFormer();
    const preFormed = former.preForm(batchOf(0n));
    const first = former.finish(preFormed, WITHHELD);
    const second = former.finish(preFormed, PUBLISHED);
    assert.equal(second.commitment, newFormer().form(batchOf(0n)).commitment);
    assert.notEqual(second.commitment, first.commitment);
    assert.equal(former.form(batchOf(1n)).previousCommitment, second.commitment);
  });

  test("later followers receive a batch after its choice exists", async () => {
    const waiting = Promise.withResolvers<typeof WITHHELD>();
    const asked: string[] = [];
    const choose: ChooseData = (batch) => {
      asked.push(batch.preCommitment);
      return waiting.promise;
    };
    const former = newFormer();
    const forming = new Forming(former, (sealed) => sealed, choose);
    const sealed = batchOf(0n);
    const told = forming.on({ sealed } as CommandResult);
    assert.throws(() => forming.formed(sealed), /not formed/);
    waiting.resolve(WITHHELD);
    await told;
    const formed = forming.formed(sealed);
    assert.deepEqual(asked, [formed.preCommitment]);
    assert.deepEqual(formed.data, WITHHELD);
  });
});
