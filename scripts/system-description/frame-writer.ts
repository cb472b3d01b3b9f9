import { P } from "../../src/proofs/field/koala-bear.ts";
import type { ExpressionNode, Gadget, NodeIndex } from "../../src/proofs/stark/constraints/expression.ts";

/** Operations of the second verifier's interpreter (`contracts/verifier/second/SecondConstraints.sol`). */
const OPERATION = {
  ...{ add: 0, sub: 1, subWide: 2, mul: 3, scale: 4 },
  ...{ constant: 5, input: 6, call: 7, result: 8, reduce: 9, constraint: 10 },
} as const;

const INSTRUCTION_BYTES = 5;
/** Lanes have 51 bits; one is left to additions of the interpreter. */
const LANE_LIMIT = 2n ** 50n;
const CANONICAL = BigInt(P);
/** Multiples of p that the two subtractions add in each lane: bounds of their second operands. */
const LIFTED_ZERO = CANONICAL << 3n;
const LIFTED_ZERO_WIDE = CANONICAL << 15n;
/** Bound of a gadget's inputs. */
const INPUT_BOUND = CANONICAL << 8n;

/** A slot of a frame: bound of its lanes, and whether all lanes but the first are zero. */
interface Slot {
  readonly index: number;
  readonly bound: bigint;
  readonly isBase: boolean;
}

/** A gadget's instructions, and bounds of its outputs. */
export interface WrittenGadget {
  readonly number: number;
  readonly inputCount: number;
  readonly instructions: Uint8Array;
  readonly outputs: readonly Slot[];
}

/** First slots of a frame: the gadget's inputs, or the system's columns and public values. */
export interface FrameInputs {
  readonly count: number;
  slotOf(node: InputNode): Slot;
}

type InputNode = Extract<ExpressionNode, { readonly kind: "column" | "public" | "parameter" }>;

/** Frame of a system: columns at z, columns at g·z, public values. */
export function systemInputs(columns: number, nextColumns: number, publics: number): FrameInputs {
  return {
    count: columns + nextColumns + publics,
    slotOf(node) {
      if (node.kind === "parameter") throw new Error("only a gadget has parameters");
      if (node.kind === "public") return { index: columns + nextColumns + node.index, bound: CANONICAL, isBase: true };
      if (node.phase !== "main") throw new Error(`the second verifier reads main columns only, not ${node.phase} ones`);
      return { index: (node.next ? columns : 0) + node.column, bound: CANONICAL, isBase: false };
    },
  };
}

function gadgetInputs(count: number): FrameInputs {
  return {
    count,
    slotOf(node) {
      if (node.kind !== "parameter") throw new Error(`a gadget has no ${node.kind}`);
      return { index: node.index, bound: INPUT_BOUND, isBase: false };
    },
  };
}

/** Writes gadgets once, before whatever calls them. */
export class GadgetBook {
  readonly gadgets: WrittenGadget[] = [];
  readonly #numbers = new Map<Gadget, WrittenGadget>();

  of(gadget: Gadget): WrittenGadget {
    const written = this.#numbers.get(gadget) ?? this.#write(gadget);
    this.#numbers.set(gadget, written);
    return written;
  }

  #write({ nodes, outputs, inputCount }: Gadget): WrittenGadget {
    const writer = new FrameWriter(nodes, outputs, this, gadgetInputs(inputCount));
    const slots = outputs.map((output) => writer.slotOf(output));
    const written = { number: this.gadgets.length, inputCount, instructions: writer.bytes(), outputs: slots };
    this.gadgets.push(written);
    return written;
  }
}

/**
 * Instructions of one expression graph: operands come before their users. Reductions are inserted if a lane could exceed
 * its bound.
 */
export class FrameWriter {
  readonly #nodes: readonly ExpressionNode[];
  readonly #book: GadgetBook;
  readonly #inputs: FrameInputs;
  readonly #slots = new Map<number, Slot>();
  readonly #instructions: (readonly [number, number, number])[] = [];

  /** Writes all nodes that the roots need. */
  constructor(nodes: readonly ExpressionNode[], roots: readonly NodeIndex[], book: GadgetBook, inputs: FrameInputs) {
    this.#nodes = nodes;
    this.#book = book;
    this.#inputs = inputs;
    const needed = reachable(nodes, roots);
    nodes.forEach((node, index) => {
      if (needed.has(index)) this.#write(node, index);
    });
  }

  get count(): number {
    return this.#instructions.length;
  }

  slotOf(node: NodeIndex): Slot {
    const slot = this.#slots.get(node);
    if (slot === undefined) throw new Error(`node ${node} of the graph is used before it is written`);
    return slot;
  }

