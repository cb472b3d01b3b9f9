import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type InterfaceAbi } from "ethers";
import { systemForL1 } from "../../../src/execution-proof/batch/l1-system.ts";
import { bundledArtifact } from "../../../src/plugin/contract-artifacts.ts";
import { aggregateStatement, type AggregatedFields } from "../../../src/protocol/aggregate.ts";
import { digestFromHex } from "../../../src/protocol/digest.ts";
import { fromHex } from "../../../src/protocol/hex.ts";
import type { ProofSection } from "../../../src/stark/openings/proof.ts";
import { verify } from "../../../src/stark/proofs/verify.ts";
import { elementBytes } from "../../../src/stark/transcripts/transcript-form.ts";
import { lastKey, readRecordedProof, type RecordedProof } from "../../support/recorded-proofs.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { type DeployedVerifier, verdictOf, verifierAt } from "./support/small-verifier.ts";

const CONTRACT = "AggregateStark";
/** Each of these changes one byte of the proof. */
const CHANGES = 4;

function statementOf(batches: readonly AggregatedFields[], digest: RecordedProof["digest"]): Uint8Array {
  const { batchCount, ...rest } = aggregateStatement(batches, digestFromHex(digest));
  return elementBytes([batchCount, ...rest.digest, ...rest.point, ...rest.evaluation]);
}

/* Proofs with at least 100 proven bits by the package's programs, which test/flow/proven-by-package and others made and recorded. */
describe("a recorded proof of execution", () => {
  const system = systemForL1();
  let chain: CodeChain;
  let contract: DeployedVerifier;
  before(async () => {
    chain = await startCodeChain();
    const deployed = async (name: string, ...parts: readonly string[]): Promise<string> => {
      const { bytecode } = await bundledArtifact(name);
      return chain.deploy({ creation: bytecode, runtime: "" }, ...parts);
    };
    const { inputs } = new Interface((await bundledArtifact(CONTRACT)).abi as InterfaceAbi).deploy;
    const parts: string[] = [];
    // A parameter `claim_` is the address of `AggregateStarkClaim`.
    for (const { name } of inputs) parts.push(await deployed(`${CONTRACT}${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`));
    contract = verifierAt(chain, await deployed(CONTRACT, ...parts), system);
  });
  after(() => chain.close());

  for (const [name, what, count, chains] of [
    ["one-batch", "of a batch", 1, [271n]],
    ["queue-only", "of a batch that only L1's queue orders", 1, [271n]],
    ["two-chains", "of batches of two chains", 2, [271n, 272n]],
  ] as const)
    describe(what, () => {
      const { key, batches, digest, proof } = readRecordedProof(name);
      const bytes = fromHex(proof);

      test("is by the package's programs; if their keys change, npm run test:all must record it again", () => {
        assert.equal(key, lastKey());
        assert.deepEqual([batches.length, batches.map(({ chainId }) => chainId).toSorted()], [count, chains]);
        for (const { batch } of batches) assert.notEqual(batch.newStateRoot, batch.oldStateRoot);
      });

      test("is accepted by the package's contract on L1 and by the package's verifier", async () => {
        const statement = statementOf(batches, digest);
        assert.equal(verdictOf(verify(system, statement, bytes)), "accepted");
        assert.equal(await contract.verify(statement, bytes), "accepted");
      });

      test("does not prove another state, commitment, chain or number", async () => {
        const [{ chainId, batch }, ...others] = batches as [AggregatedFields, ...AggregatedFields[]];
        const changes: readonly AggregatedFields[] = [
          { chainId: chainId + 1n, batch },
          { chainId, batch: { ...batch, newStateRoot: batch.oldStateRoot } },
          { chainId, batch: { ...batch, commitment: batch.outputsHash } },
          { chainId, batch: { ...batch, batchNumber: batch.batchNumber + 1n } },
        ];
        for (const change of changes) {
          const statement = statementOf([change, ...others], digest);
          const expected = verdictOf(verify(system, statement, bytes));
          assert.notEqual(expected, "accepted");
          assert.equal(await contract.verify(statement, bytes), expected);
        }
      });

      test("is refused with a changed byte, by one verdict of both verifiers", async () => {
        const statement = statementOf(batches, digest);
        let sections: readonly ProofSection[] = [];
        verify(system, statement, bytes, { onSections: (all) => (sections = all) });
        for (let i = 0; i < CHANGES; i++) {
          const { name: section, offset, length } = sections[Math.floor((i * sections.length) / CHANGES)]!;
          const changed = bytes.slice();
          changed[offset + Math.floor(length / 2)]! ^= 1;
          const expected = verdictOf(verify(system, statement, changed));
          assert.notEqual(expected, "accepted", section);
          assert.equal(await contract.verify(statement, changed), expected, section);
        }
      });
    });
});
