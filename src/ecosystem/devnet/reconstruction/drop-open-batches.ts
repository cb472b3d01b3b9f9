import type { Provider, Signer } from "ethers";
import { createL1Contact } from "../../../chain/node/inflow/l1-contact.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ImportKind, importKindOf, readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import { readLinkIndex } from "../../../ground/protocol/link-index.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { pauseBy, type Clock } from "../../../ground/runtime/clock.ts";
import { registryInterface } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { createL1Retry } from "../../../chain/settlement/l1-sender/l1-retry.ts";
import { revertBatches } from "../../../chain/settlement/l1-sender/revert.ts";
import { createTransactor } from "../../../chain/settlement/l1-sender/transactor.ts";
import { SettlementError } from "../../../chain/settlement/errors/settlement-error.ts";
import { UnsignedError } from "../../../chain/settlement/signing/signatures.ts";
import { createLocalMember, type Quorum, type TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import { ContinuationError } from "./continuation-error.ts";
import type { Reconstruction } from "./reconstruct.ts";

interface DroppingDependencies {
  readonly l1: Provider;
  readonly clock: Clock;
  /** Pays on L1, and signs the revert unless there is a `quorum`. */
  readonly operator: Signer & TypedDataSigner;
  /** Default: the operator alone. */
  readonly quorum?: Quorum | undefined;
  /** Depth of an L1 block that counts; 1 is the newest, and the default. */
  readonly confirmations?: number | undefined;
  readonly onWait?: (reason: string | undefined) => void;
  /** Rebuilds the chain again, up to its last committed batch. */
  readonly rebuild: () => Promise<Reconstruction>;
  /** Reports the loss when the revert is mined, so that no later failure hides it. */
  readonly onDropped: (dropped: DroppedBatches) => void;
}

/** Reverted batches of the former operator. L1 had their changes, and no transactions. */
export interface DroppedBatches {
  readonly firstBatch: BatchNumber;
  readonly lastBatch: BatchNumber;
  /** Number of messages in those batches that were rebuilt. */
  readonly messages: number;
  /** Operations of L1's queue in these batches, which wait again. */
  readonly operations: number;
  /** Import that L1 did not show to the chain. */
  readonly reason: string;
}

/** Errors of L1's contract for a revert of batches that it does not have as examined. */
const CHANGED: readonly string[] = ["StoredBatchMismatch", "RevertCountMismatch", "RevertOfExecuted", "NothingToRevert"];

/** The first batch that L1 cannot execute now, and why. */
interface OpenBatch {
  readonly batchNumber: BatchNumber;
  readonly reason: string;
}

/**
 * Reverts the first batch of the former operator that imports a fact or a link which L1 does not show to the chain, and all
 * batches after it. The new operator has neither the evidence with which L1 could execute the source, nor the transactions for a
 * rebuild without a void fact. A batch counts as open only if a second rebuild finds the same, because L1 may have executed its
 * facts during the first. Resolves with the reconstruction without these batches. Rejects with ContinuationError FactsOpen if the
 * chain publishes inputs, whose transactions a revert would lose without need, or if the quorum does not sign the revert, with
 * BatchesChanged if L1 has other batches by then, and as `rebuild` and L1 do.
 */
export async function dropOpenBatches(
  reconstruction: Reconstruction,
  dependencies: DroppingDependencies,
): Promise<Reconstruction> {
  const { l1, rebuild, onDropped } = dependencies;
  if ((await findOpenBatch(reconstruction, l1)) === undefined) return reconstruction;
  const newest = await rebuild();
  const open = await findOpenBatch(newest, l1);
  if (open === undefined) return newest;
  if (newest.repeated !== undefined)
    throw new ContinuationError(
      "FactsOpen",
      `${open.reason}, and L1 has the transactions of the chain's batches; wait until L1 has executed that batch`,
    );
  await revert(newest, open, dependencies);
  onDropped(lossOf(newest, open));
  return rebuild();
}

/** Throws ContinuationError FactsOpen if L1 cannot execute a batch of the former operator now. Rejects with L1's error. */
export async function requireNoOpenBatch(reconstruction: Reconstruction, l1: Provider): Promise<void> {
  const open = await findOpenBatch(reconstruction, l1);
  if (open !== undefined)
    throw new ContinuationError(
      "FactsOpen",
      `${open.reason}; wait until L1 has executed that batch. If it never will, revert batches from ${open.batchNumber} on, whose transactions are lost: --drop-open-batches`,
    );
}

/** Reads L1's newest block, because the next one would execute the batch. */
async function findOpenBatch(
  { contract, unexecuted, importsUnknown }: Reconstruction,
  l1: Provider,
): Promise<OpenBatch | undefined> {
  for (const { outputs, importedRoots } of unexecuted) {
    const { batchNumber } = outputs;
    for (const imported of importedRoots) {
      const { registryIndex } = imported;
      if (importKindOf(registryIndex) === ImportKind.root) continue;
      // L1 shows a link only inside the call that executes both sides.
      if (readLinkIndex(registryIndex) === undefined && (await isShown(contract, imported, l1))) continue;
      return { batchNumber, reason: `batch ${batchNumber} imports ${nameOf(imported)}, which L1 does not show to the chain` };
    }
  }
  const batchNumber = importsUnknown?.batchNumber;
  return batchNumber === undefined ? undefined : { batchNumber, reason: importsUnknown?.message ?? "" };
}

/** The registry's answer depends on its caller, so the call is made in the name of the chain's contract. */
async function isShown(
  { hyperchain: from, registry: to }: Reconstruction["contract"],
  { registryIndex, root }: ImportedRoot,
  l1: Provider,
): Promise<boolean> {
  const data = registryInterface.encodeFunctionData("rootAt", [registryIndex]);
  return registryInterface.decodeFunctionResult("rootAt", await l1.call({ from, to, data }))[0] === root;
}

function nameOf({ registryIndex }: ImportedRoot): string {
  const fact = readFactIndex(registryIndex);
  const { chainId, batchNumber } = fact ?? readLinkIndex(registryIndex) ?? {};
  return `${fact === undefined ? "a link with" : "a fact about"} batch ${batchNumber} of chain ${chainId}`;
}

/** Reverts the examined batches alone: the quorum signs their hashes, and L1 refuses the revert if it has other batches. */
async function revert(
  { contract, fromBlock, batches, unapplied }: Reconstruction,
  { batchNumber, reason }: OpenBatch,
  { l1, clock, operator, quorum, confirmations = 1, onWait }: DroppingDependencies,
): Promise<void> {
  const { settlementChainId, hyperchain } = contract;
  const contact = createL1Contact((waiting) => onWait?.(waiting));
  const { signal } = new AbortController();
  const delay = (ms: number): Promise<void> => pauseBy(clock, ms, signal);
  const patience = createL1Retry({}, { delay, onTrouble: (trouble) => contact.settlementWaits(trouble) });
  const transactor = createTransactor({ confirmations }, { signer: operator, patience });
  const examined = [...batches, ...unapplied].map(({ stored }) => stored);
  try {
    await revertBatches(
      { provider: l1, hyperchain, settlementChainId, fromBlock, transactor, confirmations },
      batchNumber,
      quorum ?? (await soleMember(operator, { settlementChainId, hyperchain })),
      examined.filter((stored) => stored.batchNumber >= batchNumber),
    );
  } catch (error) {
    if (hasL1OtherBatches(error))
      throw new ContinuationError(
        "BatchesChanged",
        `L1 has other batches from ${batchNumber} on than those that were examined, and nothing was reverted; end the former operator's node, and start again`,
        { cause: error },
      );
    if (!(error instanceof UnsignedError)) throw error;
    throw new ContinuationError(
      "FactsOpen",
      `${reason}, and batches from ${batchNumber} on cannot be reverted: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

function hasL1OtherBatches(error: unknown): boolean {
  return error instanceof SettlementError && CHANGED.includes(error.contractError?.name ?? "");
}

/** The operator as the only one to sign. */
export async function soleMember(
  operator: TypedDataSigner,
  contract: { readonly settlementChainId: bigint; readonly hyperchain: Hex },
): Promise<Quorum> {
  return { members: [await createLocalMember(operator, contract)] };
}

function lossOf({ batches, unapplied }: Reconstruction, { batchNumber: firstBatch, reason }: OpenBatch): DroppedBatches {
  const rebuilt = batches.filter(({ stored }) => stored.batchNumber >= firstBatch);
  const dropped = [...rebuilt, ...unapplied];
  const before = batches.findLast(({ stored }) => stored.batchNumber < firstBatch)?.stored.priorityOpTotal ?? 0n;
  const last = dropped.at(-1)?.stored;
  return {
    firstBatch,
    lastBatch: last?.batchNumber ?? firstBatch,
    messages: rebuilt.reduce((sum, { logs }) => sum + logs.filter(({ type }) => type === "message").length, 0),
    operations: Number((last?.priorityOpTotal ?? before) - before),
    reason,
  };
}
