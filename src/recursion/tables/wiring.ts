import { POSEIDON_NODE_TAG } from "../../kernels/tree-hash.ts";
import type { Program } from "../program.ts";
import type { Octet, Relation, Word } from "../relation.ts";
import type { MachineRow, Slot } from "./machine-table.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";

/**
 * A program as rows of tables. The public values' words come first, by index, then the program's words. Each cell is written by
 * one row, which `wireProgram` sees to, whatever the program.
 */
export interface WiredProgram {
  readonly program: Program;
  readonly rows: Readonly<Record<MachineTableName, readonly MachineRow[]>>;
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
  readonly counts: Record<Slot["memory"], number[]>;
  readonly #hasWriter: Record<Slot["memory"], Uint8Array>;
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
        return this.#push("constant", [this.#word(relation.word)], relation.value);
      case "public":
        return this.#copy(this.#read("word", relation.index), this.#word(relation.word));
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
      case "bits": {
        const { element, low, high, bits } = relation;
        return this.#push(
          "bits",
          [element, low, high, ...bits].map((word) => this.#word(word)),
        );
      }
      case "dot": {
        const { octet, weights, from, to } = relation;
        const octets = [octet, ...weights].map((own) => this.#octet(own));
        return this.#push("dot", [...octets, this.#word(from), this.#word(to)]);
      }
    }
  }

  #addArithmetic({ product, a, b, linear, c, constant, d }: Of<"arithmetic">): void {
    if (b !== undefined && this.#hasWriter.word[b] !== 1) {
      // An inverse: slot b only reads, so that a row of its own writes it, which says that it equals itself.
      const written = this.#word(b);
      this.#copy(this.#word(b), written);
    }
    const operands = [a, b, c].map((word) => this.#word(word));
    this.#push("arithmetic", [...operands, this.#word(d)], [product, linear, constant]);
  }

  #copy(from: Cell, to: Cell): void {
    this.#push("arithmetic", [undefined, undefined, from, to], [0, 1, 0]);
  }

  #push(table: MachineTableName, cells: readonly Cell[], numbers: readonly number[] = [], sibling?: number): void {
    MACHINE_TABLES[table].slots.forEach(({ name, access }, i) => {
      const cell = cells[i];
      if (cell?.writes === true && access === "reads")
        throw new Error(`slot ${name} of table ${table} only reads, and is the first to name cell ${cell.address}`);
    });
    this.rows[table].push(sibling === undefined ? { cells, numbers } : { cells, numbers, sibling });
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
