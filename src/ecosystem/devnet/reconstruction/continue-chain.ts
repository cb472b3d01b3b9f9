import type { Provider, Signer } from "ethers";
import type { EdrConnect } from "../../../chain/execution/connection.ts";
import type { RunningOptions } from "../../../chain/node/described/chain-options.ts";
import type { ChainSettlement } from "../../../chain/node/l1-link.ts";
import { startNode, type Node } from "../../../chain/node/node.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { PaceRules } from "../../../chain/settlement/pace/decide.ts";
import { createMemoryJournal } from "../../../chain/settlement/journal/journal.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { readContract, readTotals } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import type { Quorum, TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import { CALLDATA_POSTING, carriedPosting, type PostingPolicy } from "../../../chain/settlement/batch/settlement-batch.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { eventsFrom, startBehind } from "./chain-start.ts";
import { ContinuationError } from "./continuation-error.ts";
import { requireNoOpenBatch, soleMember } from "./drop-open-batches.ts";
import { missingOperations, type MissingOperation } from "./queued-operations.ts";
import { postingOf } from "../../../chain/settlement/data-policy.ts";
import type { Reconstruction } from "./reconstruct.ts";
import { startRepeated } from "./repeated-start.ts";

export interface ContinuationOptions extends Pick<RunningOptions, "blocks" | "batches" | "minGasPriceWei"> {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent for any free one. */
  readonly port?: number;
  /** Times at which proofs are sent to L1; default: immediately. */
  readonly pace?: PaceRules;
}

export interface ContinuationDependencies extends Pick<
  ChainSettlement,
  "l1" | "prover" | "l1MayBeBehind" | "confirmations" | "onUpdate"
> {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** The new operator: receives the fees, pays on L1, and signs batches unless `quorum` says who does. */
  readonly operator: Signer & TypedDataSigner;
  /** Signers of batches. Default: the operator alone, who must then be a validator of the chain. */
  readonly quorum?: Quorum;
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
}

/**
 * Continues a rebuilt chain from its last batch: first the batches that L1 has not executed are proven and executed, then
 * new ones follow, from the queue's next operation. The former operator must have stopped for good: of two, L1 accepts
 * the first commit. Batches that it seals can be rebuilt; L1 has no transactions of earlier ones, so `dropOpenBatches`
 * reverts earlier ones that import open facts. Rejects with ContinuationError, PortInUseError, or like settlement, engine
 * and L1.
 */
export async function continueChain(
  reconstruction: Reconstruction,
  { host = "127.0.0.1", port = 0, pace = {}, ...running }: ContinuationOptions,
  { connect, clock, operator, onStop, ...dependencies }: ContinuationDependencies,
): Promise<Node> {
  const { contract, genesis, repeated } = reconstruction;
  const again = repeated && startRepeated(reconstruction, repeated);
  const fromBlock = eventsFrom(reconstruction);
  const { settlementChainId, hyperchain, configuration } = contract;
  const coinbase = lowerCaseAddress(await operator.getAddress());
  requireContinuable(reconstruction, dependencies.quorum === undefined ? coinbase : undefined);
  await requireNoOpenBatch(reconstruction, dependencies.l1);
  if (reconstruction.below !== undefined) await checkStanding(reconstruction, dependencies.l1);
  const quorum = dependencies.quorum ?? (await soleMember(operator, { settlementChainId, hyperchain }));
  return startNode(
    {
      name: `chain ${configuration.chainId}`,
      chain: contract,
      fromBlock,
      genesis,
      start: again?.start ?? startBehind(reconstruction),
      ...(again === undefined ? {} : { keeping: again.keeping }),
      running: {
        ...running,
        coinbase,
        ...again?.running,
        rewindable: true,
        data: { ...again?.running.data, isCarried: contract.isCarried },
      },
      serving: { host, port, gasPrice: { toldWei: running.minGasPriceWei }, development: false },
      // From the chain's creation on: the newest root of others may be older than the last batch.
      settlement: {
        ...dependencies,
        quorum,
        posting: again === undefined ? changesPosting(contract) : postingOf(again.policy),
        pace,
        journal: createMemoryJournal(),
        sender: operator,
        rootsFrom: fromBlock,
      },
    },
    { connect, clock, l1: dependencies.l1, onStop, ...again?.dependencies },
  );
}

