import type { ExtensionField } from "../../field/extension.ts";
import { add, mul, neg, sub } from "../../field/koala-bear.ts";
import type { Accumulation, RowEffect, VectorArithmetic, VectorOperand } from "../../kernels/backend.ts";
import { PairIndex } from "../constraints/pair-index.ts";
import { RegisterAllocation } from "./register-allocation.ts";

/** Source of a scalar operand's value when a proof is made. */
export type ScalarSource =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "public"; readonly index: number }
  /** Coordinate of γ + the bus tag. */
  | { readonly kind: "fingerprintOffset"; readonly busTag: number; readonly coordinate: number }
  /** Coordinate of β^exponent. */
  | { readonly kind: "foldPower"; readonly exponent: number; readonly coordinate: number }
  /** Coordinate of one of the table's claimed sums over its height. */
  | { readonly kind: "lookupStep"; readonly sum: number; readonly coordinate: number }
  /**
   * Operation on two scalars, by index, which moves operations between run-time constants out of the row
   * loop.
   */
  | { readonly kind: "add" | "sub" | "mul"; readonly a: number; readonly b: number };

/** A value of the program under construction. */
export type VectorValue = number & { readonly __value: unique symbol };

/** Kinds of values: results of operations, operands of the program, and results of effects. */
const KIND = { add: 0, sub: 1, mul: 2, column: 3, scalar: 4, written: 5 } as const;
const OPERATIONS = ["add", "sub", "mul"] as const;
type Operation = typeof KIND.add | typeof KIND.sub | typeof KIND.mul;

/** Values of a program by number, in parallel lists: programs have hundreds of thousands. */
interface ValueLists {
  readonly kinds: number[];
  /** First operand of an operation; index of a column or scalar. */
  readonly left: number[];
  /** Second operand of an operation; 1 for a column's next row. */
  readonly right: number[];
}

/** Straight-line vector code: arithmetic, and what is done with its values. */
interface VectorCode<Effect> {
  readonly program: { readonly registerCount: number; readonly instructions: readonly (VectorArithmetic | Effect)[] };
  readonly scalars: readonly ScalarSource[];
}

/** An effect on a value: its instruction, of the operand and of the register that it writes. */
interface PendingEffect<Effect> {
  readonly value: VectorValue;
  readonly written: VectorValue | undefined;
  readonly instruction: (operand: VectorOperand, out: number) => Effect;
}

/**
 * Builds straight-line vector code with sharing, constant folding and registers allocated by liveness. The kinds of program
 * differ in their effects, which come out in the order of the calls.
 */
class VectorProgramBuilder<Effect extends { readonly a: VectorOperand }> {
  readonly #values: ValueLists = { kinds: [], left: [], right: [] };
  readonly #columns = new Map<number, VectorValue>();
  readonly #knownScalars = new Map<number, VectorValue>();
  readonly #operations = new PairIndex();
  readonly #scalars: ScalarSource[] = [];
  /** The constants 0 and 1, with which each operation compares its operands. */
  readonly #bits: [zero?: VectorValue, one?: VectorValue] = [];
  readonly #effects: PendingEffect<Effect>[] = [];

  column(index: number, next: boolean): VectorValue {
    const key = 2 * index + (next ? 1 : 0);
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const value = this.#push(KIND.column, index, next ? 1 : 0);
    this.#columns.set(key, value);
    return value;
  }

  scalar(source: ScalarSource): VectorValue {
    const key = scalarKey(source);
    const known = this.#knownScalars.get(key);
    if (known !== undefined) return known;
    const value = this.#push(KIND.scalar, this.#scalars.push(source) - 1);
    this.#knownScalars.set(key, value);
    if (source.kind === "constant" && (source.value === 0 || source.value === 1)) this.#bits[source.value] = value;
    return value;
  }

  constant(value: number): VectorValue {
    return this.scalar({ kind: "constant", value });
  }

  add(a: VectorValue, b: VectorValue): VectorValue {
    if (this.isConstant(a, 0)) return b;
    if (this.isConstant(b, 0)) return a;
    return a < b ? this.#operation(KIND.add, a, b) : this.#operation(KIND.add, b, a);
  }

  sub(a: VectorValue, b: VectorValue): VectorValue {
    if (this.isConstant(b, 0)) return a;
    return this.#operation(KIND.sub, a, b);
  }

  mul(a: VectorValue, b: VectorValue): VectorValue {
    if (this.isConstant(a, 0) || this.isConstant(b, 1)) return a;
    if (this.isConstant(b, 0) || this.isConstant(a, 1)) return b;
    return a < b ? this.#operation(KIND.mul, a, b) : this.#operation(KIND.mul, b, a);
  }

