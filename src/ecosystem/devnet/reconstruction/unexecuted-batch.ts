import type { FormedBatch } from "../../../chain/batch/form-batch.ts";
import { preCommitmentOf, type PublishedContent, type PublishingChain } from "../../../chain/reconstruction/published-batch.ts";
import type { RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import { toHex } from "../../../ground/protocol/hex.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";

/**
 * Applies a batch that is committed and not executed, as its sequencer formed it: with this, anyone can prove it and execute it.
 * How many transactions it had is not on L1 and is 0 here. Throws ReconstructionError.
 */
export function reformBatch(
  {
    stored,
    previous,
    content,
    importedRoots,
  }: {
    readonly stored: StoredBatch;
    readonly previous: StoredBatch;
    readonly content: PublishedContent;
    readonly importedRoots: readonly ImportedRoot[];
  },
  chain: PublishingChain,
  state: RebuiltState,
): FormedBatch {
  const { outputs, logs, entries, bytecodes, statement, pubdata, canonicalTxHashes, data } = content;
  const { protocolVersion } = stored;
  const oldLeafCount = state.leafCount;
  const writes = state.writesOf(entries);
  const { oldRoot, newRoot, witness } = state.applyWithWitness(stored.batchNumber, content);
  return {
    protocolVersion,
    outputs,
    outputsHash: stored.outputsHash,
    logs,
    canonicalTxHashes,
    importedRoots,
    writes,
    bytecodes: bytecodes.map(toHex),
    transactionCount: 0,
    oldStateRoot: oldRoot,
    newStateRoot: newRoot,
    oldLeafCount,
    entries,
    pubdata,
    previousCommitment: previous.commitment,
    preCommitment: preCommitmentOf(stored, previous, chain),
    flowsHash: stored.flowsHash,
    data,
    commitment: stored.commitment,
    job: { statement, witness, protocolVersion },
  };
}
