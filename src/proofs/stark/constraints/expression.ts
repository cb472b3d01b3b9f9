import { P } from "../../field/koala-bear.ts";
import { PairIndex } from "./pair-index.ts";

/** A node of an expression graph by its index. Nodes are shared: equal nodes have equal indices. */
export type NodeIndex = number & { readonly __node: unique symbol };

/** An expression as its builder hands it out: usable with that builder only. */
export interface Expression {
  readonly node: NodeIndex;
}

/**
 * Origin of a column: fixed in the verification key, committed with the trace, or derived for the lookups.
 */
export type Phase = "preprocessed" | "main" | "lookup";

/** One node of the graph; operands always have a smaller index than the node itself. All values are base-field elements. */
export type ExpressionNode =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "column"; readonly phase: Phase; readonly column: number; readonly next: boolean }
  | { readonly kind: "public"; readonly index: number }
  | { readonly kind: "parameter"; readonly index: number }
  | { readonly kind: "add" | "sub" | "mul"; readonly a: NodeIndex; readonly b: NodeIndex }
  | { readonly kind: "call"; readonly gadget: Gadget; readonly inputs: readonly NodeIndex[] }
  | { readonly kind: "result"; readonly call: NodeIndex; readonly index: number };

/**
 * A named vector function, written once and used many times. The checker, the prover and the TypeScript verifier expand
 * it in place; the Solidity generator emits it once as a function, which keeps contracts under the size limit.
 */
export interface Gadget {
  readonly name: string;
  readonly inputCount: number;
  /** Graph over `parameter` nodes; `outputs` are references into it. */
  readonly nodes: readonly ExpressionNode[];
  readonly outputs: readonly NodeIndex[];
}

/** Numbers of kinds of operations. */
const OPERATIONS = { add: 0, sub: 1, mul: 2 } as const;

/**
 * Builds an expression graph with sharing and constant folding. Every method throws TypeError for another builder's
 * expressions.
 */
export class ExpressionBuilder {
  readonly nodes: ExpressionNode[] = [];
  /** The expressions handed out, by node. */
  readonly #expressions: Expression[] = [];
  readonly #interned = new Map<string, Expression>();
  /** Nodes of operations, by kind and operands. */
  readonly #operations = new PairIndex();
  /** All gadgets in use, those that gadgets call included. */
  readonly #gadgets = new Map<string, Gadget>();

  protected push(node: ExpressionNode, key: string): Expression {
    const known = this.#interned.get(key);
    if (known !== undefined) return known;
    const expression = this.#append(node);
    this.#interned.set(key, expression);
    return expression;
  }

  #append(node: ExpressionNode): Expression {
    const expression: Expression = Object.freeze({ node: this.nodes.length as NodeIndex });
    this.nodes.push(node);
    this.#expressions.push(expression);
    return expression;
  }

  #operation(kind: keyof typeof OPERATIONS, a: NodeIndex, b: NodeIndex): Expression {
    const known = this.#operations.get(OPERATIONS[kind], a, b);
    if (known !== undefined) return this.#expressions[known] as Expression;
    const expression = this.#append({ kind, a, b });
    this.#operations.set(OPERATIONS[kind], a, b, expression.node);
    return expression;
  }

  /** Index of the expression in `nodes`. Throws TypeError if another builder made it. */
  nodeOf(expression: Expression): NodeIndex {
    if (this.#expressions[expression.node] !== expression) {
      throw new TypeError(`expression ${expression.node} is of another builder; build it again with this one`);
    }
    return expression.node;
  }

  /** A constant; negative integers are allowed and reduced. */
  constant(value: number): Expression {
    const reduced = ((value % P) + P) % P;
    return this.push({ kind: "constant", value: reduced }, `c${reduced}`);
  }

  add(...terms: readonly Expression[]): Expression {
    return this.#fold("add", terms, 0);
  }

  mul(...factors: readonly Expression[]): Expression {
    return this.#fold("mul", factors, 1);
  }

  sub(left: Expression, right: Expression): Expression {
    const [a, b] = [this.nodeOf(left), this.nodeOf(right)];
    if (this.#constantOf(b) === 0) return left;
    return this.#operation("sub", a, b);
  }

  /** a · constant. */
  scale(a: Expression, factor: number): Expression {
    return this.mul(a, this.constant(factor));
  }

  /** Σ termᵢ · constantᵢ. Throws RangeError unless there is one factor for each term. */
  linear(terms: readonly Expression[], factors: readonly number[]): Expression {
    if (terms.length !== factors.length)
      throw new RangeError(`a linear combination of ${terms.length} terms has ${factors.length} factors`);
    return this.add(...terms.map((term, i) => this.scale(term, factors[i] ?? 0)));
  }

  /**
   * Applies a gadget. Throws RangeError when the number of inputs differs from the gadget's, TypeError when another gadget of
   * the same name is in use: names are what generated code tells them apart by.
   */
  apply(gadget: Gadget, inputs: readonly Expression[]): Expression[] {
    if (inputs.length !== gadget.inputCount) {
      throw new RangeError(`gadget ${gadget.name} takes ${gadget.inputCount} inputs, got ${inputs.length}`);
    }
    this.#use(gadget);
    const operands = inputs.map((input) => this.nodeOf(input));
    const call = this.nodeOf(this.push({ kind: "call", gadget, inputs: operands }, `call${gadget.name}:${operands.join()}`));
    return gadget.outputs.map((_, index) => this.push({ kind: "result", call, index }, `r${call},${index}`));
  }

  #use(gadget: Gadget): void {
    const known = this.#gadgets.get(gadget.name);
    if (known === gadget) return;
    if (known !== undefined)
      throw new TypeError(`two gadgets are named ${gadget.name}: define it once, or give the other another name`);
    this.#gadgets.set(gadget.name, gadget);
    for (const node of gadget.nodes) if (node.kind === "call") this.#use(node.gadget);
  }

  #constantOf(index: NodeIndex): number | undefined {
    const node = this.nodes[index];
    return node?.kind === "constant" ? node.value : undefined;
  }

  #fold(kind: "add" | "mul", operands: readonly Expression[], neutral: 0 | 1): Expression {
    let result: Expression | undefined;
    for (const operand of operands) this.nodeOf(operand);
    for (const operand of operands) {
      const value = this.#constantOf(operand.node);
      if (kind === "mul" && value === 0) return operand;
      if (value === neutral) continue;
      if (result === undefined) {
        result = operand;
        continue;
      }
      const [a, b]: [NodeIndex, NodeIndex] =
        result.node < operand.node ? [result.node, operand.node] : [operand.node, result.node];
      result = this.#operation(kind, a, b);
    }
    return result ?? this.constant(neutral);
  }
}

