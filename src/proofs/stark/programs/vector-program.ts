import type { ExtensionField } from "../../field/extension.ts";
import { add, mul, neg, sub } from "../../field/koala-bear.ts";
import type { Accumulation, RowEffect, VectorArithmetic, VectorOperand } from "../../kernels/backend.ts";
import { allocateRegisters } from "./register-allocation.ts";

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

/** A value of the graph: a leaf operand or an operation on values that come before it. */
type ValueNode =
  | { readonly kind: "operand"; readonly operand: VectorOperand }
  | { readonly kind: "add" | "sub" | "mul"; readonly a: VectorValue; readonly b: VectorValue };

/** Straight-line vector code: arithmetic, and what is done with its values. */
interface VectorCode<Effect> {
  readonly program: { readonly registerCount: number; readonly instructions: readonly (VectorArithmetic | Effect)[] };
  readonly scalars: readonly ScalarSource[];
}

/**
 * Builds straight-line vector code with sharing, constant folding and registers allocated by liveness. The kinds of program
 * differ in their effects, which come out in the order of the calls.
 */
class VectorProgramBuilder<Effect extends { readonly a: VectorOperand }> {
  readonly #nodes: ValueNode[] = [];
  /** Columns by numbers, because programs have hundreds of thousands of values. */
  readonly #columns = new Map<number, VectorValue>();
  readonly #knownScalars = new Map<number, VectorValue>();
  readonly #operations = new Map<number, VectorValue>();
  readonly #scalars: ScalarSource[] = [];
  /** The constants 0 and 1, with which each operation compares its operands. */
  readonly #bits: [zero?: VectorValue, one?: VectorValue] = [];
  /** Which scalar a value is. */
  readonly #scalarIndices = new Map<VectorValue, number>();
  readonly #effects: { readonly value: VectorValue; readonly instruction: (operand: VectorOperand) => Effect }[] = [];

  column(index: number, next: boolean): VectorValue {
    const key = 2 * index + (next ? 1 : 0);
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const value = this.#push({ kind: "operand", operand: { kind: "column", index, next } });
    this.#columns.set(key, value);
    return value;
  }

  scalar(source: ScalarSource): VectorValue {
    const key = scalarKey(source);
    const known = this.#knownScalars.get(key);
    if (known !== undefined) return known;
    const index = this.#scalars.push(source) - 1;
    const value = this.#push({ kind: "operand", operand: { kind: "scalar", index } });
    this.#knownScalars.set(key, value);
    this.#scalarIndices.set(value, index);
    if (source.kind === "constant" && (source.value === 0 || source.value === 1)) this.#bits[source.value] = value;
    return value;
  }

  constant(value: number): VectorValue {
    return this.scalar({ kind: "constant", value });
  }

  add(a: VectorValue, b: VectorValue): VectorValue {
    if (this.isConstant(a, 0)) return b;
    if (this.isConstant(b, 0)) return a;
    return this.#operation("add", Math.min(a, b) as VectorValue, Math.max(a, b) as VectorValue);
  }

  sub(a: VectorValue, b: VectorValue): VectorValue {
    if (this.isConstant(b, 0)) return a;
    return this.#operation("sub", a, b);
  }

  mul(a: VectorValue, b: VectorValue): VectorValue {
    if (this.isConstant(a, 0) || this.isConstant(b, 1)) return a;
    if (this.isConstant(b, 0) || this.isConstant(a, 1)) return b;
    return this.#operation("mul", Math.min(a, b) as VectorValue, Math.max(a, b) as VectorValue);
  }

