import { randomBytes } from "node:crypto";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { NO_SLOT, slotDigest, type SignedSlot } from "../../../ground/protocol/slot.ts";
import { slotFromJson, slotToJson } from "../../../ground/protocol/slot-json.ts";
import { SlotError } from "./slot-error.ts";
import type { SlotStore } from "./slot-store.ts";

/** Part that a chain has executed, and whose slot it awaits. */
export interface PendingPart {
  readonly slot: number;
  readonly id: Hex;
  /** Digest of the request that it answers. */
  readonly request: Hex;
  /** Executed commands, as texts. */
  readonly commands: readonly string[];
  /** True for each transaction that did not revert. */
  readonly success: readonly boolean[];
  readonly gasUsed: number;
  /** Second of its execution. */
  readonly since: number;
}

/** State of a chain's slots, for a return to a snapshot. */
export interface SlotMark {
  readonly length: number;
  readonly isCut: boolean;
}

/** Contradictory slots of one number, by their digests. */
export interface SlotEvidence {
  readonly number: number;
  readonly first: Hex;
  readonly second: Hex;
}

const [LIFE, PENDING, CUT] = ["life", "pending", "cut"];
const MAX_EVIDENCE = 100;

/** Slots of a chain, the part that waits for the next one, and the chain's life. */
export class SlotLog {
  readonly #store: SlotStore;
  #life: Hex;
  #pending: PendingPart | undefined;
  #isCut: boolean;
  #newest: SignedSlot | undefined;
  #evidence: readonly SlotEvidence[] = [];

  constructor(store: SlotStore) {
    this.#store = store;
    const { facts, slots } = store;
    this.#life = (facts.get(LIFE) as Hex | undefined) ?? this.#begin();
    const pending = facts.get(PENDING);
    this.#pending = pending === undefined ? undefined : (JSON.parse(pending) as PendingPart);
    this.#isCut = facts.get(CUT) !== undefined;
    this.#newest = this.#read(slots.length);
  }

  /** Differs after each return to a snapshot. */
  get life(): Hex {
    return this.#life;
  }

  get pending(): PendingPart | undefined {
    return this.#pending;
  }

  /** True if no slot counts any longer. */
  get isCut(): boolean {
    return this.#isCut;
  }

  get newest(): SignedSlot | undefined {
    return this.#newest;
  }

  /** Number of the newest slot; 0 if there is none. */
  get number(): number {
    return Number(this.#newest?.number ?? 0);
  }

  /** Digest of the newest slot. */
  get parent(): Hex {
    return this.#newest === undefined ? NO_SLOT : slotDigest(this.#newest);
  }

  get evidence(): readonly SlotEvidence[] {
    return this.#evidence;
  }

  /** Slot of this number; undefined if there is none. */
  slot(number: number): SignedSlot | undefined {
    return number === this.number ? this.#newest : this.#read(number);
  }

  /** Returns true if it is the stored slot of its number. Throws SlotError ContradictorySlot if another slot has the number. */
  has(slot: SignedSlot): boolean {
    const stored = this.slot(Number(slot.number));
    if (stored === undefined) return false;
    const [first, second] = [slotDigest(stored), slotDigest(slot)];
    if (first === second) return true;
    const isKnown = this.#evidence.some((each) => each.second === second);
    if (!isKnown) this.#evidence = [...this.#evidence, { number: Number(slot.number), first, second }].slice(-MAX_EVIDENCE);
    throw new SlotError(
      "ContradictorySlot",
      `slot ${slot.number} is ${first}, and its sequencer has also signed ${second}; hyperchain_status shows the evidence`,
    );
  }

  hold(pending: PendingPart): Promise<void> {
    this.#pending = pending;
    this.#store.facts.set(PENDING, JSON.stringify(pending));
    return this.#store.durable();
  }

  /** Makes the slot the newest one; `add` stores it. */
  accept(slot: SignedSlot): void {
    this.#newest = slot;
  }

  add(slot: SignedSlot): void {
    this.#store.slots.append(JSON.stringify(slotToJson(slot)));
  }

  /** No part is held any longer. */
  release(): void {
    this.#pending = undefined;
    this.#store.facts.delete(PENDING);
  }

  /** Ends external sequencing: no later slot counts. */
  cut(): void {
    this.#isCut = true;
    this.#store.facts.set(CUT, String(this.number));
  }

  /** Makes all changes of the work one, which is on disk when this resolves. */
  async together(work: () => Promise<void>): Promise<void> {
    await this.#store.together(work);
    await this.#store.durable();
  }

  mark(): SlotMark {
    return { length: this.number, isCut: this.#isCut };
  }

  /** Returns to a snapshot: slots since then no longer exist, and the next ones have another life. */
  returnTo({ length, isCut }: SlotMark): void {
    const { slots, facts } = this.#store;
    slots.truncate(length);
    this.#newest = this.#read(length);
    this.#isCut = isCut;
    if (!isCut) facts.delete(CUT);
    this.release();
    this.#life = this.#begin();
  }

  #begin(): Hex {
    const life = toHex(randomBytes(32));
    this.#store.facts.set(LIFE, life);
    return life;
  }

  #read(number: number): SignedSlot | undefined {
    const text = number < 1 ? undefined : this.#store.slots.entry(number - 1);
    return text === undefined ? undefined : slotFromJson(JSON.parse(text));
  }
}
