const WHOLE_BPS = 10_000n;

/** One enlistment, from its first second until its end. */
export interface Period {
  readonly service: string;
  readonly shareBps: bigint;
  readonly from: bigint;
  /** Second of the end; absent while the enlistment is active. */
  until?: bigint;
  /** Second from which the share stays reserved for the time of unbonding. */
  reservedSince?: bigint;
  /** Greatest weight among the proven faults. */
  greatest: bigint;
}

/** Coins that one fault takes, and the enlistment that it belongs to. */
export interface Due {
  readonly amount: bigint;
  readonly period: Period;
  readonly weight: bigint;
}

/**
 * Deposit of one operator with one key, by the rules of `IStakeRegistry` alone: histories are lists that are
 * searched from their start, and a fault's weight is looked up in the enlistment of its second. Each method
 * returns `undefined` or false where the registry refuses. Times must not fall.
 */
export class StakeModel {
  readonly periods: Period[] = [];
  leaving = 0n;
  #announcedAt = 0n;
  readonly #unbonding: bigint;
  readonly #actives: { readonly second: bigint; readonly amount: bigint }[] = [];

  constructor(unbonding: bigint) {
    this.#unbonding = unbonding;
  }

  get active(): bigint {
    return this.#actives.at(-1)?.amount ?? 0n;
  }

  deposit(now: bigint, amount: bigint): void {
    this.#actives.push({ second: now, amount: this.active + amount });
  }

  announce(now: bigint, amount: bigint): boolean {
    const total = this.active + this.leaving;
    if (amount > total) return false;
    this.#actives.push({ second: now, amount: total - amount });
    this.leaving = amount;
    this.#announcedAt = now;
    return true;
  }

  withdraw(now: bigint): boolean {
    if (this.leaving === 0n || now < this.#announcedAt + this.#unbonding) return false;
    this.leaving = 0n;
    return true;
  }

  enlist(now: bigint, service: string, shareBps: bigint): boolean {
    const reserved = this.periods.filter(({ reservedSince }) => !this.#isFree(now, reservedSince));
    const sum = reserved.reduce((total, period) => total + period.shareBps, 0n);
    if (reserved.some((period) => period.service === service) || sum + shareBps > WHOLE_BPS) return false;
    this.periods.push({ service, shareBps, from: now, greatest: 0n });
    return true;
  }

  delist(now: bigint, service: string): boolean {
    const period = this.periods.find((each) => each.service === service && each.until === undefined);
    if (!period) return false;
    period.until = now;
    period.reservedSince = now;
    return true;
  }

  /** Coins that a proven fault of this second takes now; the greatest weight of the enlistment rises to the fault's. */
  report(now: bigint, service: string, faultAt: bigint): Due | undefined {
    const period = this.periods.find((each) => each.service === service && isWithin(each, faultAt));
    if (!period || faultAt >= now || faultAt + this.#unbonding < now) return undefined;
    const weight = this.weightAt(service, faultAt);
    const amount = weight - period.greatest;
    if (amount <= 0n) return undefined;
    period.greatest = weight;
    period.until ??= now;
    period.reservedSince = now;
    this.#take(now, amount, faultAt);
    return { amount, period, weight };
  }

  /** Stake of the key in a service at a second. */
  weightAt(service: string, second: bigint): bigint {
    const period = this.periods.find((each) => each.service === service && isWithin(each, second));
    return period === undefined ? 0n : (this.#activeAt(second) * period.shareBps) / WHOLE_BPS;
  }

  #take(now: bigint, amount: bigint, faultAt: bigint): void {
    const isLeft = faultAt < this.#announcedAt;
    const fromLeaving = !isLeft ? 0n : amount < this.leaving ? amount : this.leaving;
    this.leaving -= fromLeaving;
    const rest = this.active - (amount - fromLeaving);
    if (rest < 0n) throw new Error(`a fault at ${faultAt} lacks ${-rest} of its ${amount} coins`);
    this.#actives.push({ second: now, amount: rest });
  }

  #activeAt(second: bigint): bigint {
    return this.#actives.findLast((each) => each.second <= second)?.amount ?? 0n;
  }

  #isFree(now: bigint, reservedSince: bigint | undefined): boolean {
    return reservedSince !== undefined && reservedSince + this.#unbonding < now;
  }
}

function isWithin({ from, until }: Period, second: bigint): boolean {
  return from <= second && (until === undefined || second < until);
}
