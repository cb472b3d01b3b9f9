import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { referenceCompressor } from "../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { diffListDigest } from "../../src/ground/protocol/diff-digest.ts";
import type { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { evaluateDiffList, OFF_CHAIN_POINT } from "../../src/ground/protocol/evaluation.ts";
import { encodeStatement } from "../../src/ground/protocol/statement.ts";
import { statementValues } from "../../src/proofs/circuits/state-transition/statement-values.ts";
import { buildTrace } from "../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { createRandom } from "./support/random.ts";
import { checkRows } from "./support/row-checker.ts";
import { bytes32, checkRow, R } from "./support/scenario.ts";

describe("the state tree and the state transition table", () => {
  it("agree on roots, digest and evaluation of a chain's batches", () => {
    const random = createRandom(7);
    const word = () => (BigInt(random(2 ** 31)) << 225n) | BigInt(random(2 ** 31));
    const genesis = Array.from({ length: 5 }, (_, i) => ({
      leafKind: (i % 3) as LeafKind,
      address: BigInt(i + 1) << 100n,
      slot: 0n,
      value: 5n,
    }));
    const tree = StateTree.genesis(genesis, { compressor: referenceCompressor });
    const written = genesis.map(({ leafKind, address, slot }) => ({ leafKind, address, slot }));
    for (let batch = 1; batch <= 5; batch++) {
      for (let i = 0; i < 4; i++) {
        const leafKind = random(3) as LeafKind;
        written.push({ leafKind, address: word() >> 96n, slot: leafKind === 0 ? word() : 0n });
      }
      const writes = written.filter(() => random(2) === 0).map((key) => ({ ...key, value: random(4) === 0 ? 0n : word() + 1n }));
      const outputsHash = word();
      const { entries, oldRoot, newRoot, witness } = tree.apply(writes, outputsHash);
      const point = batch === 5 ? OFF_CHAIN_POINT : R;
      const trace = buildTrace(witness, point);
      const statement = encodeStatement({
        commitment: bytes32(0n),
        oldStateRoot: oldRoot,
        newStateRoot: newRoot,
        diffDigest: diffListDigest(entries, compress),
        point,
        evaluation: evaluateDiffList(entries, point),
        outputsHash: bytes32(outputsHash),
      });
      assert.deepEqual(
        checkRows(checkRow, trace.columns, [...statementValues(statement)!, ...trace.auxiliary]),
        [],
        `batch ${batch}`,
      );
      assert.deepEqual(oldRoot, trace.oldStateRoot);
    }
  });
});
