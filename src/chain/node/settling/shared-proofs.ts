import { setImmediate } from "node:timers/promises";
import type { TransactionReceipt } from "ethers";
import type { BatchesProver, ProofForL1 } from "../../../proofs/l1-proof/batches-prover.ts";
import type { AggregatedBatch } from "../../../ground/protocol/aggregate.ts";
import type { AssetFlow } from "../../../ground/protocol/asset-flows.ts";
import type { MemberSlots } from "../../../ground/protocol/hub-slots.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { MAX_SHOWN_BATCHES } from "../../../ground/protocol/way-to-l1.ts";
import type { ProofProgress } from "../../../proofs/prover/job.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { type BatchToProve, withPreparedProof } from "./prepared-proof.ts";

/** Imports and flows of a batch, as its execution on L1 takes them. */
export interface ExecutionLists {
  readonly imports: readonly ImportedRoot[];
  readonly flows: readonly AssetFlow[];
}

/** A committed batch whose chunks are proven, to be shown to L1 with others. */
export interface SharedBatch extends BatchToProve {
  readonly chainId: ChainId;
  readonly stored: StoredBatch;
  /** For those who verify that L1 would execute it. Default: both are empty. */
  readonly lists?: ExecutionLists;
  /** Slots that programs of a hub read in the state after the batch; absent unless the chain serves facts. */
  readonly slots?: MemberSlots | undefined;
  /** Told of the proof before it leaves this process, unless the signal is aborted. */
  readonly made: (proof: ProofForL1) => Promise<void>;
}

/** A proof of several batches that went to L1. */
export interface SharedProof extends ProofForL1 {
  /** Number of batches in the proof. */
  readonly batches: number;
  /** Undefined where L1 had it already. */
  readonly receipt: TransactionReceipt | undefined;
}

/**
 * Shows L1 batches with those of other chains: SharedProofs in this process, OfferedBatches by another one, or with those of
 * chains on this one, or to a proven chain on which this one settles.
 */
export interface ShowsTogether {
  /** True if a batch with these imports is shown so. Default: every batch is. */
  readonly isShownHere?: (imports: readonly ImportedRoot[]) => boolean;
  show(batch: SharedBatch): Promise<Pick<SharedProof, "receipt">>;
}

interface WaitingBatch extends SharedBatch {
  isDue: boolean;
  /** True if the proofs that depend on the batch alone are made. */
  isPrepared: boolean;
  readonly outcome: PromiseWithResolvers<SharedProof>;
}

interface SharedProofsDependencies {
  readonly onL1: BatchesProver;
  readonly clock: Clock;
}

/** An operator without money, or one that L1 does not answer, keeps the others no longer than this. */
const LONGEST_UNTIL_SENT_MS = 60_000;
/** From then on its transaction is on L1's way, where fees are raised twice a minute: another would be paid for, too. */
const LONGEST_UNTIL_MINED_MS = 600_000;
/** Operators whose transactions leave with one proof: what a second one costs is what a first one that is stuck is worth. */
const MOST_SENDERS = 2;
/** Maximum time of the request whether L1 has a chain's batch proven. */
const LONGEST_LOOK_MS = 10_000;

/**
 * Common proof for the batches of several chains. Proofs that depend on one batch alone are made as batches arrive, in
 * their chain's turns. One proof covers all batches that are ready; later batches wait for the next proof. No chain waits
 * for another. If a proof does not reach L1, a batch's chain proves it alone, and the chain's next batches wait for that,
 * because L1 would skip them. The operator of the chain whose batch was due first sends, and pays.
 */
export class SharedProofs {
  readonly #dependencies: SharedProofsDependencies;
  /** Each chain's in order. */
  readonly #waiting: WaitingBatch[] = [];
  /** Batches that their chains prove alone, and that L1 has not proven. */
  readonly #offered = new Set<WaitingBatch>();
  #isProving = false;

