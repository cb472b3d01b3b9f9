import type { Hex } from "../../ground/protocol/hex.ts";
import type { Clock } from "../../ground/runtime/clock.ts";

/** A unit of ../model/work-limits.ts. */
const UNIT_MS = 0.00016;
/** Maximum number of doublings of a pause, one for each refusal. */
const MOST_DOUBLINGS = 6;
/** Number of the last pause's durations without another refusal after which a sender's pauses start over. */
const CALM_PAUSES = 16;
/** Senders that were refused before have, all together, the tenth part of the time. */
const SHARES_OF_OTHERS = 9;
const MOST_SENDERS = 10_000;
/** Gas of a plain instruction, one unit. */
const GAS_PER_UNIT = 3n;

interface Debt {
  /** Number of doublings of the last pause. */
  readonly doublings: number;
  readonly untilMs: number;
  /** Time at which its pauses start over. */
  readonly calmMs: number;
  /** Gas that would have paid for all work since the sender is here. */
  readonly owedGas: bigint;
}

interface UnpaidWorkDependencies {
  readonly clock: Clock;
  /** The chain's own accounts, which carry what others ask for. */
  readonly spared: readonly Hex[];
  /** Called when a pause has ended. */
  readonly onEnd: () => void;
}

/**
 * Work of transactions that were refused behind it, for which no sender pays. Its sender waits as long as the work took, and
 * twice as long with each further refusal. As accounts are many, those that were refused before wait for each other's work
 * too. So the work of other senders goes first, whatever these send.
 */
export class UnpaidWork {
  readonly #dependencies: UnpaidWorkDependencies;
  /**
   * The oldest first, which goes when they are too many. Time alone clears no sender: with many accounts it could wait. Gas
   * does, which it pays in blocks.
   */
  readonly #debts = new Map<Hex, Debt>();
  #allUntilMs = 0;

  constructor(dependencies: UnpaidWorkDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether a sender may be held at all. */
  get any(): boolean {
    return this.#debts.size > 0;
  }

  /** Whether the sender's transactions wait for now. */
  holds(sender: Hex): boolean {
    const debt = this.#debts.get(sender);
    return debt !== undefined && this.#dependencies.clock.nowMs() < Math.max(debt.untilMs, this.#allUntilMs);
  }

  /** Records the refusal of a transaction after this number of units of work. */
  add(sender: Hex, units: number): void {
    const { clock, spared, onEnd } = this.#dependencies;
    const workMs = Math.floor(units * UNIT_MS);
    if (workMs === 0 || spared.includes(sender)) return;
    const now = clock.nowMs();
    const last = this.#debts.get(sender);
    const doublings = last === undefined || now >= last.calmMs ? 0 : Math.min(last.doublings + 1, MOST_DOUBLINGS);
    const pauseMs = workMs * 2 ** doublings;
    this.#debts.delete(sender);
    const [oldest] = this.#debts.keys();
    if (oldest !== undefined && this.#debts.size >= MOST_SENDERS) this.#debts.delete(oldest);
    const untilMs = now + pauseMs;
    const owedGas = (last?.owedGas ?? 0n) + BigInt(Math.ceil(units)) * GAS_PER_UNIT;
    this.#debts.set(sender, { doublings, untilMs, calmMs: untilMs + pauseMs * CALM_PAUSES, owedGas });
    clock.after(pauseMs, onEnd);
    if (last === undefined) return;
    this.#allUntilMs = Math.max(this.#allUntilMs, now) + workMs * SHARES_OF_OTHERS;
    clock.after(this.#allUntilMs - now, onEnd);
  }

  /** A transaction of the sender is in a block, and has paid for so much gas. One that has paid for all its work is new again. */
  paid(sender: Hex, gas: bigint): void {
    const debt = this.#debts.get(sender);
    if (debt === undefined) return;
    if (debt.owedGas <= gas) this.#debts.delete(sender);
    else this.#debts.set(sender, { ...debt, owedGas: debt.owedGas - gas });
  }

  /** Lets all senders start over. */
  forget(): void {
    this.#debts.clear();
    this.#allUntilMs = 0;
  }
}
