import { readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import { readLinkIndex } from "../../../ground/protocol/link-index.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import { SettlementError } from "../../settlement/errors/settlement-error.ts";
import type { LinkedChain } from "../linked/linked-chain.ts";
import type { BatchUpdate, Resealed } from "./batch-update.ts";
import type { Settling } from "./settling.ts";

interface ResealingOptions {
  /** Name of the chain for messages. */
  readonly name: string;
  /** True if a chain rewinds automatically. With a remote L1 its operator decides. */
  readonly automatic: boolean;
  /** The first batch that this process forms; of those before, L1 has the changes and not the transactions. */
  readonly firstBatch: bigint;
}

interface ResealingDependencies {
  readonly chain: () => LinkedChain;
  readonly settling: () => Settling;
  /** Reads L1, and hands out the operations that the chain has not taken. */
  readonly waitingOperations: () => Promise<readonly L2CanonicalTransaction[]>;
  /** Runs the work after all pending input from L1, before later input, and never during a snapshot. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Called when the chain is rewound to before the first rebuilt batch. */
  readonly onRewound: () => void;
  readonly onUpdate: (update: Extract<BatchUpdate, { readonly type: "resealed" | "factVoid" }>) => void;
}

/** Maximum number of rewinds without an executed batch; a chain that needs more has another fault. */
const MAX_ATTEMPTS = 3;

/**
 * Rebuilds batches that L1, or the validators, refuse for their time, or for the version that results from it, and batches
 * that import a void fact, without that fact.
 */
export class Resealing {
  readonly #options: ResealingOptions;
  readonly #dependencies: ResealingDependencies;
  #attempts = 0;
  /** Indexes of facts that L1 will not show the chain. */
  readonly #void = new Set<bigint>();

  constructor(options: ResealingOptions, dependencies: ResealingDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /**
   * Rewinds to the last batch that L1 has committed, or to before `fromBatch`, which L1 then reverts by the quorum's
   * signatures, and rebuilds everything since, with the operations that wait on L1. Rejects with RangeError for a batch
   * that is executed, or not sealed; with QuorumUnreachable; or with the reason that prevents a rewind. An import with the
   * index `without` is left out, then and later; the batch may be one that L1 does not store.
   */
  reseal(fromBatch?: bigint, without?: bigint): Promise<Resealed> {
    return this.#dependencies.inTurn(async () => {
      if (without !== undefined) this.#void.add(without);
      try {
        // A batch that L1 does not store yet is rebuilt with those before it.
        return await this.#rewindFrom(fromBatch, without !== undefined);
      } catch (error) {
        const { chain, settling } = this.#dependencies;
        // Batches are restored or, if the chain has stopped during the rewind, deleted; waiting callers are notified.
        if (chain().fault === undefined) settling().resume();
        else settling().giveUp(error);
        throw error;
      }
    });
  }

  /** Handles a refused batch: the chain rewinds automatically, or settlement stops. */
  refused(error: SettlementError): void {
    if (error.voided !== undefined) {
      const { index } = error.voided;
      this.#void.add(index);
      const peer = (readFactIndex(index) ?? readLinkIndex(index))?.chainId;
      this.#dependencies.onUpdate({ type: "factVoid", index, peer });
    }
    if (!this.#options.automatic) {
      const from = error.voided === undefined ? "" : ` from batch ${error.voided.batchNumber}`;
      this.#dependencies.settling().giveUp(hopeless(error, `rebuild it with hyperchain:reseal${from}`));
      return;
    }
    this.#dependencies.inTurn(() => this.#mend(error)).catch((failure: unknown) => this.#dependencies.settling().giveUp(failure));
  }

  /** Resets the number of rewinds, because L1 has executed a batch. */
  executed(): void {
    this.#attempts = 0;
  }

  async #mend(refusal: SettlementError): Promise<void> {
    // The chain may have returned to a snapshot before its turn came.
    if (this.#dependencies.settling().refusal() !== refusal) return;
    const { voided } = refusal;
    // A rebuild without a void fact removes its reason, so it counts as no attempt.
    if (voided === undefined && ++this.#attempts > MAX_ATTEMPTS) throw hopeless(refusal, `it was formed ${MAX_ATTEMPTS} times`);
    try {
      await this.#rewindFrom(voided?.batchNumber);
    } catch (failure) {
      throw hopeless(refusal, `${this.#options.name} could not rewind: ${String(failure)}`, failure);
    }
  }

  async #rewindFrom(fromBatch: bigint | undefined, orEarlier = false): Promise<Resealed> {
    const { chain, settling, waitingOperations, onRewound, onUpdate } = this.#dependencies;
    await settling().pause();
    await settling().allMined();
    const { committed, executed } = await settling().totals();
    const firstBatch = fromBatch === undefined || (orEarlier && fromBatch > committed) ? committed : fromBatch;
    if (firstBatch < executed)
      throw new RangeError(`batch ${firstBatch} is executed on L1 and stays; the next one is ${executed}`);
    if (firstBatch > committed)
      throw new RangeError(
        `batch ${firstBatch} cannot be the first to be rebuilt: L1 has batches up to ${committed - 1n}, so batch ${committed} is the last that can`,
      );
    if (firstBatch < this.#options.firstBatch)
      throw new RangeError(
        `batch ${firstBatch} was formed by another process: L1 has its changes and not its transactions, so batch ${this.#options.firstBatch} is the first that can be rebuilt`,
      );
    if (!chain().remembers(firstBatch)) throw new RangeError(`batch ${firstBatch} has not begun: there is nothing to rebuild`);
    if (firstBatch < committed) await settling().revertOnL1(firstBatch);
    const operations = await waitingOperations();
    const lost = await chain().rewind(firstBatch, operations, onRewound, this.#void);
    const resealed = { firstBatch, lost };
    onUpdate({ type: "resealed", resealed });
    settling().resume();
    return resealed;
  }
}

function hopeless(refusal: SettlementError, reason: string, cause: unknown = refusal): SettlementError {
  const { contractError } = refusal;
  return new SettlementError(refusal.code, `${refusal.message}; ${reason}`, {
    cause,
    ...(contractError === undefined ? {} : { contractError }),
  });
}
