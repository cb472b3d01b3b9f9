import { neg } from "../../field/koala-bear.ts";
import type { Program } from "../program.ts";
import { ELEMENT_BITS, LOW_BITS, NAMED_BITS, type Octet, type Relation, type Word } from "../relation.ts";
import { addressOf, isWritten, MachineRows, NO_CELL, type SlotCell, slotCell } from "./machine-rows.ts";
import type { Slot } from "./machine-table.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";
import { filledRows } from "./table-heights.ts";

/**
 * A program as rows of tables. The public values' words come first, by index, then the program's words. Each cell is written by
 * one row, which `wireProgram` sees to, whatever the program.
 */
export interface WiredProgram {
  readonly program: Program;
  readonly rows: Readonly<Record<MachineTableName, MachineRows>>;
  /** Number of slots that read the cell, by memory and address. */
  readonly counts: Readonly<Record<Slot["memory"], readonly number[]>>;
  /** Words that rows have and the program does not: they follow its own. */
  readonly derived: readonly DerivedWord[];
}

/** A word of the base field that follows from another one's first coordinate. */
interface DerivedWord {
  readonly of: Word;
  valueOf(element: number): number;
}

type Of<Kind extends Relation["kind"]> = Extract<Relation, { readonly kind: Kind }>;

/** Rows of arithmetic that an element's bits take at most: each is boolean, sums up to it, its high and low part, its range. */
const MOST_ROWS_OF_BITS = 2 * ELEMENT_BITS + LOW_BITS + ELEMENT_BITS - NAMED_BITS;

/**
 * Lays a program out, as `check-program.ts` accepts it. Bits are rows of arithmetic where that table has room for them in what
 * it would be filled up with: a table less is a hundred columns less to open. Where a form is given, they are where it has no
 * table of bits.
 */
export function wireProgram(
  program: Program,
  minLogRows: number,
  form?: Readonly<Record<MachineTableName, readonly number[]>>,
): WiredProgram {
  if (form !== undefined) return layOut(program, form.bits.length === 0);
  const wiring = layOut(program, false);
  const { arithmetic, bits } = wiring.rows;
  const most = arithmetic.length + MOST_ROWS_OF_BITS * bits.length;
  if (bits.length === 0 || filledRows(most, minLogRows) > filledRows(arithmetic.length, minLogRows)) return wiring;
  return layOut(program, true);
}

function layOut(program: Program, hasBitsInArithmetic: boolean): Wiring {
  const wiring = new Wiring(program, hasBitsInArithmetic);
  for (const relation of program.relations) wiring.add(relation);
  for (const rows of Object.values(wiring.rows)) rows.trim();
  return wiring;
}

class Wiring implements WiredProgram {
  readonly program: Program;
  readonly rows = {
    arithmetic: new MachineRows(MACHINE_TABLES.arithmetic),
    hash: new MachineRows(MACHINE_TABLES.hash),
    pack: new MachineRows(MACHINE_TABLES.pack),
    deal: new MachineRows(MACHINE_TABLES.deal),
    bits: new MachineRows(MACHINE_TABLES.bits),
    dot: new MachineRows(MACHINE_TABLES.dot),
    constant: new MachineRows(MACHINE_TABLES.constant),
    offer: new MachineRows(MACHINE_TABLES.offer),
    pick: new MachineRows(MACHINE_TABLES.pick),
  } satisfies Record<MachineTableName, MachineRows>;
  readonly counts: Record<Slot["memory"], number[]>;
  readonly derived: DerivedWord[] = [];
  readonly #hasBitsInArithmetic: boolean;
  readonly #hasWriter: Record<Slot["memory"], number[]>;
  #siblings = 0;

  constructor(program: Program, hasBitsInArithmetic: boolean) {
    const { wordCount, octetCount, publicCount } = program;
    this.program = program;
    this.#hasBitsInArithmetic = hasBitsInArithmetic;
    this.counts = {
      word: new Array<number>(publicCount + wordCount).fill(0),
      octet: new Array<number>(octetCount).fill(0),
    };
    this.#hasWriter = { word: new Array<number>(wordCount).fill(0), octet: new Array<number>(octetCount).fill(0) };
  }

