import type { DevnetDependencies } from "../../../src/devnet/devnet.ts";
import type { BatchesProver } from "../../../src/l1-proof/batches-prover.ts";
import { type BatchForL1, isJoinable } from "../../../src/l1-proof/batch-for-l1.ts";
import { L1ProofError } from "../../../src/l1-proof/l1-proof-error.ts";
import { type AggregatedFields, aggregateStatement } from "../../../src/protocol/aggregate.ts";
import { digestFromHex, digestToHex, elementsToBytes } from "../../../src/protocol/digest.ts";
import { fromHex, keccak, toHex, wordToHex } from "../../../src/protocol/hex.ts";
import { decodeStateInput } from "../../../src/prover/state-input.ts";
import { FAKE_METRICS } from "../../support/fake-metrics.ts";
import { compileSolidity } from "../../contracts/verifier/support/compile.ts";

/** Any that is canonical. */
export const DIGEST = wordToHex(5n);
/** Takes the hash of the public values for a proof. */
const STARK_DOUBLE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract StarkDouble {
    function verify(bytes32 hash, bytes calldata, bytes calldata proof) external pure returns (bool) {
        return keccak256(proof) == keccak256(abi.encode(hash));
    }
}`;

/** A double in the place of the verifier of L1's proofs, and one that proves no chunk; chains, settlement and aggregator are real. */
export function doubleOnL1(): Pick<DevnetDependencies, "onL1" | "executionProver"> {
  const compiled = compileSolidity({ "StarkDouble.sol": STARK_DOUBLE })["StarkDouble"];
  if (compiled === undefined) throw new Error("the double does not compile");
  const contracts = [{ name: "StarkDouble", abi: [], bytecode: compiled.creation }];
  return {
    onL1: { programs: "package", contracts: () => Promise.resolve({ contracts, executionKey: wordToHex(77n) }) },
    executionProver: ({ prepare, programOf }) => ({
      ...{ prepare, programOf },
      prove: () =>
        Promise.resolve({ kind: "proven", proof: Uint8Array.of(1), metrics: { ...FAKE_METRICS, chunks: 1, provenBits: 100 } }),
      verify: () => Promise.resolve({ chunks: 1, provenBits: 100 }),
    }),
  };
}

/** Makes what the double takes for proofs; of a batch's own proof it takes the one that it would make itself. */
export function doubleProver(): BatchesProver {
  return {
    async prepare(batch) {
      const [own, fields] = [doubleOf([batch]), fieldsOf(batch)];
      if (isJoinable(batch) && !Buffer.from(own).equals(batch.proof))
        throw new L1ProofError("ProofRefused", "the double is not of these fields");
      return {
        joinable: () => Promise.resolve({ fields, program: "batch 0", proof: own }),
        release: () => undefined,
      };
    },
    prove: (batches) => Promise.resolve({ digest: DIGEST, proof: doubleOf(batches), metrics: FAKE_METRICS }),
  };
}

/** What the double takes for a proof of these batches. */
export function doubleOf(batches: readonly BatchForL1[]): Uint8Array {
  const { batchCount, point, evaluation } = aggregateStatement(batches.map(fieldsOf), digestFromHex(DIGEST));
  const count = fromHex(wordToHex(BigInt(batchCount))).subarray(28);
  return fromHex(keccak(count, fromHex(DIGEST), elementsToBytes(point), elementsToBytes(evaluation)));
}

/** As tests name it: of which chain, and which one. */
export function nameOf(batch: BatchForL1): string {
  const { chainId, batch: own } = fieldsOf(batch);
  return `${chainId}:${own.batchNumber}`;
}

function fieldsOf(executed: BatchForL1): AggregatedFields {
  if (isJoinable(executed)) return executed.fields;
  const { chainId, batch } = executed.claim;
  const { statement } = decodeStateInput(executed.list);
  const [point, evaluation] = [statement.point, statement.evaluation].map((element) => toHex(elementsToBytes(element)));
  return {
    chainId,
    batch: {
      ...{ ...batch, commitment: statement.commitment, diffDigest: digestToHex(statement.diffDigest) },
      ...{ point: point!, evaluation: evaluation! },
    },
  };
}
