import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { encodedBytes, type ChangeSize } from "./change-size.ts";
import { placeOf, type FlatState, type UndoRecord } from "./flat-state.ts";

/** An account or a slot that was written to since the start. */
interface Place {
  readonly name: string;
  /** First write, whose `before` is the value at the start, and its position. */
  readonly record: UndoRecord;
  readonly position: number;
  counted: Counted;
}

/** Contribution of an account or a slot to the size. */
interface Counted {
  readonly diffs: number;
  readonly insertions: number;
  readonly diffBytes: number;
  /** Value of the code hash leaf, where the account has got code. */
  readonly code: bigint | undefined;
}

const NOTHING: Counted = { diffs: 0, insertions: 0, diffBytes: 0, code: undefined };

/** Size of a state's changes since a start, at the cost of what was written since it was last asked for. */
export class RunningSize {
  readonly #state: FlatState;
  readonly #places = new Map<string, Place>();
  /** Accounts that have got a code, by its hash. */
  readonly #holders = new Map<bigint, number>();
  /** The place of each write after the start that is counted, by its position. */
  #counted: Place[] = [];
  #start: number;
  #diffs = 0;
  #insertions = 0;
  #diffBytes = 0;
  #codeBytes = 0;

  /** Counts from the state's present mark on. */
  constructor(state: FlatState) {
    this.#state = state;
    this.#start = state.mark();
  }

  /** Counts from another mark on. */
  restart(mark: number): void {
    this.#start = mark;
    this.#counted = [];
    this.#places.clear();
    this.#holders.clear();
    this.#diffs = this.#insertions = this.#diffBytes = this.#codeBytes = 0;
  }

  /** Equal to `changeSize` of the state's changes since the start. Throws GenesisError as they do. */
  size(): ChangeSize {
    const { records } = this.#state;
    const kept = Math.max(0, this.#state.takeLowestMark() - this.#start);
    // Undone writes: their values are as before their first remaining write, or not written any longer.
    const changed = new Set(this.#counted.splice(kept));
    for (const place of changed) {
      if (place.position < this.#start + kept) continue;
      this.#count(place, NOTHING);
      this.#places.delete(place.name);
      changed.delete(place);
    }
    for (let position = this.#start + this.#counted.length; position < records.length; position++) {
      const place = this.#placeOf(records[position] as UndoRecord, position);
      this.#counted.push(place);
      changed.add(place);
    }
    for (const place of changed) this.#count(place, this.#changesOf(place));
    const { size: codes } = this.#holders;
    return { diffs: this.#diffs, insertions: this.#insertions, diffBytes: this.#diffBytes, codes, codeBytes: this.#codeBytes };
  }

  #placeOf(record: UndoRecord, position: number): Place {
    const name = placeOf(record);
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = { name, record, position, counted: NOTHING }));
    return place;
  }

  #changesOf({ record }: Place): Counted {
    const writes = this.#state.leavesOf(record).filter(({ value, before }) => value !== before);
    return {
      diffs: writes.length,
      insertions: writes.filter(({ before }) => before === 0n).length,
      diffBytes: writes.reduce((sum, write) => sum + encodedBytes(write), 0),
      code: writes.find(({ leafKind, value }) => leafKind === LeafKind.codeHash && value !== 0n)?.value,
    };
  }

  #count(place: Place, now: Counted): void {
    const { counted } = place;
    this.#diffs += now.diffs - counted.diffs;
    this.#insertions += now.insertions - counted.insertions;
    this.#diffBytes += now.diffBytes - counted.diffBytes;
    if (now.code !== counted.code) {
      if (counted.code !== undefined) this.#hold(counted.code, -1);
      if (now.code !== undefined) this.#hold(now.code, 1);
    }
    place.counted = now;
  }

  /** A code counts once, however many accounts have got it. */
  #hold(code: bigint, change: 1 | -1): void {
    const before = this.#holders.get(code) ?? 0;
    const now = before + change;
    if (now === 0) this.#holders.delete(code);
    else this.#holders.set(code, now);
    if (before === 0) this.#codeBytes += this.#state.codeOf(code).length;
    if (now === 0) this.#codeBytes -= this.#state.codeOf(code).length;
  }
}
