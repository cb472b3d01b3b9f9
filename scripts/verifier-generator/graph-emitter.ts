import type { ExpressionNode, Gadget, NodeIndex } from "../../src/proofs/stark/constraints/expression.ts";
import { inv } from "../../src/proofs/field/koala-bear.ts";
import {
  everyLane,
  hex,
  LANE_LIMIT,
  MONTGOMERY,
  MUL_LEFT_LIMIT,
  MUL_OUT,
  MUL_RIGHT_LIMIT,
  normalizedBound,
  PRIME,
  SCALE_LIMIT,
  SCALE_OUT,
} from "./lanes.ts";
import { LITERAL } from "./yul-extension.ts";

/** A Yul expression for a field value in Montgomery form; no lane exceeds `bound`. */
export interface Operand {
  readonly code: string;
  readonly bound: bigint;
  /** Base values are below p and lie in lane 0: products with them are cheaper. */
  readonly base: boolean;
  /** Set for constants: the plain value. */
  readonly constant?: bigint;
  /** Set when the code is a load from this address. */
  readonly address?: number;
}

/** Memory of values, and collector of lines of code; one per Yul function. */
export interface EmitterPort {
  /** A column, a public value or a gadget's parameter. */
  leaf(node: Extract<ExpressionNode, { kind: "column" | "public" | "parameter" }>): Operand;
  /** Address of a fresh run of words. */
  words(count: number): number;
  emit(line: string): void;
  /** The Yul function of a gadget with its static input and output areas. */
  gadget(gadget: Gadget): GadgetFunction;
  /** Records how large the i-th input of a call is. */
  inputBound(gadget: Gadget, i: number, bound: bigint): void;
  /** Asks for the function that divides lanes by 2^bits. */
  division(bits: number): string;
  /** Address of a word with `multiple`·p in every lane, or undefined when there is none. */
  bias(multiple: bigint): number | undefined;
}

export interface GadgetFunction {
  readonly name: string;
  readonly input: number;
  readonly output: number;
  readonly outputBounds: readonly bigint[];
}

/**
 * Largest lane that gadgets take and return: a value below it and one more canonical value need one normalization to be
 * multiplied.
 */
export const LAZY_LIMIT = 37n * PRIME;
/** Constants that `storeConstants` takes in one word. */
const CONSTANTS_PER_WORD = 8;
/** Calls within calls. The compiler's output nests twice as deep, and readers such as EDR refuse 128 levels. */
const MOST_NESTED = 40;
/** Constants up to this multiply lanes directly. */
const SMALL = 4096n;

/**
 * Turns a graph into Yul. Values used more than once go to memory, and so do those nested too deep; the others are written in place. Every addition is
 * lazy: the emitter carries an upper bound for the lanes of every value and normalizes only where an operation needs
 * it, so no lane can reach its neighbour. Throws when a bound cannot be kept.
 */
export class GraphEmitter {
  readonly #port: EmitterPort;
  readonly #uses = new Map<number, number>();
  readonly #multiplied = new Set<number>();
  readonly #values = new Map<number, Operand>();
  readonly #calls = new Map<number, readonly Operand[]>();