class GadgetBuilder extends ExpressionBuilder {
  parameter(index: number): Expression {
    return this.push({ kind: "parameter", index }, `p${index}`);
  }
}

/** Defines a gadget by its body, a function from inputs to outputs over an arithmetic-only builder. */
export function defineGadget(
  name: string,
  inputCount: number,
  body: (builder: ExpressionBuilder, inputs: readonly Expression[]) => readonly Expression[],
): Gadget {
  const builder = new GadgetBuilder();
  const inputs = Array.from({ length: inputCount }, (_, index) => builder.parameter(index));
  const outputs = body(builder, inputs);
  return { name, inputCount, nodes: builder.nodes, outputs: outputs.map((output) => builder.nodeOf(output)) };
}

/**
 * Folds over a graph in order, gadget calls expanded: `visit` is called once per arithmetic node and returns its value.
 * This is the one way in which graphs are interpreted, whatever the domain of the values.
 */
export function evaluateGraph<T>(
  nodes: readonly ExpressionNode[],
  roots: readonly NodeIndex[],
  visit: {
    constant(value: number): T;
    column(phase: Phase, column: number, next: boolean): T;
    public(index: number): T;
    add(a: T, b: T): T;
    sub(a: T, b: T): T;
    mul(a: T, b: T): T;
  },
  parameters: readonly T[] = [],
): T[] {
  const needed = reachable(nodes, roots);
  const values = new Array<T | undefined>(nodes.length);
  const results = new Map<number, readonly T[]>();
  const get = (index: number): T => found(values[index], index);
  nodes.forEach((node, index) => {
    if (needed[index] !== 1) return;
    switch (node.kind) {
      case "constant":
        values[index] = visit.constant(node.value);
        break;
      case "column":
        values[index] = visit.column(node.phase, node.column, node.next);
        break;
      case "public":
        values[index] = visit.public(node.index);
        break;
      case "parameter": {
        const value = parameters[node.index];
        if (value === undefined) throw new Error(`gadget parameter ${node.index} has no value`);
        values[index] = value;
        break;
      }
      case "add":
      case "sub":
      case "mul":
        values[index] = visit[node.kind](get(node.a), get(node.b));
        break;
      case "call": {
        const inputs = node.inputs.map(get);
        results.set(index, evaluateGraph(node.gadget.nodes, node.gadget.outputs, visit, inputs));
        break;
      }
      case "result": {
        const value = found(results.get(node.call), node.call)[node.index];
        if (value === undefined) throw new Error(`gadget result ${node.index} does not exist`);
        values[index] = value;
      }
    }
  });
  return roots.map(get);
}

function found<V>(value: V | undefined, index: number): V {
  if (value === undefined) throw new Error(`expression graph is not in order: node ${index} used before its definition`);
  return value;
}

/** 1 for every node that the roots need. */
function reachable(nodes: readonly ExpressionNode[], roots: readonly NodeIndex[]): Uint8Array {
  const needed = new Uint8Array(nodes.length);
  for (const root of roots) needed[root] = 1;
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined || needed[index] !== 1) continue;
    if (node.kind === "add" || node.kind === "sub" || node.kind === "mul") {
      needed[node.a] = needed[node.b] = 1;
    } else if (node.kind === "call") {
      for (const input of node.inputs) needed[input] = 1;
    } else if (node.kind === "result") {
      needed[node.call] = 1;
    }
  }
  return needed;
}

/** The columns that the roots depend on. */
export function columnsRead(
  nodes: readonly ExpressionNode[],
  roots: readonly NodeIndex[],
): Extract<ExpressionNode, { readonly kind: "column" }>[] {
  const needed = reachable(nodes, roots);
  return nodes.filter((node, index) => needed[index] === 1 && node.kind === "column") as Extract<
    ExpressionNode,
    { readonly kind: "column" }
  >[];
}

/** Degree in the trace columns of each root. */
export function degrees(nodes: readonly ExpressionNode[], roots: readonly NodeIndex[]): number[] {
  return evaluateGraph<number>(nodes, roots, {
    constant: () => 0,
    column: () => 1,
    public: () => 0,
    add: Math.max,
    sub: Math.max,
    mul: (a, b) => a + b,
  });
}
