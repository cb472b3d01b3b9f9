import type { ProgramUse, RowProgram, VectorProgram } from "../backend.ts";
import { requireStores } from "../row-program.ts";
import { checked, scalarIndex, type StraightLine, straightLine } from "./straight-line.ts";
import { type ColumnAccess, columnValue, ONE, type StripCode, StripCodeWriter } from "./strip-code.ts";
import { joinSums, negatable, sumParts } from "./sums.ts";

/** Scopes of accumulators. */
export const SCOPES = 4;
/** Values that wait for their weights at most: they are added to the accumulators together. */
const MOST_WAITING = 16;

interface RowBounds {
  readonly columns: number;
  readonly scalars: number;
  readonly stored: number;
}

interface ConstraintBounds {
  readonly columns: number;
  readonly scalars: number;
  readonly weights: number;
  readonly degree: number;
}

/**
 * The code of a row program. Its columns and what it stores are the request's, its scalars these and then their negatives. Throws
 * RangeError when it refers to a register, column or scalar that does not exist, or does not store each of its columns once.
 */
export function encodeRowProgram(program: RowProgram, bounds: RowBounds, access: ColumnAccess): StripCode {
  return encodeOnce(program, bounds, access, () => {
    requireStores(program, bounds.stored);
    const translation = new Translation(program, bounds, bounds.columns, access);
    const { line, writer } = translation;
    program.instructions.forEach((instruction, i) => {
      if (instruction.op === "store") writer.store(translation.operand(line.a[i] ?? 0), instruction.column, "canonical");
      else if (instruction.op === "invert") writer.invert(line.firstResult + i, translation.operand(line.a[i] ?? 0));
      else translation.arithmetic(i);
    });
    return writer.finish();
  });
}

/**
 * The code of a constraint program. Its columns are the table's and then the selectors of the scopes; it stores the coordinates
 * of Σ accumulator · selector over the scopes. Its scalars are the table's, then their negatives, then the coordinates of the
 * weights. Throws RangeError when it refers to a register, column, scalar, weight or scope that does not exist.
 */
export function encodeProgram(program: VectorProgram, bounds: ConstraintBounds, access: ColumnAccess): StripCode {
  return encodeOnce(program, bounds, access, () => {
    const translation = new Translation(program, bounds, bounds.columns + SCOPES, access);
    const { line, writer } = translation;
    const accumulators = Array.from({ length: SCOPES }, () => new Accumulator(writer, bounds));
    program.instructions.forEach((instruction, i) => {
      if (instruction.op !== "accumulate") return translation.arithmetic(i);
      const weight = checked("weight", instruction.weight, bounds.weights);
      accumulators[checked("scope", instruction.scope, SCOPES)]?.add(translation.operand(line.a[i] ?? 0), weight);
    });
    const sums = accumulators.map((accumulator) => accumulator.finish());
    for (let k = 0; k < bounds.degree; k++) {
      const plus = sums.flatMap((coordinates, scope) => {
        const sum = coordinates[k];
        return sum === undefined ? [] : [sum, columnValue({ column: bounds.columns + scope, next: false })];
      });
      const out = writer.fresh();
      writer.sum(out, { scaled: [], plus, minus: [], added: [], subtracted: [] });
      writer.store(out, k, "montgomery");
    }
    return writer.finish();
  });
}

/** See `Backend.prepare`. */
export function prepare(uses: readonly ProgramUse[], access: ColumnAccess): void {
  for (const use of uses) {
    const { columns, scalars } = use;
    if (use.kind === "rows") encodeRowProgram(use.program, { columns, scalars, stored: use.stored }, access);
    else encodeProgram(use.program, { columns, scalars, weights: use.weights, degree: use.degree }, access);
  }
}

/** Codes of programs that proofs use again and again, by what they were checked against. */
const encoded = new WeakMap<object, Map<string, StripCode>>();

function encodeOnce(
  program: object,
  bounds: RowBounds | ConstraintBounds,
  access: ColumnAccess,
  encode: () => StripCode,
): StripCode {
  const known = encoded.get(program) ?? new Map<string, StripCode>();
  encoded.set(program, known);
  const name = [access, ...Object.values(bounds)].join();
  const code = known.get(name) ?? encode();
  known.set(name, code);
  return code;
}

/** A program on its way to code. */
class Translation {
  readonly line: StraightLine;
  readonly writer: StripCodeWriter;
  readonly #joined: Uint8Array;
  readonly #scalars: number;

  /** `columns` counts those that the code reads besides the program. */
  constructor(
    { instructions, registerCount }: VectorProgram | RowProgram,
    bounds: { readonly columns: number; readonly scalars: number },
    columns: number,
    access: ColumnAccess,
  ) {
    this.writer = new StripCodeWriter(columns, instructions.length, access);
    this.line = straightLine(instructions, { ...bounds, registers: registerCount }, this.writer.firstResult);
    this.#joined = joinSums(this.line);
    this.#scalars = bounds.scalars;
  }

  /** Computes an instruction's result, unless it is part of another one or is never read. */
  arithmetic(i: number): void {
    if (this.line.reads[i] === 0 || this.#joined[i] === 1) return;
    const parts = sumParts(this.line, this.#joined, i, this.#scalars, (scalar) => this.#spread(scalar));
    this.writer.sum(this.line.firstResult + i, parts);
  }

  /** The number of a value that is the operand on every row. */
  operand(operand: number): number {
    return operand < 0 ? this.#spread(scalarIndex(operand)) : operand;
  }

  #spread(scalar: number): number {
    const out = this.writer.fresh();
    const scaled = [ONE, negatable(scalar, this.#scalars, false)];
    this.writer.sum(out, { scaled, plus: [], minus: [], added: [], subtracted: [] });
    return out;
  }
}

/** Σ value · weight of one scope, coordinate by coordinate. */
class Accumulator {
  readonly #writer: StripCodeWriter;
  readonly #bounds: ConstraintBounds;
  /** Values with the places of the first coordinates of their weights. */
  #waiting: { readonly value: number; readonly weight: number }[] = [];
  /** The sums of what does not wait; empty where that is nothing. */
  #sums: readonly number[] = [];

  constructor(writer: StripCodeWriter, bounds: ConstraintBounds) {
    this.#writer = writer;
    this.#bounds = bounds;
  }

  add(value: number, weight: number): void {
    const { scalars, degree } = this.#bounds;
    this.#waiting.push({ value, weight: 2 * scalars + degree * weight });
    if (this.#waiting.length === MOST_WAITING) this.#flush();
  }

  /** The coordinates' values; none where nothing was added. */
  finish(): readonly number[] {
    if (this.#waiting.length > 0) this.#flush();
    return this.#sums;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#sums = Array.from({ length: this.#bounds.degree }, (_, k) => {
      const out = this.#writer.fresh();
      const scaled = waiting.flatMap(({ value, weight }) => [value, weight + k]);
      const before = this.#sums[k];
      this.#writer.sum(out, { scaled, plus: [], minus: [], added: before === undefined ? [] : [before], subtracted: [] });
      return out;
    });
  }
}
