import { add, P, sub } from "../../field/koala-bear.ts";
import type { Compress, Digest } from "../../../ground/protocol/digest.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import { elementNames, type FieldValues, fieldElements, fieldValues } from "../../stark/constraints/fields.ts";
import { CUBIC_FIELDS } from "../poseidon/cubic-permutation.ts";
import { permuteByRounds } from "../poseidon/permutation-trace.ts";
import { CARRY_BITS, CARRY_OFFSET, JOIN_SPLIT_FIELDS, MASKS } from "./join-split-air.ts";
import { commitmentOf, LIMB_BITS, type Note, padDigest, valueLimbs } from "./note.ts";
import { LOG_ROWS, type PlannedRow, ROW_PLAN } from "./rows.ts";
import { encodeStatement, type JoinSplitStatement } from "./statement.ts";

/** A note that is spent, with its leaf in the tree. A note of value 0 may have any index and siblings. */
export interface SpentNote {
  readonly value: bigint;
  readonly random: Digest;
  readonly index: number;
  /** Siblings of the leaf and of the nodes above it, the root excluded. */
  readonly siblings: readonly Digest[];
}

/** Secrets of a join-split. */
export interface JoinSplitWitness {
  readonly nullifierKey: Digest;
  readonly inputs: readonly [SpentNote, SpentNote];
  readonly outputs: readonly [Note, Note];
}

export type JoinSplitCells = FieldValues<typeof JOIN_SPLIT_FIELDS, number>;
type Register = "key" | "commitment" | "total" | "index" | "weight" | "bit";
const NO_DIGEST = padDigest([]);
const NO_CELLS = fieldValues(CUBIC_FIELDS, new Array<number>(Object.values(CUBIC_FIELDS).reduce((a, b) => a + b, 0)).fill(0));
const NO_MASK = new Array<number>(MASKS).fill(0);

/** Input of a proof: statement and trace. Rows that hide the witness are left to the prover. */
export function joinSplitInput(statement: JoinSplitStatement, witness: JoinSplitWitness): ProverInput {
  return {
    statement: encodeStatement(statement),
    auxiliary: [[]],
    traces: [joinSplitColumns(joinSplitRows(statement, witness))],
  };
}

/** The table's columns from its rows. */
export function joinSplitColumns(rows: readonly JoinSplitCells[]): Uint32Array[] {
  const columns = elementNames(JOIN_SPLIT_FIELDS).map(() => new Uint32Array(2 ** LOG_ROWS));
  rows.forEach((cells, row) =>
    fieldElements("joinSplit", JOIN_SPLIT_FIELDS, cells).forEach((value, i) => columns[i]?.fill(value, row, row + 1)),
  );
  return columns;
}

/** The rows in the order of `ROW_PLAN`. */
export function joinSplitRows(
  { valueIn, valueOut }: Pick<JoinSplitStatement, "valueIn" | "valueOut">,
  witness: JoinSplitWitness,
): JoinSplitCells[] {
  const writer = new RowWriter(witness.nullifierKey);
  for (const note of witness.inputs) writer.spend(note);
  for (const note of witness.outputs) writer.create(note);
  writer.balance(valueIn, valueOut);
  return writer.rows;
}

class RowWriter {
  readonly rows: JoinSplitCells[] = [];
  readonly #registers: Record<"key" | "commitment" | "total", Digest> & Record<"index" | "weight" | "bit", number>;

  constructor(key: Digest) {
    this.#registers = { key, commitment: NO_DIGEST, total: [0, 0, 0, 0], index: 0, weight: 0, bit: 0 };
  }

