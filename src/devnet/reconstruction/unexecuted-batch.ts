import type { Provider } from "ethers";
import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import { preCommitmentOf, type PublishedContent, type PublishingChain } from "../../chain/reconstruction/published-batch.ts";
import type { RebuiltState } from "../../chain/reconstruction/rebuilt-state.ts";
import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import type { DiffEntry } from "../../protocol/diff-list.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { importedRootsRollingHash, type ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { registryInterface } from "../../settlement-layer/reader/contract-interfaces.ts";

/** Of `rootAt` in ImportedRoots. */
const IMPORTED_ROOTS_SLOT = 0n;

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

/**
 * The roots that a batch imported. Its record has only their hash, its changes what the predeploy of imported roots then holds,
 * by the hash of each root's index. Rejects with ReconstructionError CommitmentMismatch where they do not lead to that hash.
 */
export async function findImports(
  provider: Provider,
  { registry, block }: { readonly registry: Hex; readonly block: number },
  stored: StoredBatch,
  entries: readonly DiffEntry[],
): Promise<readonly ImportedRoot[]> {
  const count = Number(stored.importedRootCount);
  if (count === 0) return [];
  const inserted = new Map<bigint, bigint>();
  for (const entry of entries) {
    if (entry.type === "insertion" && entry.address === BigInt(PREDEPLOYS.ImportedRoots)) inserted.set(entry.slot, entry.value);
  }
  const data = registryInterface.encodeFunctionData("latestRootIndex");
  const newest = BigInt(await provider.call({ to: registry, data, blockTag: block }));
  const roots: ImportedRoot[] = [];
  // Newest first: a chain imports what is new.
  for (let index = newest; index > 0n && roots.length < count; index--) {
    const value = inserted.get(BigInt(keccak(fromHex(wordToHex(index)), fromHex(wordToHex(IMPORTED_ROOTS_SLOT)))));
    if (value !== undefined) roots.unshift({ registryIndex: index, root: wordToHex(value) });
  }
  const hash = importedRootsRollingHash(roots);
  if (hash !== stored.importedRootsRollingHash) {
    const { batchNumber } = stored;
    throw new ReconstructionError(
      "CommitmentMismatch",
      `the roots that it imported hash to ${hash}, L1 has ${stored.importedRootsRollingHash}`,
      { batchNumber },
    );
  }
  return roots;
}
