import assert from "node:assert/strict";
import { type AtomicFlow, flowFactKey, hashAtomicFlow } from "../../../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import type { Randomness } from "../../../protocol/random-batches.ts";
import { callOf, START, type FlowWorld, type WorldChain, type WorldLeaf } from "./flow-world.ts";
import { chainOf, DEADLINE, prepare, sampleFlow } from "./sample-flow.ts";

/** L1's clock, in seconds, at which nothing of a schedule can still change. */
const END = DEADLINE + 1_000n;
export const STRANGER = 9;
export const [MISSING, HELD, RELEASED, REFUNDED] = [0n, 1n, 2n, 3n] as const;

/** Behavior of a chain in a schedule. */
interface Habits {
  /** Seconds by which its clock is behind L1's; below 0 it is ahead. */
  readonly lag: bigint;
  /** From when on L1 executes nothing of it. */
  readonly silentFrom: bigint;
}

/** Flows on three chains with lags, silences, refusals and late or missing escrows, moved by everybody at random. */
export class FlowSchedule {
  readonly flows: readonly AtomicFlow[];
  readonly habits: readonly Habits[];
  /** When each leg's party means to give; beyond the end if never. */
  readonly #planned: readonly (readonly bigint[])[];
  readonly #pivotRuns: readonly bigint[];
  readonly #world: FlowWorld;
  readonly #random: Randomness;
  /** Status of each leg on its chain, by the successful transactions. */
  readonly #statuses: bigint[][];
  #now = START;