  spend({ value, random, index, siblings }: SpentNote): void {
    const { key } = this.#registers;
    const owner = this.#hash(key, NO_DIGEST);
    // The note's registers are the same on all rows of the note, so the commitment is computed before them.
    this.#set({ index, commitment: commitmentOf(compress, { value, owner, random }) });
    this.#range(value, owner);
    const commitment = this.#hash(this.#hash(padDigest(valueLimbs(value)), owner), random);
    this.#hash(key, this.#hash(commitment, padDigest([index])));
    let node = commitment;
    for (const [level, sibling] of siblings.entries()) {
      const rest = Math.floor(index / 2 ** level);
      const bit = rest % 2;
      this.#set({ index: rest, bit });
      node = bit === 1 ? this.#hash(sibling, node) : this.#hash(node, sibling);
    }
    this.#set({ index: 0, bit: 0 });
  }

  create({ value, owner, random }: Note): void {
    this.#range(value, owner);
    this.#hash(this.#hash(padDigest(valueLimbs(value)), owner), random);
  }

  balance(valueIn: bigint, valueOut: bigint): void {
    const [added, taken] = [valueLimbs(valueIn), valueLimbs(valueOut)];
    let carry = 0;
    const carries = this.#registers.total.map((sum, i) => {
      carry = Math.floor((signed(sum) + (added[i] ?? 0) - (taken[i] ?? 0) + carry) / 2 ** LIMB_BITS);
      return carry;
    });
    const cells = carries.slice(0, -1).flatMap((each) => bitsOf(each + CARRY_OFFSET, CARRY_BITS));
    this.#push({ left: NO_DIGEST, right: NO_DIGEST, output: NO_DIGEST, cells: bitCells(cells) });
  }

  #range(value: bigint, owner: Digest): void {
    const limbs = valueLimbs(value);
    const { sign } = this.#plan();
    this.#set({ weight: limbs.reduce((a, b) => a + b, 0) });
    const cells = bitCells(limbs.flatMap((limb) => bitsOf(limb, LIMB_BITS)));
    this.#push({ left: padDigest(limbs), right: owner, output: NO_DIGEST, cells });
    const grow = sign === 1 ? add : sub;
    this.#set({ total: this.#registers.total.map((sum, i) => grow(sum, limbs[i] ?? 0)) });
  }

  #hash(leftHalf: Digest, rightHalf: Digest): Digest {
    const { output, cells } = compression(this.#plan().tag, leftHalf, rightHalf);
    this.#push({ left: leftHalf, right: rightHalf, output, cells });
    return output;
  }

  #plan(): PlannedRow {
    const row = ROW_PLAN[this.rows.length];
    if (row === undefined) throw new RangeError(`a join-split has ${ROW_PLAN.length} rows`);
    return row;
  }

  #set(changes: Partial<Record<Register, Digest | number>>): void {
    Object.assign(this.#registers, changes);
  }

  #push({ cells, ...row }: Pick<JoinSplitCells, "left" | "right" | "output"> & { readonly cells: typeof NO_CELLS }): void {
    this.rows.push({ ...row, ...this.#registers, ...cells, mask: NO_MASK });
  }
}

function compression(tag: number, leftHalf: Digest, rightHalf: Digest) {
  const state = Float64Array.from([...leftHalf.map((x, i) => (i === 0 ? add(x, tag) : x)), ...rightHalf]);
  const cells = fieldValues(CUBIC_FIELDS, permuteByRounds(state));
  return { cells, output: leftHalf.map((x, i) => add(x, state[i] ?? 0)) };
}

const compress: Compress = (tag, ...halves) => [...compression(tag, ...halves).output];

/** The bits of a number, the lowest first. */
function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** i) % 2);
}

/** Bits in the cells of a permutation that is not computed. */
function bitCells(bits: readonly number[]): typeof NO_CELLS {
  const cells = fieldElements("joinSplit", CUBIC_FIELDS, NO_CELLS);
  return fieldValues(CUBIC_FIELDS, [...bits, ...cells.slice(bits.length)]);
}

/** The number nearest to zero that an element is. */
function signed(value: number): number {
  return value > P / 2 ? value - P : value;
}
