import type { Ext } from "../../field/extension.ts";
import { P } from "../../field/koala-bear.ts";
import { POSEIDON_NODE_TAG } from "../../kernels/tree-hash.ts";
import type { Program } from "../program.ts";
import { type Octet, type Relation, type Word, WORD_ELEMENTS } from "../relation.ts";
import type { MachineRow, Slot } from "./machine-table.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";

/** A word that only a program's tables have: a copy of one of its own, or 1. */
type ExtraWord = { readonly copyOf: Word } | { readonly value: Ext };

/**
 * A program as rows of tables. The public values' words come first, by index, then the program's words, then the others. Each
 * cell is written by one row, which `wireProgram` sees to, whatever the program.
 */
export interface WiredProgram {
  readonly program: Program;
  readonly rows: Readonly<Record<MachineTableName, readonly MachineRow[]>>;
  readonly extraWords: readonly ExtraWord[];
  /** By memory and address: how many slots read the cell. */
  readonly counts: Readonly<Record<Slot["memory"], readonly number[]>>;
}

type Cell = MachineRow["cells"][number];
type Of<Kind extends Relation["kind"]> = Extract<Relation, { readonly kind: Kind }>;

/** Lays a program out, as `check-program.ts` accepts it. */
export function wireProgram(program: Program): WiredProgram {
  const wiring = new Wiring(program);
  for (const relation of program.relations) wiring.add(relation);
  return wiring;
}

/** product·a·b + linear·c + constant = result·d. */
interface ArithmeticRow {
  readonly product?: number;
  readonly a?: Cell;
  readonly b?: Cell;
  readonly linear?: number;
  readonly c?: Cell;
  readonly constant?: number;
  readonly d?: Cell;
}

class Wiring implements WiredProgram {
  readonly program: Program;
  readonly rows = {
    arithmetic: [] as MachineRow[],
    hash: [] as MachineRow[],
    pack: [] as MachineRow[],
    deal: [] as MachineRow[],
    bits: [] as MachineRow[],
    dot: [] as MachineRow[],
    constant: [] as MachineRow[],
  } satisfies Record<MachineTableName, MachineRow[]>;
  readonly extraWords: ExtraWord[] = [];
  readonly counts: Record<Slot["memory"], number[]>;
  readonly #hasWriter: Record<Slot["memory"], Uint8Array>;
  #one: number | undefined;
  #siblings = 0;

  constructor(program: Program) {
    const { wordCount, octetCount, publicCount } = program;
    this.program = program;
    this.counts = {
      word: new Array<number>(publicCount + wordCount).fill(0),
      octet: new Array<number>(octetCount).fill(0),
    };
    this.#hasWriter = { word: new Uint8Array(wordCount), octet: new Uint8Array(octetCount) };
  }

