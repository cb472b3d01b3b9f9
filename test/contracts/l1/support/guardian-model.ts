import { StakeModel } from "./stake-model.ts";

const WHOLE_BPS = 10_000n;
const SERVICE = "guardians";

interface ModelTerms {
  readonly shareBps: bigint;
  readonly minStake: bigint;
  readonly minTotal: bigint;
  readonly enterDelay: bigint;
  readonly unbonding: bigint;
}

/**
 * Network of guardians without an admin, by the rules of `IGuardianNetwork` alone. Each guardian has an operator with a deposit;
 * its whole deposit answers for it. Methods return false if the network refuses. Times must not fall.
 */
export class GuardianModel {
  readonly #terms: ModelTerms;
  readonly #startedAt: bigint;
  readonly #stakes: readonly StakeModel[];
  /** Second at which each member joined, by its index. */
  readonly #joined = new Map<number, bigint>();

  constructor(terms: ModelTerms, count: number, startedAt: bigint) {
    this.#terms = terms;
    this.#startedAt = startedAt;
    this.#stakes = Array.from({ length: count }, () => new StakeModel(terms.unbonding));
  }

  get members(): readonly number[] {
    return [...this.#joined.keys()].toSorted((a, b) => a - b);
  }

  stakeOf(place: number): StakeModel {
    return this.#stakes[place]!;
  }

  enlist(now: bigint, place: number): boolean {
    return this.stakeOf(place).enlist(now, SERVICE, WHOLE_BPS);
  }

  delist(now: bigint, place: number): boolean {
    return this.stakeOf(place).delist(now, SERVICE);
  }

  join(now: bigint, place: number): boolean {
    if (this.#joined.has(place) || this.#weight(place, now - 1n) < this.#terms.minStake) return false;
    this.#joined.set(place, now);
    return true;
  }

  leave(now: bigint, place: number, isOperator: boolean): boolean {
    const isWeak = this.#weight(place, now - 1n) < this.#terms.minStake;
    return (isOperator || isWeak) && this.#joined.delete(place);
  }

  /** True if a batch with these signers is accepted in a block of this second. */
  accepts(now: bigint, signers: readonly number[]): boolean {
    const time = now - 1n;
    if (time < this.#startedAt) return false;
    const delayed = time - this.#terms.enterDelay;
    const since = delayed < this.#startedAt ? this.#startedAt : delayed;
    const weights = new Map<number, bigint>();
    for (const [place, joinedAt] of this.#joined) {
      const [one, two] = [this.#weight(place, time), this.#weight(place, since)];
      if (joinedAt <= since) weights.set(place, one < two ? one : two);
    }
    if (signers.some((signer) => !weights.has(signer))) return false;
    const sum = (places: Iterable<number>): bigint => [...places].reduce((total, place) => total + weights.get(place)!, 0n);
    const total = sum(weights.keys());
    return total >= this.#terms.minTotal && sum(signers) * WHOLE_BPS >= total * this.#terms.shareBps;
  }

  #weight(place: number, second: bigint): bigint {
    return this.stakeOf(place).weightAt(SERVICE, second);
  }
}
