/** Cell in a slot of a row, with the access of the row to it; 0 for no cell. */
export type SlotCell = number & { readonly __slotCell: unique symbol };

export const NO_CELL = 0 as SlotCell;

export function slotCell(address: number, writes: boolean): SlotCell {
  return (2 * (address + 1) + (writes ? 1 : 0)) as SlotCell;
}

/** Address of a slot's cell; undefined if the slot has none. */
export function addressOf(cell: SlotCell): number | undefined {
  return cell === NO_CELL ? undefined : Math.floor(cell / 2) - 1;
}

/** True if the row writes the cell. */
export function isWritten(cell: SlotCell): boolean {
  return cell % 2 === 1;
}

/** Rows for which there is room at first. */
const FIRST_ROOM = 64;

/**
 * Rows of a table of a program: cells in the slots, numbers, and the sibling that a row takes. All but the sibling is the key's.
 * A row has some 30 bytes: programs have hundreds of thousands, and as objects each would have more than 300.
 */
export class MachineRows {
  readonly #slots: number;
  readonly #numbers: number;
  /** Slots, numbers, and the sibling's index plus 1; 0 for none. */
  readonly #width: number;
  #words: Uint32Array;
  #length = 0;

  constructor({ slots, numbers }: { readonly slots: readonly unknown[]; readonly numbers: readonly unknown[] }) {
    this.#slots = slots.length;
    this.#numbers = numbers.length;
    this.#width = slots.length + numbers.length + 1;
    this.#words = new Uint32Array(FIRST_ROOM * this.#width);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a row. Slots without a cell and omitted numbers are 0. */
  push(cells: readonly SlotCell[], numbers: readonly number[] = [], sibling?: number): void {
    const at = this.#length * this.#width;
    if (at === this.#words.length) this.#resize(2 * this.#length);
    this.#words.set(cells, at);
    this.#words.set(numbers, at + this.#slots);
    if (sibling !== undefined) this.#words[at + this.#width - 1] = sibling + 1;
    this.#length += 1;
  }

  cell(row: number, slot: number): SlotCell {
    return this.#words[row * this.#width + slot] as SlotCell;
  }

  /** Number of a row, by its index in the row. */
  number(row: number, index: number): number {
    return this.#words[row * this.#width + this.#slots + index] as number;
  }

  numbers(row: number): number[] {
    return Array.from({ length: this.#numbers }, (_, i) => this.number(row, i));
  }

  /** Index of the sibling that a row takes; undefined if it takes none. */
  sibling(row: number): number | undefined {
    const sibling = this.#words[(row + 1) * this.#width - 1] as number;
    return sibling === 0 ? undefined : sibling - 1;
  }

  /** Frees the room for more rows. */
  trim(): void {
    if (this.#length * this.#width < this.#words.length) this.#resize(Math.max(1, this.#length));
  }

  #resize(rows: number): void {
    const words = new Uint32Array(rows * this.#width);
    words.set(this.#words.subarray(0, this.#length * this.#width));
    this.#words = words;
  }
}

/** Rows of a table in sequence. */
export interface RowRange {
  readonly rows: MachineRows;
  readonly first: number;
  readonly count: number;
}
