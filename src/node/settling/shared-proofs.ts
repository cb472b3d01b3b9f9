import { setImmediate } from "node:timers/promises";
import type { TransactionReceipt } from "ethers";
import type { BatchesProver, ProofForL1 } from "../../l1-proof/batches-prover.ts";
import type { ExecutedProof } from "../../l1-proof/proof-plan.ts";
import { type AggregatedBatch, MAX_AGGREGATED_BATCHES } from "../../protocol/aggregate.ts";
import type { ChainId } from "../../protocol/ids.ts";
import type { ShownExecution } from "../../protocol/shown-execution.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import type { Clock } from "../../runtime/clock.ts";

/** A committed batch whose chunks are proven, to be shown to L1 with others. */
export interface SharedBatch {
  readonly chainId: ChainId;
  readonly stored: StoredBatch;
  readonly executed: ExecutedProof;
  /** Resolves when its chain's pace lets it go. It goes before where another chain's does. */
  readonly due: Promise<void>;
  /** Aborted where it is wanted no more. */
  readonly signal: AbortSignal;
  /** Told of the proof before it leaves this process, unless the signal is aborted. */
  readonly made: (proof: ProofForL1) => Promise<void>;
  /** Shows L1 these batches' proof, by a transaction of its own chain's operator. */
  readonly send: (batches: readonly AggregatedBatch[], shown: ShownExecution) => Promise<TransactionReceipt | undefined>;
}

/** A proof of several batches that went to L1. */
export interface SharedProof extends ProofForL1 {
  /** How many batches it is of. */
  readonly batches: number;
  /** Undefined where L1 had it already. */
  readonly receipt: TransactionReceipt | undefined;
}

interface WaitingBatch extends SharedBatch {
  isDue: boolean;
  readonly outcome: PromiseWithResolvers<SharedProof>;
}

interface SharedProofsDependencies {
  readonly onL1: BatchesProver;
  readonly clock: Clock;
}

/** An operator without money, or one that L1 does not answer, keeps the others no longer than this. */
const LONGEST_SEND_MS = 60_000;

/**
 * One proof for the batches of several chains: while one is made, those that come wait for the next, which takes all that are
 * there. No chain waits for another: one whose chunks are not proven is not there, and where a proof fails each chain makes its
 * own. The operator of the chain whose batch was due first sends, and pays.
 */
export class SharedProofs {
  readonly #dependencies: SharedProofsDependencies;
  readonly #waiting: WaitingBatch[] = [];
  #isProving = false;

  constructor(dependencies: SharedProofsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Resolves once L1 was shown a proof of the batch, which its chain there may have passed over. To be called in the order of a
   * chain's batches. Rejects as the prover and the senders do, and with the signal's reason.
   */
  show(batch: SharedBatch): Promise<SharedProof> {
    const waiting: WaitingBatch = { ...batch, isDue: false, outcome: Promise.withResolvers<SharedProof>() };
    const withdraw = (reason: unknown): void => {
      if (this.#waiting.includes(waiting)) this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.outcome.reject(reason);
    };
    const leave = (): void => withdraw(batch.signal.reason);
    batch.signal.addEventListener("abort", leave);
    this.#waiting.push(waiting);
    if (batch.signal.aborted) leave();
    batch.due.then(() => {
      waiting.isDue = true;
      void this.#begin();
    }, withdraw);
    return waiting.outcome.promise.finally(() => batch.signal.removeEventListener("abort", leave));
  }

  async #begin(): Promise<void> {
    if (this.#isProving) return;
    this.#isProving = true;
    // What becomes due in the same moment goes along.
    await setImmediate();
    for (let taken = this.#take(); taken.length > 0; taken = this.#take()) {
      try {
        const proof = await this.#prove(taken);
        for (const { outcome } of taken) outcome.resolve(proof);
      } catch (error) {
        for (const { outcome } of taken) outcome.reject(error);
      }
    }
    this.#isProving = false;
  }

  /** All that wait, of the version of the first that is due; that one's chain first, and each chain's in order. */
  #take(): readonly WaitingBatch[] {
    const first = this.#waiting.find(({ isDue }) => isDue);
    if (first === undefined) return [];
    const ofVersion = this.#waiting.filter(({ stored }) => stored.protocolVersion === first.stored.protocolVersion);
    const isOfFirst = ({ chainId }: SharedBatch): boolean => chainId === first.chainId;
    const inOrder = [...ofVersion.filter(isOfFirst), ...ofVersion.filter((each) => !isOfFirst(each))];
    const taken = inOrder.slice(0, MAX_AGGREGATED_BATCHES);
    for (const each of taken) this.#waiting.splice(this.#waiting.indexOf(each), 1);
    return taken;
  }

  async #prove(taken: readonly WaitingBatch[]): Promise<SharedProof> {
    const { signal, end } = abortedWithAll(taken);
    try {
      const executed = taken.map((each) => each.executed);
      const made = await this.#dependencies.onL1.prove(executed, { signal });
      // One that has ended meanwhile must not cost the others their proof.
      await Promise.all(taken.filter((each) => !each.signal.aborted).map((each) => each.made(made)));
      const receipt = await this.#send(taken, made);
      return { ...made, batches: taken.length, receipt };
    } finally {
      end();
    }
  }

  /** By one chain after another, until one has sent it. */
  async #send(taken: readonly WaitingBatch[], { digest, proof }: ProofForL1): Promise<TransactionReceipt | undefined> {
    const batches = taken.map(({ chainId, stored }) => ({ chainId, batch: stored }));
    const senders = [...new Map(taken.map((each) => [each.chainId, each])).values()];
    let failure: unknown;
    for (const { signal, send } of senders) {
      if (signal.aborted) continue;
      try {
        return await this.#inTime(send(batches, { digest, proof }));
      } catch (error) {
        failure = error;
      }
    }
    throw failure ?? new Error("no chain whose batches are in the proof goes on");
  }

  #inTime<Value>(sent: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const cancel = this.#dependencies.clock.after(LONGEST_SEND_MS, () =>
        reject(new Error(`a chain's operator did not send the proof within ${LONGEST_SEND_MS / 1000} seconds`)),
      );
      sent.then(resolve, reject).finally(cancel);
    });
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