  add(relation: Relation): void {
    switch (relation.kind) {
      case "arithmetic":
        return this.#addArithmetic(relation);
      case "constant":
        return this.#push("constant", [this.#result(relation.word)], relation.value);
      case "public":
        return this.#arithmetic({ linear: 1, c: this.#read("word", relation.index), d: this.#result(relation.word) });
      case "compress": {
        const { tag, left, right, to } = relation;
        return this.#push("hash", [undefined, this.#octet(left), this.#octet(right), this.#octet(to)], [tag]);
      }
      case "climb": {
        const { bit, from, to } = relation;
        const cells = [this.#word(bit), this.#octet(from), undefined, this.#octet(to)];
        return this.#push("hash", cells, [POSEIDON_NODE_TAG], this.#siblings++);
      }
      case "pack":
        return this.#push("pack", [...relation.words.map((word) => this.#word(word)), this.#octet(relation.octet)]);
      case "deal": {
        const words = relation.words.map((word) => this.#word(word));
        return this.#push("deal", [...words, ...relation.octets.map((octet) => this.#octet(octet))]);
      }
      case "bits":
        return this.#addBits(relation);
      case "dot": {
        const { octet, weights, from, to } = relation;
        const octets = [octet, ...weights].map((own) => this.#octet(own));
        return this.#push("dot", [...octets, this.#word(from), this.#result(to)]);
      }
    }
  }

  #addBits({ element, low, high, bits }: Of<"bits">): void {
    const read = this.#word(element);
    this.#push("bits", [read, ...[low, high, ...bits].map((word) => (word === undefined ? undefined : this.#result(word)))]);
  }

  #addArithmetic({ product, a, b, linear, c, constant, d }: Of<"arithmetic">): void {
    if (b !== undefined && !this.#isWritten(b)) {
      // An inverse: what the relation says of it does not give its value, so that a row of its own writes it, equal to itself.
      const written = this.#word(b);
      this.#arithmetic({ linear: 1, c: this.#word(b), d: written });
    }
    const left = { product, a: this.#word(a), b: this.#word(b), linear, c: this.#word(c), constant };
    if (this.#isWritten(d) && c === undefined) this.#arithmetic({ ...left, linear: P - 1, c: this.#word(d) });
    else this.#arithmetic({ ...left, d: this.#result(d) });
  }

  #arithmetic({ product = 0, a, b, linear = 0, c, constant = 0, d }: ArithmeticRow): void {
    this.#push("arithmetic", [a, b, c, d], [product, linear, constant, d === undefined ? 0 : 1]);
  }

  #push(table: MachineTableName, cells: readonly Cell[], numbers: readonly number[] = [], sibling?: number): void {
    MACHINE_TABLES[table].slots.forEach(({ name, access }, i) => {
      const cell = cells[i];
      // A slot that only reads would neither send nor receive what it is to write, and a cell without a writer is any value.
      if (cell !== undefined && access === (cell.writes ? "reads" : "writes"))
        throw new Error(`slot ${name} of table ${table} ${access} cells, and is to do the other with cell ${cell.address}`);
    });
    this.rows[table].push(sibling === undefined ? { cells, numbers } : { cells, numbers, sibling });
  }

  #isWritten(word: Word): boolean {
    return this.#hasWriter.word[word] === 1;
  }

  /** The word in a slot that only writes: where it is written already, a copy that an arithmetic row compares with it. */
  #result(word: Word): Cell {
    if (!this.#isWritten(word)) return this.#word(word);
    const copy = this.#extra({ copyOf: word });
    const cells = [this.#read("word", copy), this.#read("word", this.#oneAddress()), this.#word(word), undefined];
    this.#push("arithmetic", cells, [1, P - 1, 0, 0]);
    return { address: copy, writes: true };
  }

  /** The word of 1 that comparisons multiply with. */
  #oneAddress(): number {
    if (this.#one !== undefined) return this.#one;
    const value = Array.from({ length: WORD_ELEMENTS }, (_, i) => (i === 0 ? 1 : 0));
    this.#one = this.#extra({ value });
    this.#push("constant", [{ address: this.#one, writes: true }], value);
    return this.#one;
  }

  #extra(word: ExtraWord): number {
    this.extraWords.push(word);
    return this.counts.word.push(0) - 1;
  }

  /** The word in a slot: the first one writes it. */
  #word(word: Word | undefined): Cell {
    return word === undefined ? undefined : this.#own("word", word, this.program.publicCount + word);
  }

  #octet(octet: Octet | undefined): Cell {
    return octet === undefined ? undefined : this.#own("octet", octet, octet);
  }

  #own(memory: Slot["memory"], cell: number, address: number): Cell {
    if (this.#hasWriter[memory][cell] === 1) return this.#read(memory, address);
    this.#hasWriter[memory][cell] = 1;
    return { address, writes: true };
  }

  #read(memory: Slot["memory"], address: number): Cell {
    this.counts[memory][address] = (this.counts[memory][address] ?? 0) + 1;
    return { address, writes: false };
  }
}
