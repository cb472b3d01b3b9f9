import type { DevnetDependencies } from "../../../src/devnet/devnet.ts";
import type { ExecutedProof } from "../../../src/l1-proof/proof-plan.ts";
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
    executionProver: ({ prepare }) => ({
      prepare,
      prove: () =>
        Promise.resolve({ kind: "proven", proof: Uint8Array.of(1), metrics: { ...FAKE_METRICS, chunks: 1, provenBits: 100 } }),
      verify: () => Promise.resolve({ chunks: 1, provenBits: 100 }),
    }),
  };
}

/** What the double takes for a proof of these batches. */
export function doubleOf(batches: readonly ExecutedProof[]): Uint8Array {
  const items = batches.map(({ claim: { chainId, batch }, list }): AggregatedFields => {
    const { statement } = decodeStateInput(list);
    const [point, evaluation] = [statement.point, statement.evaluation].map((element) => toHex(elementsToBytes(element)));
    return {
      chainId,
      batch: {
        ...{ ...batch, commitment: statement.commitment, diffDigest: digestToHex(statement.diffDigest) },
        ...{ point: point!, evaluation: evaluation! },
      },
    };
  });
  const { batchCount, point, evaluation } = aggregateStatement(items, digestFromHex(DIGEST));
  const count = fromHex(wordToHex(BigInt(batchCount))).subarray(28);
  return fromHex(keccak(count, fromHex(DIGEST), elementsToBytes(point), elementsToBytes(evaluation)));
}