  /**
   * `roots` are the values that will be asked for by `value`; each mention counts as one use. `imported` values are known
   * already, and so is everything that only they need.
   */
  constructor(
    nodes: readonly ExpressionNode[],
    roots: readonly NodeIndex[],
    port: EmitterPort,
    imported: ReadonlyMap<number, Operand> = new Map(),
  ) {
    this.#port = port;
    imported.forEach((value, index) => this.#values.set(index, value));
    for (const root of roots) this.#use(root);
    for (let index = nodes.length - 1; index >= 0; index--) {
      const node = nodes[index];
      if (node === undefined || !this.#uses.has(index) || imported.has(index)) continue;
      const cubed = cubedBy(nodes, node);
      if (cubed !== undefined) this.#use(cubed);
      else if (node.kind === "add" || node.kind === "sub" || node.kind === "mul") {
        this.#use(node.a);
        this.#use(node.b);
        // Small constants multiply lanes of any size, so their partners need no normalization.
        const byConstant = nodes[node.a]?.kind === "constant" || nodes[node.b]?.kind === "constant";
        if (node.kind === "mul" && !byConstant) this.#multiplied.add(node.a).add(node.b);
      } else if (node.kind === "call") {
        for (const input of node.inputs) {
          this.#use(input);
          this.#multiplied.add(input);
        }
      } else if (node.kind === "result") this.#use(node.call);
    }
    nodes.forEach((node, index) => {
      if (this.#uses.has(index) && !imported.has(index)) this.#visit(node, index, cubedBy(nodes, node));
    });
  }

  /** The nodes that were computed here and not imported. */
  computed(): ReadonlySet<number> {
    return new Set([...this.#values.keys()].filter((index) => this.#uses.has(index)));
  }

  /** The value of a node; when it has several uses it lies in memory and the code is a load. */
  value(index: NodeIndex): Operand {
    const known = this.#values.get(index);
    if (known === undefined) throw new Error(`node ${index} was not announced as a root`);
    return known;
  }

  /** Like `value`, for a node that may not have been needed. */
  operand(index: NodeIndex): Operand | undefined {
    return this.#values.get(index);
  }

  #use(index: number): void {
    this.#uses.set(index, (this.#uses.get(index) ?? 0) + 1);
  }

  #visit(node: ExpressionNode, index: number, cubed: NodeIndex | undefined): void {
    if (node.kind === "call") {
      this.#calls.set(index, this.#call(node.gadget, node.inputs));
      return;
    }
    let value = cubed === undefined ? this.#compute(node) : this.#cube(this.value(cubed));
    const isRead = value.address !== undefined || value.constant !== undefined;
    const inPlace = isRead || (this.#uses.get(index) === 1 && nestingOf(value.code) < MOST_NESTED);
    if (!inPlace) {
      if (this.#multiplied.has(index)) value = this.#within(value, MUL_LEFT_LIMIT);
      const address = this.#port.words(1);
      this.#port.emit(`mstore(${hex(address)}, ${value.code})`);
      value = { ...value, code: `mload(${hex(address)})`, address };
    }
    this.#values.set(index, value);
  }

  #compute(node: Exclude<ExpressionNode, { kind: "call" }>): Operand {
    switch (node.kind) {
      case "constant": {
        const constant = BigInt(node.value);
        const value = (constant * MONTGOMERY) % PRIME;
        return { code: hex(value), bound: value, base: true, constant };
      }
      case "column":
      case "public":
      case "parameter":
        return this.#port.leaf(node);
      case "result": {
        const result = this.#calls.get(node.call)?.[node.index];
        if (result === undefined) throw new Error(`gadget result ${node.index} does not exist`);
        return result;
      }
      case "add":
        return this.add(this.value(node.a), this.value(node.b));
      case "sub":
        return this.sub(this.value(node.a), this.value(node.b));
      case "mul":
        return this.mul(this.value(node.a), this.value(node.b));
    }
  }

  #call(gadget: Gadget, inputs: readonly NodeIndex[]): readonly Operand[] {
    const { name, input, output, outputBounds } = this.#port.gadget(gadget);
    const values = inputs.map((index) => this.#within(this.value(index), LAZY_LIMIT));
    values.forEach((value, i) => this.#port.inputBound(gadget, i, value.bound));
    for (let i = 0; i < values.length;) i += this.#storeInputs(values, i, input);
    this.#port.emit(`${name}()`);
    const copy = this.#port.words(outputBounds.length);
    this.#port.emit(`mcopy(${hex(copy)}, ${hex(output)}, ${32 * outputBounds.length})`);
    return outputBounds.map((bound, i) => {
      const address = copy + 32 * i;
      return { code: `mload(${hex(address)})`, bound, base: false, address };
    });
  }

  /** Stores the inputs from the i-th on that one statement can store: a block of memory, packed constants, or one value. */
  #storeInputs(values: readonly Operand[], i: number, input: number): number {
    const first = values[i];
    if (first === undefined) throw new RangeError("gadget inputs out of order");
    const target = hex(input + 32 * i);
    const start = first.address;
    let block = 1;
    while (start !== undefined && values[i + block]?.address === start + 32 * block) block++;
    if (start !== undefined && block > 1) {
      this.#port.emit(`mcopy(${target}, ${hex(start)}, ${32 * block})`);
      return block;
    }
    let constants = 0;
    let packed = 0n;
    for (; constants < CONSTANTS_PER_WORD && values[i + constants]?.constant !== undefined; constants++) {
      packed |= (values[i + constants]?.bound ?? 0n) << BigInt(32 * constants);
    }
    if (constants === CONSTANTS_PER_WORD) {
      this.#port.emit(`storeConstants(${target}, ${hex(packed)})`);
      return constants;
    }
    this.#port.emit(`mstore(${target}, ${first.code})`);
    return 1;
  }

  add(a: Operand, b: Operand): Operand {
    if (a.constant === 0n) return b;
    if (b.constant === 0n) return a;
    if (a.bound + b.bound >= LANE_LIMIT) return this.add(this.normalize(a), this.normalize(b));
    return { code: `add(${a.code}, ${b.code})`, bound: a.bound + b.bound, base: false };
  }

  sub(a: Operand, b: Operand): Operand {
    if (b.constant === 0n) return a;
    if (b.constant !== undefined) {
      const negated = (PRIME - b.bound) % PRIME;
      return this.add(a, { code: hex(negated), bound: negated, base: true });
    }
    return this.add(a, this.#negate(b));
  }

  mul(a: Operand, b: Operand): Operand {
    if (a.constant !== undefined) return this.#timesConstant(b, a.constant);
    if (b.constant !== undefined) return this.#timesConstant(a, b.constant);
    if (a.base && b.base) {
      const unscale = hex(BigInt(inv(Number(MONTGOMERY))));
      return {
        code: `mulmod(mulmod(${a.code}, ${b.code}, ${LITERAL.p}), ${unscale}, ${LITERAL.p})`,
        bound: PRIME - 1n,
        base: true,
      };
    }
    if (a.base) return this.mul(b, a);
    if (b.base) return { code: `extScale(${this.#within(a, SCALE_LIMIT).code}, ${b.code})`, bound: SCALE_OUT, base: false };
    const [left, right] = a.bound <= b.bound ? [a, b] : [b, a];
    const l = this.#within(left, MUL_LEFT_LIMIT);
    if (right.bound <= MUL_RIGHT_LIMIT) return { code: `extMul(${l.code}, ${right.code})`, bound: MUL_OUT, base: false };
    const r = this.#almostWithin(right, MUL_RIGHT_LIMIT);
    return { code: `extMulWide(${l.code}, ${r.code})`, bound: MUL_OUT, base: false };
  }

  /** a³, with one normalization of `a` in the same call. */
  #cube(a: Operand): Operand {
    if (a.base) return this.mul(a, this.mul(a, a));
    return { code: `extCube(${this.#almostWithin(a, MUL_LEFT_LIMIT).code})`, bound: MUL_OUT, base: false };
  }

  /** Brings lanes down; throws when that does not help. */
  normalize(a: Operand): Operand {
    const bound = normalizedBound(a.bound);
    if (bound >= a.bound) throw new Error(`lanes up to ${a.bound} cannot be normalized further`);
    return { code: `extNormalize(${a.code})`, bound, base: false };
  }

  /** Within the limit after one more normalization. */
  #almostWithin(a: Operand, limit: bigint): Operand {
    let value = a;
    while (normalizedBound(value.bound) > limit) value = this.normalize(value);
    return value;
  }

  #within(a: Operand, limit: bigint): Operand {
    let value = a;
    while (value.bound > limit) value = this.normalize(value);
    return value;
  }

  /** k·p − a for the least k that keeps lanes positive. */
  #negate(a: Operand): Operand {
    const multiple = (a.bound + PRIME - 1n) / PRIME;
    if (multiple * PRIME >= LANE_LIMIT) return this.#negate(this.normalize(a));
    const address = this.#port.bias(multiple);
    const bias = address === undefined ? hex(everyLane(multiple * PRIME)) : `mload(${hex(address)})`;
    return { code: `sub(${bias}, ${a.code})`, bound: multiple * PRIME, base: false };
  }

  #timesConstant(a: Operand, constant: bigint): Operand {
    if (a.constant !== undefined || a.base) {
      const value = a.constant === undefined ? undefined : (a.constant * constant) % PRIME;
      if (value !== undefined) {
        const scaled = (value * MONTGOMERY) % PRIME;
        return { code: hex(scaled), bound: scaled, base: true, constant: value };
      }
      return { code: `mulmod(${a.code}, ${hex(constant)}, ${LITERAL.p})`, bound: PRIME - 1n, base: true };
    }
    if (constant === 1n) return a;
    if (constant <= SMALL) {
      // Ends: `normalize` throws when lanes cannot come down, and fully normalized lanes times SMALL are about 2^43.
      let value = a;
      while (value.bound * constant >= LANE_LIMIT >> 4n) value = this.normalize(value);
      return { code: `mul(${value.code}, ${hex(constant)})`, bound: value.bound * constant, base: false };
    }
    const opposite = PRIME - constant;
    if (opposite <= SMALL) return this.#negate(this.#timesConstant(a, opposite));
    for (let bits = 1; bits <= 24; bits++) {
      const power = BigInt(inv(Number((1n << BigInt(bits)) % PRIME)));
      if (power === constant || power === opposite) {
        const divided: Operand = {
          code: `${this.#port.division(bits)}(${a.code})`,
          bound: (a.bound >> BigInt(bits)) + PRIME,
          base: false,
        };
        return power === constant ? divided : this.#negate(divided);
      }
    }
    const scaled = (constant * MONTGOMERY) % PRIME;
    return { code: `extScale(${this.#within(a, SCALE_LIMIT).code}, ${hex(scaled)})`, bound: SCALE_OUT, base: false };
  }
}

/** Deepest level of calls within calls. */
function nestingOf(code: string): number {
  let [level, deepest] = [0, 0];
  for (const letter of code) {
    if (letter === "(") deepest = Math.max(deepest, ++level);
    else if (letter === ")") level--;
  }
  return deepest;
}

/** The x of a node x·x². */
function cubedBy(nodes: readonly ExpressionNode[], node: ExpressionNode): NodeIndex | undefined {
  if (node.kind !== "mul") return undefined;
  const isSquareOf = (square: NodeIndex, x: NodeIndex): boolean => {
    const inner = nodes[square];
    return inner?.kind === "mul" && inner.a === x && inner.b === x;
  };
  if (isSquareOf(node.a, node.b)) return node.b;
  return isSquareOf(node.b, node.a) ? node.a : undefined;
}
