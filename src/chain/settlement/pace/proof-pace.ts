import { decidePace, delaysProofs, longestWaitSeconds, type PaceRules, type WaitingProofs } from "./decide.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";

export interface PaceDependencies {
  readonly nowSeconds: () => bigint;
  /** L1's base fee. Asked only where the rules have a price. */
  readonly gasPriceWei: () => Promise<bigint>;
  /** Resolves after that time, when the time is moved, or when the signal is aborted. */
  readonly wait: (ms: number, wake: AbortSignal) => Promise<void>;
  /** Ends all decisions: what waits then is never sent. */
  readonly signal: AbortSignal;
}

/** A batch whose proof is made. */
export interface ProvenBatch {
  readonly batchNumber: BatchNumber;
  /** Timestamp of its last block. */
  readonly lastTimestamp: bigint;
}

/** Proofs that are kept back. */
export interface HeldProofs {
  readonly count: number;
  /** When they go whatever L1's price is; seconds, by the ecosystem's clock. */
  readonly latestSeconds: bigint;
}

interface WaitingProof {
  readonly lastTimestamp: bigint;
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}

/** Holds a chain's proofs until its rules send them to L1: all waiting ones, in sequence. */
class ProofPace {
  readonly #rules: PaceRules;
  readonly #dependencies: PaceDependencies;
  readonly #waiting = new Map<bigint, WaitingProof>();
  /** The batches before this one do not wait. */
  #openBefore = 0n;
  /** Ends the wait between two decisions. Undefined while nothing waits. */
  #wake: AbortController | undefined;

  constructor(rules: PaceRules, dependencies: PaceDependencies) {
    this.#rules = rules;
    this.#dependencies = dependencies;
  }

  /** Resolves when the batch's proof is to go. Rejects as `gasPriceWei` does. */
  pass({ batchNumber, lastTimestamp }: ProvenBatch): Promise<void> {
    if (!delaysProofs(this.#rules) || batchNumber < this.#openBefore) return Promise.resolve();
    return new Promise((go, fail) => {
      this.#waiting.set(batchNumber, { lastTimestamp, go, fail });
      if (this.#wake === undefined) void this.#decide();
      else this.#wake.abort();
    });
  }

  /** Sends the proofs of all batches before this one immediately. */
  hurry(nextBatch: bigint): void {
    if (nextBatch > this.#openBefore) this.#openBefore = nextBatch;
    for (const [batchNumber, { go }] of [...this.#waiting]) {
      if (batchNumber >= this.#openBefore) continue;
      this.#waiting.delete(batchNumber);
      go();
    }
    this.#wake?.abort();
  }

  /** Undefined where none is kept back. */
  heldProofs(): HeldProofs | undefined {
    const proofs = this.#proofs();
    if (proofs === undefined) return undefined;
    return { count: proofs.count, latestSeconds: proofs.oldestSeconds + BigInt(longestWaitSeconds(this.#rules)) };
  }

  async #decide(): Promise<void> {
    const { signal, wait } = this.#dependencies;
    try {
      while (this.#waiting.size > 0 && !signal.aborted) {
        const wake = new AbortController();
        this.#wake = wake;
        const seconds = await this.#secondsToWait();
        // Proofs that arrived in the meantime are decided with the rest.
        if (wake.signal.aborted || signal.aborted) continue;
        if (seconds > 0) await wait(seconds * 1000, wake.signal);
        else for (const batchNumber of [...this.#waiting.keys()]) this.hurry(batchNumber + 1n);
      }
    } catch (error) {
      for (const { fail } of this.#waiting.values()) fail(error);
      this.#waiting.clear();
    } finally {
      this.#wake = undefined;
    }
  }

  async #secondsToWait(): Promise<number> {
    const { gasPriceWei, nowSeconds } = this.#dependencies;
    const price = this.#rules.maxGasPriceWei === undefined ? 0n : await gasPriceWei();
    const [proofs, now] = [this.#proofs(), nowSeconds()];
    // All may have gone while L1 was asked.
    if (proofs === undefined) return 0;
    const { count, oldestSeconds } = proofs;
    return decidePace(this.#rules, { count, oldestSeconds: oldestSeconds < now ? oldestSeconds : now }, now, price);
  }

  /** Undefined if no proof waits. */
  #proofs(): WaitingProofs | undefined {
    const [first, ...others] = [...this.#waiting.values()].map(({ lastTimestamp }) => lastTimestamp);
    if (first === undefined) return undefined;
    const oldestSeconds = others.reduce((oldest, time) => (time < oldest ? time : oldest), first);
    return { count: this.#waiting.size, oldestSeconds };
  }
}

/** A chain's pace over the runs of its settlement, each of which waits by its own clock and L1. */
export class PaceOfRuns {
  readonly #rules: PaceRules;
  #current: ProofPace | undefined;
  /** The proofs of the batches before this one do not wait. */
  #hurriedBefore = 0n;

  constructor(rules: PaceRules = {}) {
    this.#rules = rules;
  }

  /** Begins a run; returns its ProofPace's `pass`. */
  begin(dependencies: PaceDependencies): ProofPace["pass"] {
    const pace = new ProofPace(this.#rules, dependencies);
    pace.hurry(this.#hurriedBefore);
    this.#current = pace;
    return (batch) => pace.pass(batch);
  }

  /** Hurries ProofPace, also in later runs. */
  hurry(nextBatch: bigint): void {
    if (nextBatch > this.#hurriedBefore) this.#hurriedBefore = nextBatch;
    this.#current?.hurry(nextBatch);
  }

  /** Held proofs of ProofPace in the current run. */
  heldProofs(): HeldProofs | undefined {
    return this.#current?.heldProofs();
  }

  /** The numbers from this one on will be other batches', which wait, from the next run on. */
  forgetFrom(batchNumber: BatchNumber): void {
    if (batchNumber < this.#hurriedBefore) this.#hurriedBefore = batchNumber;
  }
}