  /** Adds selector · body to the constraints; scopes are numbered as the interpreter numbers row selectors. */
  constraint(body: NodeIndex, selector: NodeIndex | undefined, scope: number): void {
    const value = selector === undefined ? this.slotOf(body) : this.#product(this.slotOf(selector), this.slotOf(body));
    this.#push(OPERATION.constraint, value.index, scope);
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(INSTRUCTION_BYTES * this.#instructions.length);
    const view = new DataView(bytes.buffer);
    this.#instructions.forEach(([operation, a, b], i) => {
      view.setUint8(INSTRUCTION_BYTES * i, operation);
      view.setUint16(INSTRUCTION_BYTES * i + 1, a);
      view.setUint16(INSTRUCTION_BYTES * i + 3, b);
    });
    return bytes;
  }

  #write(node: ExpressionNode, index: number): void {
    if (node.kind === "call") return this.#call(node, index);
    if (node.kind !== "result") this.#slots.set(index, this.#value(node));
  }

  #value(node: Exclude<ExpressionNode, { readonly kind: "call" | "result" }>): Slot {
    switch (node.kind) {
      case "constant":
        return this.#slot(OPERATION.constant, Math.floor(node.value / 2 ** 16), node.value % 2 ** 16, CANONICAL, true);
      case "public":
      case "parameter":
      case "column":
        return this.#inputs.slotOf(node);
      case "add":
        return this.#sum(this.slotOf(node.a), this.slotOf(node.b));
      case "sub":
        return this.#difference(this.slotOf(node.a), this.slotOf(node.b));
      case "mul":
        return this.#product(this.slotOf(node.a), this.slotOf(node.b));
    }
  }

  #sum(a: Slot, b: Slot): Slot {
    if (a.bound + b.bound >= LANE_LIMIT)
      return a.bound > b.bound ? this.#sum(this.#reduced(a), b) : this.#sum(a, this.#reduced(b));
    return this.#slot(OPERATION.add, a.index, b.index, a.bound + b.bound, a.isBase && b.isBase);
  }

  #difference(a: Slot, b: Slot): Slot {
    if (b.bound > LIFTED_ZERO_WIDE) return this.#difference(a, this.#reduced(b));
    const [operation, lifted] = b.bound > LIFTED_ZERO ? [OPERATION.subWide, LIFTED_ZERO_WIDE] : [OPERATION.sub, LIFTED_ZERO];
    if (a.bound + lifted >= LANE_LIMIT) return this.#difference(this.#reduced(a), b);
    return this.#slot(operation, a.index, b.index, a.bound + lifted, false);
  }

  #product(a: Slot, b: Slot): Slot {
    const [factor, value] = a.isBase ? [a, b] : [b, a];
    const operation = factor.isBase ? OPERATION.scale : OPERATION.mul;
    return this.#slot(operation, value.index, factor.index, CANONICAL, a.isBase && b.isBase);
  }

  /** Later uses of the slot's node take the reduced one. */
  #reduced(slot: Slot): Slot {
    const reduced = this.#slot(OPERATION.reduce, slot.index, 0, CANONICAL, slot.isBase);
    for (const [node, { index }] of this.#slots) if (index === slot.index) this.#slots.set(node, reduced);
    return reduced;
  }

  /** Results are copied immediately, because the next call overwrites the frame. */
  #call({ gadget, inputs }: Extract<ExpressionNode, { readonly kind: "call" }>, index: number): void {
    const { number, outputs } = this.#book.of(gadget);
    const slots = inputs.map((input) => {
      const slot = this.slotOf(input);
      return slot.bound > INPUT_BOUND ? this.#reduced(slot) : slot;
    });
    slots.forEach((slot, i) => this.#push(OPERATION.input, slot.index, i));
    this.#push(OPERATION.call, number, 0);
    this.#nodes.forEach((node, result) => {
      if (node.kind !== "result" || node.call !== index) return;
      const output = outputs[node.index];
      if (output === undefined) throw new Error(`gadget ${gadget.name} has no output ${node.index}`);
      this.#slots.set(result, this.#slot(OPERATION.result, 0, output.index, output.bound, false));
    });
  }

  #slot(operation: number, a: number, b: number, bound: bigint, isBase: boolean): Slot {
    return { index: this.#push(operation, a, b), bound, isBase };
  }

  /** The slot that the instruction writes. */
  #push(operation: number, a: number, b: number): number {
    this.#instructions.push([operation, a, b]);
    return this.#inputs.count + this.#instructions.length - 1;
  }
}

/** Nodes that the roots depend on; of a call that is needed, all inputs. */
function reachable(nodes: readonly ExpressionNode[], roots: readonly NodeIndex[]): ReadonlySet<number> {
  const needed = new Set<number>(roots);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined || !needed.has(index)) continue;
    if ("a" in node) for (const operand of [node.a, node.b]) needed.add(operand);
    if (node.kind === "call") for (const input of node.inputs) needed.add(input);
    if (node.kind === "result") needed.add(node.call);
  }
  return needed;
}