  build(): VectorCode<Effect> {
    const order = scheduleValues(
      this.#nodes,
      this.#effects.map(({ value }) => value),
    );
    const instructions: (VectorArithmetic | Effect)[] = [];
    const emitted = new Uint8Array(this.#nodes.length);
    const virtual = (value: VectorValue): VectorOperand => {
      const node = this.#nodes[value];
      return node?.kind === "operand" ? node.operand : { kind: "register", index: value };
    };
    this.#effects.forEach(({ value, instruction }, i) => {
      for (const needed of order[i] ?? []) {
        const node = this.#nodes[needed];
        if (node === undefined || node.kind === "operand" || emitted[needed] === 1) continue;
        emitted[needed] = 1;
        instructions.push({ op: node.kind, out: needed, a: virtual(node.a), b: virtual(node.b) });
      }
      instructions.push(instruction(virtual(value)));
    });
    return { program: allocateRegisters(instructions, this.#nodes.length), scalars: this.#scalars };
  }

  protected effect(value: VectorValue, instruction: (operand: VectorOperand) => Effect): void {
    this.#effects.push({ value, instruction });
  }

  /** A value that an effect writes into a separate register, whose number is the value. */
  protected written(): VectorValue {
    return this.#push({ kind: "operand", operand: { kind: "register", index: this.#nodes.length } });
  }

  protected isConstant(value: VectorValue, constant: 0 | 1): boolean {
    return value === this.#bits[constant];
  }

  #push(node: ValueNode): VectorValue {
    if (this.#nodes.length === MOST_VALUES) throw new RangeError(`a program has at most ${MOST_VALUES} values: split its table`);
    return (this.#nodes.push(node) - 1) as VectorValue;
  }

  #operation(kind: "add" | "sub" | "mul", a: VectorValue, b: VectorValue): VectorValue {
    const left = this.#scalarIndices.get(a);
    const right = left === undefined ? undefined : this.#scalarIndices.get(b);
    if (left === undefined || right === undefined) {
      const key = operationKey(kind, a, b);
      const known = this.#operations.get(key);
      if (known !== undefined) return known;
      const value = this.#push({ kind, a, b });
      this.#operations.set(key, value);
      return value;
    }
    const first = this.#scalars[left];
    const second = this.#scalars[right];
    if (first?.kind === "constant" && second?.kind === "constant") {
      return this.constant({ add, sub, mul }[kind](first.value, second.value));
    }
    return this.scalar({ kind, a: left, b: right });
  }
}

/** Values of one program: two of them and a kind fit a key of 51 bits. */
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
    const out = this.written();
    this.effect(value, (a) => ({ op: "invert", out, a }));
    return out;
  }

  store(value: VectorValue, column: number): void {
    this.effect(value, (a) => ({ op: "store", column, a }));
  }
}

/** The arithmetic that all kinds of program share. */
export type ValueArithmetic = Pick<VectorProgramBuilder<never>, "column" | "scalar" | "constant" | "add" | "sub" | "mul">;

/**
 * For each root, the values it needs that no earlier root has computed, operands first. Of two operands the one that
 * needs more registers comes first (Sethi–Ullman numbers, exact for trees and a good guess for shared graphs).
 */
function scheduleValues(nodes: readonly ValueNode[], roots: readonly VectorValue[]): VectorValue[][] {
  const need = new Uint16Array(nodes.length);
  nodes.forEach((node, i) => {
    if (node.kind === "operand") return;
    const a = need[node.a] ?? 0;
    const b = need[node.b] ?? 0;
    need[i] = a === b ? a + 1 : Math.max(a, b);
  });
  const visited = new Uint8Array(nodes.length);
  return roots.map((root) => {
    const order: VectorValue[] = [];
    const stack: { readonly value: VectorValue; readonly ready: boolean }[] = [{ value: root, ready: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { value, ready } = top;
      const node = nodes[value];
      if (ready) {
        order.push(value);
        continue;
      }
      if (node === undefined || node.kind === "operand" || visited[value] === 1) continue;
      visited[value] = 1;
      const [first, second] = (need[node.a] ?? 0) >= (need[node.b] ?? 0) ? [node.a, node.b] : [node.b, node.a];
      stack.push({ value, ready: true }, { value: second, ready: false }, { value: first, ready: false });
    }
    return order;
  });
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