  add(relation: Relation): void {
    switch (relation.kind) {
      case "arithmetic":
        return this.#addArithmetic(relation);
      case "constant":
        return this.#push("constant", [this.#word(relation.word)], relation.value);
      case "public":
        return this.#copy(this.#read("word", relation.index), this.#word(relation.word));
      case "compress": {
        const { tag, left, right, to } = relation;
        return this.#push("hash", [NO_CELL, this.#octet(left), this.#octet(right), this.#octet(to)], [tag]);
      }
      case "climb": {
        const { tag, bit, from, to } = relation;
        const cells = [this.#word(bit), this.#octet(from), NO_CELL, this.#octet(to)];
        return this.#push("hash", cells, [tag], this.#siblings++);
      }
      case "offer":
        return this.#push("offer", [this.#octet(relation.octet)], [relation.tree, relation.index]);
      case "pick":
        return this.#push("pick", [this.#word(relation.index), this.#octet(relation.octet)], [relation.tree]);
      case "pack":
        return this.#push("pack", [...relation.words.map((word) => this.#word(word)), this.#octet(relation.octet)]);
      case "deal": {
        const words = relation.words.map((word) => this.#word(word));
        return this.#push("deal", [...words, ...relation.octets.map((octet) => this.#octet(octet))]);
      }
      case "bits": {
        if (this.#hasBitsInArithmetic) return this.#addBits(relation);
        const { element, low, high, bits } = relation;
        return this.#push(
          "bits",
          [element, low, high, ...bits].map((word) => this.#word(word)),
        );
      }
      case "dot": {
        const { octet, weights, from, to } = relation;
        const octets = [octet, ...weights].map((part) => this.#octet(part));
        return this.#push("dot", [...octets, this.#word(from), this.#word(to)]);
      }
    }
  }

  #addArithmetic({ product, a, b, linear, c, constant, d }: Of<"arithmetic">): void {
    if (b !== undefined && this.#hasWriter.word[b] !== 1) {
      // An inverse: slot b only reads, so a separate row writes it, which states that it equals itself.
      const written = this.#word(b);
      this.#copy(this.#word(b), written);
    }
    const operands = [a, b, c].map((word) => this.#word(word));
    this.#push("arithmetic", [...operands, this.#word(d)], [product, linear, constant]);
  }

  /**
   * Bits by arithmetic. Their sums, from the highest onwards, are the element. If the seven highest are 1 it is p − 1,
   * the greatest number: the product of these bits, times the element, is the product times −1.
   */
  #addBits({ element, low, high, bits }: Of<"bits">): void {
    const derive = (valueOf: DerivedWord["valueOf"]): Word => this.#derive({ of: element, valueOf });
    const all = Array.from({ length: ELEMENT_BITS }, (_, i) => bits[i] ?? derive((number) => Math.floor(number / 2 ** i) % 2));
    for (const bit of all) this.#multiply(bit, bit, bit);
    const top = all[ELEMENT_BITS - 1] as Word;
    let [sum, product] = [top, top];
    for (let i = ELEMENT_BITS - 2; i >= 0; i--) {
      const above = i === LOW_BITS ? high : i === 0 ? element : undefined;
      sum = this.#appendBit(sum, all[i], above ?? derive((number) => Math.floor(number / 2 ** i)));
      if (i < NAMED_BITS) continue;
      const next = derive((number) => (Math.floor(number / 2 ** i) === 2 ** (ELEMENT_BITS - i) - 1 ? 1 : 0));
      this.#multiply(product, all[i], next);
      product = next;
    }
    this.#push(
      "arithmetic",
      [...[product, element].map((word) => this.#word(word)), NO_CELL, this.#word(product)],
      [neg(1), 0, 0],
    );
    if (low === undefined) return;
    let lower = all[LOW_BITS - 1] as Word;
    for (let i = LOW_BITS - 2; i >= 0; i--) {
      const part = (number: number): number => Math.floor((number % 2 ** LOW_BITS) / 2 ** i);
      lower = this.#appendBit(lower, all[i], i === 0 ? low : derive(part));
    }
  }

  /** Twice the sum, and the bit, which is its own square. */
  #appendBit(sum: Word, bit: Word | undefined, to: Word): Word {
    const written = this.#word(to);
    this.#push("arithmetic", [this.#word(bit), this.#word(bit), this.#word(sum), written], [1, 2, 0]);
    return to;
  }

  #multiply(a: Word, b: Word | undefined, to: Word): void {
    const written = this.#word(to);
    this.#push("arithmetic", [this.#word(a), this.#word(b), NO_CELL, written], [1, 0, 0]);
  }

  #derive(word: DerivedWord): Word {
    this.counts.word.push(0);
    return (this.program.wordCount + this.derived.push(word) - 1) as Word;
  }

  #copy(from: SlotCell, to: SlotCell): void {
    this.#push("arithmetic", [NO_CELL, NO_CELL, from, to], [0, 1, 0]);
  }

  #push(table: MachineTableName, cells: readonly SlotCell[], numbers: readonly number[] = [], sibling?: number): void {
    MACHINE_TABLES[table].slots.forEach(({ name, access }, i) => {
      const cell = cells[i] ?? NO_CELL;
      if (isWritten(cell) && access === "reads")
        throw new Error(`slot ${name} of table ${table} only reads, and is the first to name cell ${addressOf(cell) ?? 0}`);
    });
    this.rows[table].push(cells, numbers, sibling);
  }

  /** The word in a slot: the first one writes it. */
  #word(word: Word | undefined): SlotCell {
    return word === undefined ? NO_CELL : this.#access("word", word, this.program.publicCount + word);
  }

  #octet(octet: Octet | undefined): SlotCell {
    return octet === undefined ? NO_CELL : this.#access("octet", octet, octet);
  }

  #access(memory: Slot["memory"], cell: number, address: number): SlotCell {
    if (this.#hasWriter[memory][cell] === 1) return this.#read(memory, address);
    this.#hasWriter[memory][cell] = 1;
    return slotCell(address, true);
  }

  #read(memory: Slot["memory"], address: number): SlotCell {
    this.counts[memory][address] = (this.counts[memory][address] ?? 0) + 1;
    return slotCell(address, false);
  }
}
