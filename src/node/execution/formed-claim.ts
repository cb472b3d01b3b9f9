import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { ExecutionClaim } from "../../execution-proof/batch/execution-claim.ts";
import { firstStateRoot } from "../../execution-proof/batch/first-state.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { digestToHex } from "../../protocol/digest.ts";
import { versionParts } from "../../protocol/protocol-version.ts";
import type { ExecutedBatchesOptions, PreviousBlock } from "./executed-batches.ts";

/** What a proof of a batch's execution has to show, by those who formed the batch themselves: L1 need not have it. */
export function formedClaim(
  batch: Pick<FormedBatch, "newStateRoot" | "oldStateRoot" | "protocolVersion" | "outputsHash" | "outputs">,
  previous: PreviousBlock,
  { chainId, coinbase, genesis, initialState }: Omit<ExecutedBatchesOptions, "codes">,
): ExecutionClaim {
  const { newStateRoot, oldStateRoot, protocolVersion, outputsHash, outputs } = batch;
  const { batchNumber, lastBlock, firstTimestamp, lastTimestamp } = outputs;
  const [before, after] = [digestToHex(oldStateRoot), digestToHex(newStateRoot)];
  // In format 3 the first batch's opening writes the configuration.
  const isBehindFirstState = batchNumber === 0n && versionParts(protocolVersion).format === 2;
  return {
    ...{ chainId, coinbase, outputs },
    previous: { newStateRoot: before, lastBlock: previous?.lastBlock ?? 0n, lastTimestamp: previous?.timestamp ?? 0n },
    batch: {
      ...{ batchNumber, protocolVersion, oldStateRoot: before, newStateRoot: after },
      ...{ lastBlock, firstTimestamp, lastTimestamp, outputsHash },
    },
    ...(isBehindFirstState ? { firstState: firstStateRoot(genesis, initialState, { compressor: createCompressor() }) } : {}),
  };
}
