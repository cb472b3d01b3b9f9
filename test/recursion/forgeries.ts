import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { add, inv, mul, P, sub } from "../../src/proofs/field/koala-bear.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import type { Memory } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import type { Octet, Word } from "../../src/proofs/recursion/relation.ts";
import { HASH_TABLE } from "../../src/proofs/recursion/tables/hash-table.ts";
import { machineAir } from "../../src/proofs/recursion/tables/machine-table.ts";
import type { MachineTableName } from "../../src/proofs/recursion/tables/machine-tables.ts";
import type { Air } from "../../src/proofs/stark/constraints/air.ts";
import { evaluateRows } from "../../src/proofs/stark/constraints/column-arithmetic.ts";

/*
 * False statements of small programs, each with cells and rows that break one constraint. All values are computed here, so that
 * what is forged is forged consistently: all that reads a false cell has the false value.
 */

/** A false statement: what the cells would hold, and the row that lies. */
export interface Forgery {
  readonly table: MachineTableName;
  readonly constraint: string;
  readonly program: Program;
  readonly publicValues: readonly number[];
  readonly memory: Memory;
  /** Main cells of the table's first row; what the cells give if left out. */
  readonly row?: readonly number[];
}

const field = createExtension(5);
const ZERO = field.zero;
const element = (x: number): Ext => [x, 0, 0, 0, 0];

/** Program whose cells get their values at creation. */
class Values {
  readonly assembler = new Assembler();
  readonly words: Ext[] = [];
  readonly octets: (readonly number[])[] = [];
  readonly publicValues: number[] = [];
  readonly siblings: (readonly number[])[] = [];

  constructor() {
    this.assembler.section("all", "ConstraintMismatch");
  }

  word(cell: Word, value: Ext): Word {
    this.words[cell] = value;
    return cell;
  }

  octet(cell: Octet, value: readonly number[]): Octet {
    this.octets[cell] = value;
    return cell;
  }

  constant(value: Ext): Word {
    return this.word(this.assembler.constant(value), value);
  }

  public(value: number): Word {
    this.publicValues.push(value);
    return this.word(this.assembler.public(), element(value));
  }

  /** Eight words of the base field, and that public values are the same. */
  publish(words: readonly Word[]): void {
    this.constant(ZERO);
    const values = words.map((word) => this.words[word]![0]!);
    const octet = this.octet(this.assembler.pack(words), [...values, ...new Array<number>(8 - words.length).fill(0)]);
    this.assembler.pack(
      values.map((value) => this.public(value)),
      octet,
    );
  }

  publishOctet(octet: Octet): void {
    this.assembler.pack(
      this.octets[octet]!.map((value) => this.public(value)),
      octet,
    );
  }

  /** All coordinates of a word are public values. */
  publishWord(word: Word): void {
    this.constant(ZERO);
    const [octet] = this.assembler.deal([word]);
    const value = this.words[word]!;
    this.octet(octet!, [...value, 0, 0, 0]);
    this.assembler.pack(
      value.map((coordinate) => this.public(coordinate)),
      octet,
    );
  }

  forgery(table: MachineTableName, constraint: string, row?: readonly number[]): Forgery {
    const { publicValues, words, octets, siblings } = this;
    const program = this.assembler.build(`forged ${constraint}`);
    return {
      table,
      constraint,
      program,
      publicValues,
      memory: { words, octets, siblings },
      ...(row === undefined ? {} : { row }),
    };
  }
}

const moved = (value: Ext, k: number): Ext => value.with(k, add(value[k]!, 1));

/** Results of which one coordinate is another. */
function wordForgeries(): Forgery[] {
  const [x, y] = [
    [3, 1, 4, 1, P - 5],
    [9, 2, 6, 5, 3],
  ] as const;
  return [0, 1, 2, 3, 4].flatMap((k) => {
    const sum = new Values();
    const [a, b] = [sum.constant(x), sum.constant(y)];
    const product = field.add(field.scale(field.mul(x, y), 3), field.add(field.scale(x, 5), element(7)));
    const terms = { product: { factor: 3, a, b }, linear: { factor: 5, c: a }, constant: 7 };
    sum.publishWord(sum.word(sum.assembler.arithmetic(terms), moved(product, k)));

    const constant = new Values();
    const cell = constant.word(constant.assembler.constant(x), moved(x, k));
    constant.publishWord(cell);

    const dot = new Values();
    const weights = Array.from({ length: 8 }, (_, i) => moved(y, i % 5));
    const elements = [5, 4, 3, 2, 1, 0, P - 1, 8];
    const octet = dot.octet(dot.assembler.pack(elements.map((value) => dot.public(value))), elements);
    const dealt = dot.assembler.deal(weights.map((weight) => dot.constant(weight)));
    dealt.forEach((own, i) => dot.octet(own, weights.flat().slice(8 * i, 8 * i + 8)));
    const value = elements.reduce((total, factor, i) => field.add(total, field.scale(weights[i]!, factor)), x as Ext);
    dot.publishWord(dot.word(dot.assembler.dot(octet, dealt, dot.constant(x)), moved(value, k)));
    return [
      sum.forgery("arithmetic", `coordinate ${k}`),
      constant.forgery("constant", `coordinate ${k}`),
      dot.forgery("dot", `coordinate ${k}`),
    ];
  });
}