/** Posting policy of a chain that publishes its changes. */
function changesPosting({ isCarried, terms }: Reconstruction["contract"]): PostingPolicy {
  return isCarried ? carriedPosting(terms.dataAvailabilityPolicy) : CALLDATA_POSTING;
}

/** Throws ContinuationError if another process cannot continue the chain. `operator` is absent if others sign. */
export function requireContinuable(reconstruction: Reconstruction, operator: string | undefined): void {
  const { contract, onL1, unapplied, porter, importsUnknown } = reconstruction;
  const { validators, threshold } = contract.terms;
  if (onL1.exited) throw new ContinuationError("ChainExited", "the chain was left for good: L1 takes no further batches");
  if (porter !== undefined)
    throw new ContinuationError(
      "PorterNotContinued",
      `accounts of the chain are in a porter (chain ${porter.chainId}), which only its ecosystem continues; claim with proofs of the rebuilt state when the chain has stopped`,
    );
  const missing = missingOperations(reconstruction);
  if (missing.length > 0) throw operationsUnknown(contract.settlementChainId, missing);
  const [first] = unapplied;
  if (first !== undefined && importsUnknown === undefined) {
    const { batchNumber } = first.stored;
    throw new ContinuationError(
      "BatchesUnapplied",
      `batch ${batchNumber} is committed and not applied; reconstruct up to "committed", or revert it on L1 and reconstruct again`,
    );
  }
  if (operator === undefined) return;
  if (!validators.some((validator) => validator === operator)) {
    throw new ContinuationError(
      "NotAValidator",
      `${operator} is not one of the chain's validators (${validators.join(", ")}); sign with the key of one of them, or give a quorum in code`,
    );
  }
  if (threshold > 1n) {
    throw new ContinuationError(
      "QuorumNeeded",
      `${threshold} validators must sign each batch and one key is not enough; give a quorum in code`,
    );
  }
}

/** Error for operations of the queue of which only hashes were left, and whose contents are missing. */
function operationsUnknown(settlementChainId: bigint, missing: readonly MissingOperation[]): ContinuationError {
  const named = missing.slice(0, 3).map(({ index, hash }) => `${index} (${hash})`);
  const further = missing.length > named.length ? ` and ${missing.length - named.length} more` : "";
  return new ContinuationError(
    "OperationsUnknown",
    `of operation ${named.join(", ")}${further} of its queue only the hash is on L1; bring the receipts on chain ${settlementChainId} ` +
      "of the transactions that queued them: --operations takes a file of them",
  );
}

/**
 * Checks that a node of the chain below has the same batches, since a chain that was rebuilt from the state of that chain
 * continues only then.
 */
async function checkStanding({ contract, last, batches, l1 }: Reconstruction, provider: Provider): Promise<void> {
  const { hyperchain, settlementChainId } = contract;
  const read = { provider, hyperchain, fromBlock: l1.blockNumber };
  const { committed } = await readTotals(read);
  const expected = BigInt(batches.length);
  const isSame =
    expected === 0n || (await readContract<Hex>(read, "storedBatchHash", last.batchNumber)) === hashStoredBatch(last);
  if (committed === expected && isSame) return;
  throw new ContinuationError(
    "BaseDiffers",
    `the node of chain ${settlementChainId} has ${committed} batches of the chain committed, and L1 leads to ` +
      `${isSame ? expected : `another batch ${last.batchNumber}`}; wait until L1 has executed what that node has sealed, and reconstruct again`,
  );
}