  constructor(dependencies: SharedProofsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Resolves once L1 has the batch proven with others. To be called in the order of a chain's batches. Rejects as the prover and
   * the senders do, where the aggregator passes over the batch, and with the signal's reason.
   */
  async show(batch: SharedBatch): Promise<SharedProof> {
    const { signal } = batch;
    signal.throwIfAborted();
    const outcome = Promise.withResolvers<SharedProof>();
    const waiting: WaitingBatch = { ...batch, isDue: false, isPrepared: false, outcome };
    const leave = (): void => this.#refuse(waiting, signal.reason);
    signal.addEventListener("abort", leave);
    this.#waiting.push(waiting);
    // A chain whose pace counts batches sends the existing ones, and the one that completes the number.
    const go = async (step: Promise<unknown>): Promise<void> => {
      await step;
      waiting.isPrepared = true;
      void this.#begin();
      await batch.due();
      waiting.isDue = true;
      void this.#begin();
    };
    try {
      return await withPreparedProof(this.#dependencies.onL1, batch, (prepared) => {
        go(prepared).catch((reason: unknown) => this.#refuse(waiting, reason));
        return outcome.promise;
      });
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** Leaves the batch to its chain, which proves it alone unless it is cancelled. */
  #refuse(batch: WaitingBatch, reason: unknown): void {
    if (this.#waiting.includes(batch)) this.#waiting.splice(this.#waiting.indexOf(batch), 1);
    batch.outcome.reject(reason);
    if (batch.signal.aborted) return;
    this.#offered.add(batch);
    const goOn = (): void => {
      this.#offered.delete(batch);
      void this.#begin();
    };
    batch.proven().then(goOn, goOn);
  }

  async #begin(): Promise<void> {
    if (this.#isProving) return;
    this.#isProving = true;
    // What becomes due in the same moment goes along.
    await setImmediate();
    for (let taken = this.#take(); taken.length > 0; taken = this.#take()) {
      try {
        await this.#tell(taken, await this.#prove(taken));
      } catch (error) {
        for (const batch of taken) this.#refuse(batch, error);
      }
    }
    this.#isProving = false;
  }

  /** All that are ready, of the version of the first that is due; that one's chain first, and each chain's in order. */
  #take(): readonly WaitingBatch[] {
    const unready = new Set<ChainId>();
    const ready = this.#waiting.filter((batch) => {
      if (!batch.isPrepared || this.#isBehindHeld(batch)) unready.add(batch.chainId);
      return !unready.has(batch.chainId);
    });
    const first = ready.find(({ isDue }) => isDue);
    if (first === undefined) return [];
    const ofVersion = ready.filter(({ stored }) => stored.protocolVersion === first.stored.protocolVersion);
    const isOfFirst = ({ chainId }: SharedBatch): boolean => chainId === first.chainId;
    const inOrder = [...ofVersion.filter(isOfFirst), ...ofVersion.filter((each) => !isOfFirst(each))];
    const taken = inOrder.slice(0, MAX_SHOWN_BATCHES);
    for (const each of taken) this.#waiting.splice(this.#waiting.indexOf(each), 1);
    return taken;
  }

  /** True if the batch must wait for a held one; batches before a held one need not wait. */
  #isBehindHeld({ chainId, stored }: WaitingBatch): boolean {
    const isBefore = (other: WaitingBatch): boolean => other.chainId === chainId && other.stored.batchNumber < stored.batchNumber;
    return [...this.#offered].some(isBefore);
  }

  async #prove(batches: readonly WaitingBatch[]): Promise<SharedProof> {
    const { signal, end } = abortedWithAll(batches);
    try {
      const executed = batches.map((each) => each.executed);
      const onProgress = (progress: ProofProgress): void => batches.forEach((each) => each.onProgress?.(progress));
      const made = await this.#dependencies.onL1.prove(executed, { signal, onProgress });
      // One that has ended meanwhile must not cost the others their proof.
      await Promise.all(batches.filter((each) => !each.signal.aborted).map((each) => each.made(made)));
      const receipt = await this.#send(batches, made);
      return { ...made, batches: batches.length, receipt };
    } finally {
      end();
    }
  }