const LEFT = [1, 2, 3, 4, 5, 6, 7, P - 8];
const RIGHT = [8, 7, 6, 5, 4, 3, 2, 0];

/** The row of a compression. */
function hashRow(tag: number, left: readonly number[], right: readonly number[]): number[] {
  const columns = machineAir("hash", HASH_TABLE).columnNames.map(() => new Uint32Array(1));
  HASH_TABLE.fill(columns, {
    count: 1,
    value: (_, slot) => [undefined, left, right][slot],
    number: () => tag,
    sibling: () => undefined,
    picks: () => 0,
  });
  return columns.map(([value = 0]) => value);
}

/** Another digest, by a false cell of the permutation and all that follows from it. */
function permutationForgeries(air: Air): Forgery[] {
  const first = 1 + 16;
  const own = air.constraints.filter(({ name }) => /^(permutation|output\[)/.test(name));
  const groups = [...Map.groupBy(own.keys(), (k) => own[k]!.name.replace(/\[\d+\]$/, "")).values()];
  const preprocessed = air.preprocessedNames.map((name) => Uint32Array.of(name === "tag" ? 17 : 0));
  return own.map(({ name }, at) => {
    const row = hashRow(17, LEFT, RIGHT);
    const main = row.map((value) => Uint32Array.of(value));
    main[first + at]![0] = add(row[first + at]!, 1);
    for (const group of groups.filter(([start = 0]) => start > at)) {
      for (const k of group) main[first + k]![0] = 0;
      const bodies = group.map((k) => own[k]!.body);
      const values = evaluateRows(air, bodies, { preprocessed, main }, [], Uint32Array.of(0));
      // What is left of a constraint whose cell is 0 is the cell, or the cell's negative where that stands first.
      group.forEach(
        (k, i) => (main[first + k]![0] = own[k]!.name.startsWith("output") ? sub(0, values[i]![0]!) : values[i]![0]!),
      );
    }
    const forged = main.map(([value = 0]) => value);
    return compression(name, [LEFT, RIGHT], forged);
  });
}

/** A digest that is the row's, of operands that are public. */
function compression(constraint: string, [left, right]: readonly [readonly number[], readonly number[]], row: readonly number[]) {
  const values = new Values();
  const packed = (elements: readonly number[]): Octet =>
    values.octet(values.assembler.pack(elements.map((value) => values.public(value))), elements);
  const own = packed(left);
  const to = values.assembler.compress(17, own, left === right ? own : packed(right));
  values.publishOctet(values.octet(to, row.slice(-8)));
  return values.forgery("hash", constraint, row);
}

/** A digest of another left operand than the public one. */
function swapForgery(): Forgery {
  const [, ...rest] = hashRow(17, LEFT, RIGHT);
  return compression("a compression does not swap", [RIGHT, RIGHT], [1, ...rest]);
}

/** A step on a side that is 2: any node is a mixture of some operands. */
function sideForgery(): Forgery {
  const values = new Values();
  const bit = values.public(2);
  const node = values.octet(values.assembler.pack(LEFT.map((value) => values.public(value))), LEFT);
  const left = RIGHT.map((right, i) => sub(add(right, right), LEFT[i]!));
  const [, ...rest] = hashRow(18, left, RIGHT);
  values.siblings.push(RIGHT);
  values.publishOctet(values.octet(values.assembler.climb(bit, node), compress(18, left, RIGHT)));
  return values.forgery("hash", "bit is boolean", [2, ...rest]);
}

/** Bits that are not the element's. */
function bitsForgery(constraint: string, value: number, bits: readonly number[], tops: readonly number[]): Forgery {
  const values = new Values();
  const sum = (own: readonly number[]): Ext => element(own.reduce((total, bit, i) => add(total, mul(bit, 2 ** i)), 0));
  const cells = values.assembler.newWords(26);
  const parts = [sum(bits.slice(0, 16)), sum(bits.slice(16)), ...bits.slice(0, 24).map(element)];
  cells.forEach((cell, i) => values.word(cell, parts[i]!));
  const [low, high, ...named] = cells;
  values.assembler.bits(values.public(value), { low: low!, high: high!, bits: named });
  for (let i = 0; i < cells.length; i += 8) values.publish(cells.slice(i, i + 8));
  return values.forgery("bits", constraint, [...bits, ...tops]);
}

function bitsForgeries(): Forgery[] {
  const booleans = Array.from({ length: 31 }, (_, k) => {
    const bits = new Array<number>(31).fill(0).with(k, mul(5, inv(2 ** k)));
    return bitsForgery(`bit[${k}] is boolean`, 5, bits, [0, 0, 0]);
  });
  // The bits of the number 4 + p, which is below 2^31.
  const above = Array.from({ length: 31 }, (_, i) => Math.floor((4 + P) / 2 ** i) % 2);
  const tops = [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
  ].map((own, i) => bitsForgery(`top[${i}]`, 4, above, own));
  return [...booleans, ...tops, bitsForgery("below p", 4, above, [1, 1, 1])];
}

/** A false statement for each constraint; `hashAir` is the table hash's. */
export function forgeries(hashAir: Air): Forgery[] {
  return [...wordForgeries(), ...permutationForgeries(hashAir), swapForgery(), sideForgery(), ...bitsForgeries()];
}