  constructor(world: FlowWorld, random: Randomness, recipients: readonly Hex[]) {
    this.#world = world;
    this.#random = random;
    const chance = (percent: number): boolean => random.index(100) < percent;
    const near = (): bigint => DEADLINE - 60n + BigInt(random.index(80));
    this.habits = world.chains.map(() => ({
      lag: chance(40) ? BigInt(random.index(80)) - 20n : 0n,
      silentFrom: chance(25) ? START + BigInt(random.index(1_300)) : END,
    }));
    this.flows = Array.from({ length: 2 }, () => {
      const count = 2 + random.index(3);
      const pivot = chance(70) ? random.index(count) : -1;
      const offset = random.index(3);
      const legs = Object.fromEntries(
        Array.from({ length: count }, (_, i) => {
          const at = (i + offset) % 3;
          const calls = i === pivot && chance(60) ? { recipient: recipients[at]!, callHash: callOf("0xc0de") } : {};
          return [i, { chainId: world.chains[at]!.chainId, ...calls }];
        }),
      );
      return sampleFlow(world, { count, pivot, legs });
    });
    this.#statuses = this.flows.map(({ legs }) => legs.map(() => MISSING));
    this.#planned = this.flows.map(({ legs }) =>
      legs.map(() => (chance(8) ? END * 2n : chance(20) ? near() : START + BigInt(random.index(400)))),
    );
    this.#pivotRuns = this.flows.map(() => (chance(50) ? near() : START + BigInt(random.index(900))));
  }

  /** Everything until the deadline and some time after it. `check` is called after each step. */
  async run(check: () => Promise<void>): Promise<void> {
    while (this.#now < DEADLINE + 150n) {
      this.#now += BigInt(1 + this.#random.index(this.#now > DEADLINE - 100n ? 30 : 200));
      for (const [i, chain] of this.#world.chains.entries()) chain.clock = this.#now - this.habits[i]!.lag;
      for (const [f, flow] of this.flows.entries()) await this.#moveFlow(f, flow);
      for (const [i, chain] of this.#world.chains.entries()) await this.#moveL1(i, chain);
      await check();
    }
  }

  /** The chains that ran on end later than the deadline, the silent ones are stopped, and all learn of it. */
  async finish(): Promise<void> {
    for (const [i, chain] of this.#world.chains.entries()) {
      if (this.isSilent(i)) chain.mark(END, true);
      else {
        chain.clock = END;
        // A block at that time; what is in it does not matter.
        await chain.importRoot();
        const messenger = await chain.predeploy("L1Messenger");
        await chain.send(messenger, STRANGER, "sendToL1", ["0x"]);
        await chain.execute(END);
      }
    }
    for (const [i, chain] of this.#world.chains.entries()) if (!this.isSilent(i)) await chain.importRoot();
  }

  isSilent(chain: number): boolean {
    return this.habits[chain]!.silentFrom < END;
  }

  /** State of a leg's escrow on L1: its status, and the fee for its end. */
  settledStatus(flow: AtomicFlow, leg: number): bigint {
    return this.#settledWord(flow, leg) & 0xffn;
  }

  settledFee(flow: AtomicFlow, leg: number): bigint {
    return this.#settledWord(flow, leg) >> 8n;
  }

  #settledWord(flow: AtomicFlow, leg: number): bigint {
    const key = flowFactKey(this.#world.address, hashAtomicFlow(flow), leg, false);
    const last = this.#world.leaves.findLast(({ chainId }) => chainId === flow.legs[leg]!.chainId);
    return last?.after.get(key) ?? MISSING;
  }

  /** Fee that the chain holds for the account that ends a leg. */
  async feeOf(flow: AtomicFlow, leg: number): Promise<bigint> {
    const { flows } = chainOf(this.#world, flow, leg);
    return (await flows.getFunction("feeOf").staticCall(hashAtomicFlow(flow), leg)) as bigint;
  }

  /** Status of a leg on its chain. */
  statusOf(flow: AtomicFlow, leg: number): bigint {
    return this.#statuses[this.flows.indexOf(flow)]![leg]!;
  }

  /** Calls that could pay a leg out: with all facts that are needed, where there are such. */
  releaseOf(flow: AtomicFlow, leg: number): readonly unknown[] | undefined {
    const pivot = flow.legs.findIndex(({ isPivot }) => isPivot);
    if (pivot === leg) return undefined;
    const needed = pivot === -1 ? [...flow.legs.keys()] : flow.legs[pivot]!.chainId === flow.legs[leg]!.chainId ? [] : [pivot];
    if (!needed.every((each) => this.#world.hasFact(flow, each))) return undefined;
    return [flow, leg, needed.map((each) => this.#world.fact(flow, each)), flow.legs[leg]!.recipient];
  }

  refundOf(flow: AtomicFlow, leg: number, missing: number, leaf: WorldLeaf): readonly unknown[] {
    const { party } = flow.legs[leg]!;
    return [flow, leg, missing, this.#world.absence(flow, missing, leaf), party];
  }

  /** Whether a call passes; with what it leads to, it is made, and without only asked for. */
  async tries(flow: AtomicFlow, leg: number, name: string, args: readonly unknown[], leadsTo?: bigint): Promise<boolean> {
    const { flows, send } = chainOf(this.#world, flow, leg);
    try {
      if (leadsTo === undefined) await flows.getFunction(name).staticCall(...args);
      else await send(flows, STRANGER, name, args);
    } catch (error) {
      if (error instanceof Error && /revert/.test(error.message)) return false;
      throw error;
    }
    if (leadsTo !== undefined) this.#statuses[this.flows.indexOf(flow)]![leg] = leadsTo;
    return true;
  }

  async #moveFlow(f: number, flow: AtomicFlow): Promise<void> {
    const random = this.#random;
    for (const [leg, at] of this.#planned[f]!.entries()) {
      if (this.#now < at || this.statusOf(flow, leg) !== MISSING) continue;
      const isLate = chainOf(this.#world, flow, leg).clock > DEADLINE;
      // The contract refuses what is late by its chain's clock.
      if (isLate) continue;
      await prepare(this.#world, flow, leg);
      this.#statuses[f]![leg] = HELD;
    }
    await this.#addFee(flow, random.index(flow.legs.length));
    const pivot = flow.legs.findIndex(({ isPivot }) => isPivot);
    const others = [...flow.legs.keys()].filter((leg) => leg !== pivot);
    const isHeld = pivot !== -1 && this.statusOf(flow, pivot) === HELD;
    if (isHeld && this.#now >= this.#pivotRuns[f]! && others.every((leg) => this.#world.hasFact(flow, leg))) {
      const data = flow.legs[pivot]!.callHash === callOf("0xc0de") ? "0xc0de" : "0x";
      const facts = others.map((leg) => this.#world.fact(flow, leg));
      await this.tries(flow, pivot, "execute", [flow, pivot, data, facts], RELEASED);
    }
    const leg = random.index(flow.legs.length);
    if (random.index(4) === 0) {
      const args = this.releaseOf(flow, leg);
      if (args !== undefined) await this.tries(flow, leg, "release", args, RELEASED);
    }
    const leaf = this.#world.leaves[random.index(Math.max(1, this.#world.leaves.length))];
    if (random.index(4) === 0 && leaf !== undefined) {
      const missing = flow.legs.findIndex(({ chainId }) => chainId === leaf.chainId);
      if (missing !== -1) await this.tries(flow, leg, "refund", this.refundOf(flow, leg, missing, leaf), REFUNDED);
    }
  }

  /** Anyone may, while the leg is in escrow and at no other time. */
  async #addFee(flow: AtomicFlow, leg: number): Promise<void> {
    if (this.#random.index(3) !== 0) return;
    const fee = BigInt(this.#random.index(50));
    const { flows, send } = chainOf(this.#world, flow, leg);
    const isHeld = this.statusOf(flow, leg) === HELD;
    const added = send(flows, STRANGER, "addFee", [hashAtomicFlow(flow), leg], fee);
    if (!isHeld) return assert.rejects(added, /EscrowNotHeld/);
    await added;
  }

  async #moveL1(i: number, chain: WorldChain): Promise<void> {
    const isSilent = this.#now >= this.habits[i]!.silentFrom;
    if (!isSilent && this.#random.index(3) === 0) await chain.execute(this.#now);
    else if (this.#random.index(8) === 0) chain.mark(this.#now);
    if (this.#random.index(2) === 0) await chain.importRoot();
  }
}