  /** Each chain hears what L1 has of its batches, before more of them are taken. */
  async #tell(batches: readonly WaitingBatch[], proof: SharedProof): Promise<void> {
    const told = batches.map(async (batch) => {
      const { promise, end } = this.#limit<boolean>(LONGEST_LOOK_MS, "L1 did not tell what it has of the batch");
      const isProven = await Promise.race([batch.isProven(), promise]).catch(() => false);
      end();
      if (isProven) batch.outcome.resolve(proof);
      else this.#refuse(batch, new Error("L1 has not the batch proven by the proof that it was shown"));
    });
    await Promise.all(told);
  }

  /** Sends by one chain after another, until one succeeds. */
  async #send(waiting: readonly WaitingBatch[], proof: ProofForL1): Promise<TransactionReceipt | undefined> {
    const batches = waiting.map(({ chainId, stored }) => ({ chainId, batch: stored }));
    const senders = [...new Map(waiting.map((each) => [each.chainId, each])).values()];
    let [failure, left]: [unknown, number] = [undefined, 0];
    for (const sender of senders) {
      if (sender.signal.aborted) continue;
      if (left === MOST_SENDERS) break;
      const onLeft = (): void => void left++;
      try {
        return await this.#sendBy(sender, batches, proof, onLeft);
      } catch (error) {
        failure = error;
      }
    }
    throw failure ?? new Error("every chain whose batches are in the proof has ended");
  }

  /** One that is given up sends nothing later. */
  async #sendBy(
    { send, signal }: WaitingBatch,
    batches: readonly AggregatedBatch[],
    { digest, proof }: ProofForL1,
    onLeft: () => void,
  ): Promise<TransactionReceipt | undefined> {
    const given = new AbortController();
    let limit = this.#limit<never>(LONGEST_UNTIL_SENT_MS, "a chain's operator did not send the proof");
    const mined = Promise.withResolvers<never>();
    const until = (each: typeof limit): void => void each.promise.catch(mined.reject);
    until(limit);
    const leave = (): void => mined.reject(signal.reason);
    signal.addEventListener("abort", leave);
    let isLeft = false;
    const onLeaving = (): void => {
      if (isLeft) return;
      isLeft = true;
      onLeft();
      limit.end();
      limit = this.#limit(LONGEST_UNTIL_MINED_MS, "L1 did not mine the proof's transaction");
      until(limit);
    };
    try {
      return await Promise.race([send(batches, { digest, proof }, { onLeaving, signal: given.signal }), mined.promise]);
    } catch (error) {
      given.abort(error);
      throw error;
    } finally {
      limit.end();
      signal.removeEventListener("abort", leave);
    }
  }

  /** Rejects after that time, unless it is ended. */
  #limit<Value>(ms: number, subject: string): { readonly promise: Promise<Value>; end(): void } {
    const { promise, reject } = Promise.withResolvers<Value>();
    const end = this.#dependencies.clock.after(ms, () => reject(new Error(`${subject} within ${ms / 1000} seconds`)));
    return { promise, end };
  }
}

/** A signal that is aborted once all of theirs are: a proof that one chain wants is made. */
function abortedWithAll(batches: readonly SharedBatch[]): { readonly signal: AbortSignal; end(): void } {
  const all = new AbortController();
  const look = (): void => {
    if (batches.every(({ signal }) => signal.aborted)) all.abort(batches[0]?.signal.reason);
  };
  for (const { signal } of batches) signal.addEventListener("abort", look);
  look();
  return { signal: all.signal, end: () => batches.forEach(({ signal }) => signal.removeEventListener("abort", look)) };
}