  build(): VectorCode<Effect> {
    const values = this.#values;
    const { kinds, left, right } = values;
    const { order, ends } = scheduleValues(
      values,
      this.#effects.map(({ value }) => value),
    );
    const instructions: (VectorArithmetic | Effect)[] = [];
    const registers = new RegisterAllocation(lastReads(values, this.#effects, { order, ends }), (value) =>
      operandOf(values, value),
    );
    let next = 0;
    this.#effects.forEach(({ value, written, instruction }, i) => {
      for (; next < (ends[i] ?? 0); next++) {
        const computed = order[next] as number;
        const [x, y] = [left[computed] as number, right[computed] as number];
        const [a, b] = [registers.operandOf(x), registers.operandOf(y)];
        registers.release(x, instructions.length);
        registers.release(y, instructions.length);
        instructions.push({ op: OPERATIONS[kinds[computed] as Operation], out: registers.take(computed), a, b });
      }
      const operand = registers.operandOf(value);
      registers.release(value, instructions.length);
      instructions.push(instruction(operand, written === undefined ? 0 : registers.take(written)));
    });
    return { program: { registerCount: registers.count, instructions }, scalars: this.#scalars };
  }

  /** Adds an effect; one that writes gets the register of the value that it writes. */
  protected effect(value: VectorValue, instruction: PendingEffect<Effect>["instruction"], written?: VectorValue): void {
    this.#effects.push({ value, written, instruction });
  }

  /** A value that an effect writes. */
  protected written(): VectorValue {
    return this.#push(KIND.written);
  }

  protected isConstant(value: VectorValue, constant: 0 | 1): boolean {
    return value === this.#bits[constant];
  }

  #push(kind: number, left = 0, right = 0): VectorValue {
    const { kinds, left: lefts, right: rights } = this.#values;
    if (kinds.length === MOST_VALUES) throw new RangeError(`a program has at most ${MOST_VALUES} values: split its table`);
    lefts.push(left);
    rights.push(right);
    return (kinds.push(kind) - 1) as VectorValue;
  }

  #operation(kind: Operation, a: VectorValue, b: VectorValue): VectorValue {
    const { kinds } = this.#values;
    if (kinds[a] === KIND.scalar && kinds[b] === KIND.scalar) return this.#operationOnScalars(kind, a, b);
    const known = this.#operations.get(kind, a, b);
    if (known !== undefined) return known as VectorValue;
    const value = this.#push(kind, a, b);
    this.#operations.set(kind, a, b, value);
    return value;
  }

  #operationOnScalars(operation: Operation, a: VectorValue, b: VectorValue): VectorValue {
    const { left: scalarOf } = this.#values;
    const [left, right] = [scalarOf[a] as number, scalarOf[b] as number];
    const [first, second] = [this.#scalars[left], this.#scalars[right]];
    const kind = OPERATIONS[operation];
    if (first?.kind === "constant" && second?.kind === "constant")
      return this.constant({ add, sub, mul }[kind](first.value, second.value));
    return this.scalar({ kind, a: left, b: right });
  }
}

/** Values of one program: two scalars and a kind fit a key of 51 bits. */
const MOST_VALUES = 2 ** 24;
const KINDS = ["add", "sub", "mul", "constant", "public", "fingerprintOffset", "foldPower", "lookupStep"] as const;
/** More than the coordinates of any extension. */
const COORDINATES = 8;

function operationKey(kind: "add" | "sub" | "mul", a: number, b: number): number {
  return (KINDS.indexOf(kind) * MOST_VALUES + a) * MOST_VALUES + b;
}

/** Different for different sources. Numbers of the field are below 2^31. */
function scalarKey(source: ScalarSource): number {
  const keyOf = (number: number, coordinate = 0): number =>
    KINDS.indexOf(source.kind) * MOST_VALUES ** 2 + number * COORDINATES + coordinate;
  switch (source.kind) {
    case "add":
    case "sub":
    case "mul":
      return operationKey(source.kind, source.a, source.b);
    case "constant":
      return keyOf(source.value);
    case "public":
      return keyOf(source.index);
    case "fingerprintOffset":
      return keyOf(source.busTag, source.coordinate);
    case "foldPower":
      return keyOf(source.exponent, source.coordinate);
    case "lookupStep":
      return keyOf(source.sum, source.coordinate);
  }
}

/** The operand that a value is; undefined for one that is computed or written. */
function operandOf({ kinds, left, right }: ValueLists, value: number): VectorOperand | undefined {
  const index = left[value] as number;
  if (kinds[value] === KIND.column) return { kind: "column", index, next: right[value] === 1 };
  return kinds[value] === KIND.scalar ? { kind: "scalar", index } : undefined;
}

/** Builds the code of a table's constraints. */
export class ConstraintProgramBuilder extends VectorProgramBuilder<Accumulation> {
  /** accumulator[scope] += value · weight[weight]. */
  accumulate(value: VectorValue, scope: 0 | 1 | 2 | 3, weight: number): void {
    if (!this.isConstant(value, 0)) this.effect(value, (a) => ({ op: "accumulate", scope, a, weight }));
  }
}

