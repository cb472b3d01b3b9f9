import type { FormedBatch } from "../../batch/form-batch.ts";
import type { ExecutionClaim } from "../../../proofs/execution-proof/batch/execution-claim.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ExecutedBatchesOptions, PreviousBlock } from "./executed-batches.ts";

/** Several times the batches that wait for L1, since a rewound chain repeats them. */
const MOST_CLAIMS = 256;

/** Claims of the newest proven batches that this process formed, by their commitments. */
export class NewestClaims {
  readonly #claims = new Map<Hex, ExecutionClaim>();

  /** Undefined for a batch that was not formed in this process, or long ago. */
  get(commitment: Hex): ExecutionClaim | undefined {
    return this.#claims.get(commitment);
  }

  /** Adds the claim that a proof of the batch's execution must show. */
  add(batch: FormedBatch, previous: PreviousBlock, chain: Pick<ExecutedBatchesOptions, "chainId" | "coinbase">): ExecutionClaim {
    const claim = claimOf(batch, previous, chain);
    this.#claims.set(batch.commitment, claim);
    for (const oldest of this.#claims.keys()) {
      if (this.#claims.size <= MOST_CLAIMS) break;
      this.#claims.delete(oldest);
    }
    return claim;
  }
}

function claimOf(
  { newStateRoot, oldStateRoot, protocolVersion, outputsHash, outputs }: FormedBatch,
  previous: PreviousBlock,
  { chainId, coinbase }: Pick<ExecutedBatchesOptions, "chainId" | "coinbase">,
): ExecutionClaim {
  const { batchNumber, lastBlock, firstTimestamp, lastTimestamp } = outputs;
  const [before, after] = [digestToHex(oldStateRoot), digestToHex(newStateRoot)];
  return {
    chainId,
    coinbase,
    outputs,
    previous: { newStateRoot: before, lastBlock: previous?.lastBlock ?? 0n, lastTimestamp: previous?.timestamp ?? 0n },
    batch: {
      batchNumber,
      protocolVersion,
      oldStateRoot: before,
      newStateRoot: after,
      lastBlock,
      firstTimestamp,
      lastTimestamp,
      outputsHash,
    },
  };
}
