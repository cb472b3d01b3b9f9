import assert from "node:assert/strict";
import { describe, it } from "node:test";
import hre from "hardhat";
import { packageProofContracts } from "../../src/ecosystem/devnet/chains/proof-contracts.ts";
import { WRITTEN_PROGRAMS } from "../../src/proofs/execution-proof/batch/written-programs.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { fromHex } from "../../src/ground/protocol/hex.ts";
import { wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";

type Octet = readonly number[];

/** Domain tags of a program and its place, and of a node of a proof tree. */
const [PROGRAM_TAG, NODE_TAG] = [26, 18];
const ZEROS: Octet = [0, 0, 0, 0, 0, 0, 0, 0];

/** Root of the tree of the keys of batches' programs, written down apart from `AdmittedPrograms`. */
function rootOf(keys: readonly (readonly [digest: string, root: string])[], from: number, places: number): Octet {
  if (places > 1) {
    const half = places / 2;
    return compress(NODE_TAG, [...rootOf(keys, from, half)], [...rootOf(keys, from + half, half)]);
  }
  const key = keys[from];
  if (key === undefined) return ZEROS;
  const [digest, root] = key.map((part) => wordsOf(fromHex(`0x${part}`)));
  const blocks = [digest!, root!, [from, ...ZEROS.slice(1)]];
  return blocks.reduce<Octet>((chain, block) => compress(PROGRAM_TAG, [...chain], [...block]), ZEROS);
}

describe("proofs for L1 by the package's programs", () => {
  it("register the contracts of the last proof, and the digest of the programs of batches as their key", async () => {
    const artifacts = (name: string) => hre.artifacts.readArtifact(name) as never;
    const { executionKey } = await packageProofContracts(artifacts, "stark", "small").contracts();
    for (const [last, name] of [
      ["fast", "AggregateStarkFast"],
      ["small", "AggregateStarkSmall"],
    ] as const) {
      const { contracts, executionKey: sameKey } = await packageProofContracts(artifacts, "stark", last).contracts();
      assert.deepEqual([contracts.at(-1)?.name, sameKey], [name, executionKey]);
      const { abi } = await hre.artifacts.readArtifact(name);
      const inputs = abi.find(({ type }) => type === "constructor")?.inputs ?? [];
      assert.equal(contracts.length, inputs.length + 1);
      for (const part of contracts) assert.ok(part.name.startsWith(name));
    }
    // 28 programs: a tree of 32 places.
    assert.equal(WRITTEN_PROGRAMS.keys.batches.length, 28);
    const elements = rootOf(WRITTEN_PROGRAMS.keys.batches, 0, 32).map((each) => each.toString(16).padStart(8, "0"));
    assert.equal(executionKey, `0x${elements.join("")}`);
  });
});