/** Builds code that computes new columns. */
export class RowProgramBuilder extends VectorProgramBuilder<RowEffect> {
  /** 1/value, which must not be zero on any row. */
  invert(value: VectorValue): VectorValue {
    const inverse = this.written();
    this.effect(value, (a, out) => ({ op: "invert", out, a }), inverse);
    return inverse;
  }

  store(value: VectorValue, column: number): void {
    this.effect(value, (a) => ({ op: "store", column, a }));
  }
}

/** The arithmetic that all kinds of program share. */
export type ValueArithmetic = Pick<VectorProgramBuilder<never>, "column" | "scalar" | "constant" | "add" | "sub" | "mul">;

/** Operations in the order in which effects need them: those of an effect follow those of the effect before. */
interface Schedule {
  readonly order: readonly number[];
  /** For each effect, the number of operations up to it. */
  readonly ends: readonly number[];
}

/**
 * Schedules, for each root, the operations it needs that no earlier root has computed, operands first. Of two operands the one
 * that needs more registers comes first (Sethi–Ullman numbers, exact for trees and a good guess for shared graphs).
 */
function scheduleValues({ kinds, left, right }: ValueLists, roots: readonly VectorValue[]): Schedule {
  const need = new Uint16Array(kinds.length);
  for (let i = 0; i < kinds.length; i++) {
    if ((kinds[i] as number) > KIND.mul) continue;
    const [a, b] = [need[left[i] as number] as number, need[right[i] as number] as number];
    need[i] = a === b ? a + 1 : Math.max(a, b);
  }
  const visited = new Uint8Array(kinds.length);
  const order: number[] = [];
  /** Twice the value, plus 1 if its operands are computed. */
  const stack: number[] = [];
  const ends = roots.map((root) => {
    stack.push(2 * root);
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const value = top >>> 1;
      if (top % 2 === 1) order.push(value);
      else if ((kinds[value] as number) <= KIND.mul && visited[value] !== 1) {
        visited[value] = 1;
        const [a, b] = [left[value] as number, right[value] as number];
        if ((need[a] as number) >= (need[b] as number)) stack.push(top + 1, 2 * b, 2 * a);
        else stack.push(top + 1, 2 * a, 2 * b);
      }
    }
    return order.length;
  });
  return { order, ends };
}

/** The last instruction that reads each value; -1 for a value that none reads. */
function lastReads(
  { kinds, left, right }: ValueLists,
  effects: readonly { readonly value: VectorValue }[],
  { order, ends }: Schedule,
): Int32Array {
  const last = new Int32Array(kinds.length).fill(-1);
  let next = 0;
  effects.forEach(({ value }, i) => {
    // Each effect before is also an instruction.
    for (; next < (ends[i] ?? 0); next++) {
      const computed = order[next] as number;
      last[left[computed] as number] = last[right[computed] as number] = next + i;
    }
    last[value] = next + i;
  });
  return last;
}

/** An extension value as the values of its coordinates. */
export type ExtensionValue = readonly VectorValue[];

/** Extension arithmetic lowered to base operations. */
export function lowerExtension(builder: ValueArithmetic, field: ExtensionField) {
  const { degree } = field;
  const unit = (power: number): number[] => Array.from({ length: degree }, (_, i) => (i === power ? 1 : 0));
  /** X^degree in lower powers. */
  const reduction = field.mul(unit(degree - 1), unit(1));
  const zero = builder.constant(0);
  const zip = (a: ExtensionValue, b: ExtensionValue, f: (x: VectorValue, y: VectorValue) => VectorValue): ExtensionValue =>
    a.map((x, i) => f(x, b[i] ?? zero));

  function multiply(a: ExtensionValue, b: ExtensionValue): ExtensionValue {
    const product = new Array<VectorValue>(2 * degree - 1).fill(zero);
    a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = builder.add(product[i + j] ?? zero, builder.mul(x, y)))));
    for (let k = 2 * degree - 2; k >= degree; k--) {
      const top = product[k] ?? zero;
      reduction.forEach((factor, i) => {
        const at = k - degree + i;
        const lower = product[at] ?? zero;
        // Factors ±1 save a multiplication.
        product[at] =
          neg(factor) === 1 ? builder.sub(lower, top) : builder.add(lower, builder.mul(top, builder.constant(factor)));
      });
    }
    return product.slice(0, degree);
  }

  return {
    add: (a: ExtensionValue, b: ExtensionValue) => zip(a, b, (x, y) => builder.add(x, y)),
    sub: (a: ExtensionValue, b: ExtensionValue) => zip(a, b, (x, y) => builder.sub(x, y)),
    mul: multiply,
    scale: (a: ExtensionValue, factor: VectorValue) => a.map((x) => builder.mul(x, factor)),
    embed: (value: VectorValue, sign: 1 | -1): ExtensionValue =>
      Array.from({ length: degree }, (_, i) => (i > 0 ? zero : sign === 1 ? value : builder.sub(zero, value))),
  };
}
