import { StakeModel } from "./stake-model.ts";

const WHOLE_BPS = 10_000n;
const SERVICE = "guardians";

interface ModelTerms {
  readonly shareBps: bigint;
  readonly minStake: bigint;
  readonly minTotal: bigint;
  readonly enterDelay: bigint;
  readonly unbonding: bigint;
  /** Seconds for which a key that left stays in the list. */
  readonly validity: bigint;
}

/** Membership of a key; `leftAt` is absent until it leaves. */
interface Membership {
  readonly joinedAt: bigint;
  readonly leftAt?: bigint;
}

/**
 * Network of guardians without an admin, by the rules of `IGuardianNetwork` alone. Each guardian has an operator with a deposit;
 * its whole deposit answers for it. Methods return false if the network refuses. Times must not fall.
 */
export class GuardianModel {
  readonly #terms: ModelTerms;
  readonly #startedAt: bigint;
  readonly #stakes: readonly StakeModel[];
  /** Present membership, or the one that ended last, by the index. */
  readonly #memberships = new Map<number, Membership>();

  constructor(terms: ModelTerms, count: number, startedAt: bigint) {
    this.#terms = terms;
    this.#startedAt = startedAt;
    this.#stakes = Array.from({ length: count }, () => new StakeModel(terms.unbonding));
  }

  get members(): readonly number[] {
    const present = [...this.#memberships].filter(([, { leftAt }]) => leftAt === undefined);
    return present.map(([place]) => place).toSorted((a, b) => a - b);
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
    const last = this.#memberships.get(place);
    const isListed = last !== undefined && (last.leftAt === undefined || now < last.leftAt + this.#terms.validity);
    if (isListed || this.#weight(place, now - 1n) < this.#terms.minStake) return false;
    this.#memberships.set(place, { joinedAt: now });
    return true;
  }

  leave(now: bigint, place: number, isOperator: boolean): boolean {
    const last = this.#memberships.get(place);
    const isWeak = this.#weight(place, now - 1n) < this.#terms.minStake;
    if (last === undefined || last.leftAt !== undefined || !(isOperator || isWeak)) return false;
    this.#memberships.set(place, { ...last, leftAt: now });
    return true;
  }

  /** True if a batch with these signers, whose weights of a past second count, is accepted. */
  accepts(time: bigint, signers: readonly number[]): boolean {
    if (time < this.#startedAt) return false;
    const delayed = time - this.#terms.enterDelay;
    const since = delayed < this.#startedAt ? this.#startedAt : delayed;
    const weights = new Map<number, bigint>();
    for (const [place, { joinedAt, leftAt }] of this.#memberships) {
      const [one, two] = [this.#weight(place, time), this.#weight(place, since)];
      if (joinedAt <= since && (leftAt === undefined || leftAt > time)) weights.set(place, one < two ? one : two);
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
