/** A batch that was executed, and its signers. */
interface ModelBatch {
  readonly committedAt: bigint;
  readonly slots: ReadonlySet<bigint>;
  readonly signers: ReadonlySet<number>;
}

/** A request of a leaf. */
interface ModelChallenge {
  readonly batch: number;
  readonly slot: bigint;
  readonly deadline: bigint;
  bond: bigint;
  isAnswered: boolean;
}

interface ModelTerms {
  readonly retention: bigint;
  readonly answerTime: bigint;
  readonly slashTime: bigint;
}

/**
 * Requests for data by the rules of `IAvailabilityChallenge` alone; every guardian has one stake, which one fault takes. Methods
 * return false if the contract refuses.
 */
export class ChallengeModel {
  readonly batches: ModelBatch[] = [];
  readonly challenges: ModelChallenge[] = [];
  readonly slashed = new Set<number>();
  readonly #terms: ModelTerms;

  constructor(terms: ModelTerms) {
    this.#terms = terms;
  }

  /** Coins that the contract has. */
  get bonds(): bigint {
    return this.challenges.reduce((sum, { bond }) => sum + bond, 0n);
  }

  open(now: bigint, batch: number, slot: bigint, bond: bigint): boolean {
    if (now > this.batches[batch]!.committedAt + this.#terms.retention) return false;
    this.challenges.push({ batch, slot, bond, deadline: now + this.#terms.answerTime, isAnswered: false });
    return true;
  }

  /** True if this kind of answer, of this batch's state, is the request's. */
  answers(now: bigint, index: number, { batch, isPresent }: { readonly batch: number; readonly isPresent: boolean }): boolean {
    const challenge = this.challenges[index]!;
    const isOpen = !challenge.isAnswered && now <= challenge.deadline;
    const isTrue = batch === challenge.batch && this.batches[batch]!.slots.has(challenge.slot) === isPresent;
    if (isOpen && isTrue) challenge.isAnswered = true;
    return isOpen && isTrue;
  }

  pay(index: number, reward: bigint): void {
    this.challenges[index]!.bond -= reward;
  }

  report(now: bigint, index: number, guardian: number): boolean {
    const { deadline, isAnswered, batch } = this.challenges[index]!;
    const isInTime = !isAnswered && now > deadline && now <= deadline + this.#terms.slashTime;
    if (!isInTime || this.slashed.has(guardian) || !this.batches[batch]!.signers.has(guardian)) return false;
    this.slashed.add(guardian);
    return true;
  }

  close(now: bigint, index: number): boolean {
    const challenge = this.challenges[index]!;
    if (challenge.bond === 0n || (!challenge.isAnswered && now <= challenge.deadline)) return false;
    challenge.bond = 0n;
    return true;
  }
}
