import type { ConstraintScope } from "../../src/proofs/stark/constraints/air.ts";
import type { ExpressionNode, Gadget, NodeIndex } from "../../src/proofs/stark/constraints/expression.ts";
import { type Group, type Member, needsPowers } from "./constraint-groups.ts";
import { ARGUMENT_WORDS } from "./core-layout.ts";
import type { EvaluatedTable } from "./evaluated-table.ts";
import { type EmitterPort, type GadgetFunction, GraphEmitter, LAZY_LIMIT, type Operand } from "./graph-emitter.ts";
import { hex, MUL_LEFT_LIMIT, normalizedBound, PRIME } from "./lanes.ts";
import { MemoryLayout } from "./memory-layout.ts";
import { divisionFunction, STORE_CONSTANTS, weighFunctions } from "./yul-evaluator.ts";
import { EXT_CUBE, EXT_MUL, EXT_MUL_WIDE, EXT_NORMALIZE, EXT_SCALE, LITERAL, storeNormalized } from "./yul-extension.ts";

/** Multiples of p that subtractions add; words of memory are shorter to name than literals. */
const BIASES = 16;
/** Bound of an opened value: it is sent in Montgomery form. */
const OPENED_BOUND = PRIME - 1n;
/** Bodies above this are normalized before they join a sum, so that one normalization brings the sum below 2^32. */
const BODY_LIMIT = 100n * PRIME;

/** A value that one evaluator hands to the next ones. */
export interface SharedValue {
  readonly node: NodeIndex;
  readonly bound: bigint;
}

/** One evaluator: the Yul of a contract that computes the share of some constraint groups. */
export interface EvaluatorCode {
  readonly yul: string;
  /** Nodes that this evaluator computed or was given, with their lane bounds. */
  readonly bounds: ReadonlyMap<NodeIndex, bigint>;
}

/**
 * Writes the evaluator of `groups`. It reads the opened values, public values, arguments and `imports`, and returns the
 * groups' share of the composition in Montgomery form, followed by `exports`.
 */
export function writeEvaluator(
  layout: EvaluatedTable,
  groups: readonly Group[],
  imports: readonly SharedValue[],
  exports: readonly NodeIndex[],
): EvaluatorCode {
  // A gadget is one function for all its calls, so its inputs' bounds are those of its largest call: raised until they hold.
  const inputBounds: InputBounds = new Map();
  for (;;) {
    const evaluator = new Evaluator(layout, imports.length, inputBounds);
    const code = evaluator.write(groups, imports, exports);
    if (evaluator.boundsHold) return code;
  }
}

/** Largest lane of every input of a gadget. */
type InputBounds = Map<Gadget, bigint[]>;

class Evaluator {
  readonly #layout: EvaluatedTable;
  readonly #memory = new MemoryLayout();
  readonly #lines: string[] = [];
  readonly #functions: string[] = [];
  readonly #gadgets = new Map<Gadget, GadgetFunction>();
  readonly #divisions = new Set<number>();
  readonly #powers = new Map<number, number>();
  readonly #columns: number;
  readonly #nextColumns: number;
  readonly #publics: number;
  readonly #arguments: number;
  readonly #imports: number;
  readonly #biases: number;

  /** False when a call exceeded the bound that its gadget was written for; `inputBounds` has been raised then. */
  boundsHold = true;
  readonly #inputBounds: InputBounds;

  constructor(layout: EvaluatedTable, importCount: number, inputBounds: InputBounds) {
    this.#layout = layout;
    this.#inputBounds = inputBounds;
    this.#arguments = this.#memory.words(ARGUMENT_WORDS);
    this.#publics = this.#memory.words(layout.statementCount + layout.auxiliaryCount);
    this.#columns = this.#memory.words(layout.table.preprocessedWidth + layout.table.mainWidth);
    this.#nextColumns = this.#memory.words(layout.nextCount);
    this.#imports = this.#memory.words(importCount);
    this.#biases = this.#memory.words(BIASES);
  }

  write(groups: readonly Group[], imports: readonly SharedValue[], exports: readonly NodeIndex[]): EvaluatorCode {
    const { nodes } = this.#layout.table.air;
    const roots = groups.flatMap(({ selector, members }) => [
      ...members.map(({ constraint }) => constraint.body),
      ...(selector === undefined ? [] : [selector]),
    ]);
    this.#readInput(imports.length);
    const imported = new Map(
      imports.map(({ node, bound }, i): [number, Operand] => [node, load(this.#imports + 32 * i, bound, false)]),
    );
    // An exported value counts as used twice, so that it is put into memory.
    const wanted = [...roots, ...exports, ...exports];
    const emitter = new GraphEmitter(
      nodes,
      wanted,
      this.#port((line) => this.#lines.push(line)),
      imported,
    );
    this.#powers.set(1, this.#arguments);
    for (const exponent of needsPowers(groups)) this.#power(exponent);
    const totals: string[] = [];
    for (const scope of ["everyRow", "transition", "firstRow", "lastRow"] as const) {
      const own = groups.filter((group) => group.scope === scope);
      if (own.length === 0) continue;
      const total = this.#memory.words(1);
      own.forEach((group, i) => this.#emitGroup(group, emitter, nodes, total, i === 0));
      totals.push(this.#scaled(scope, total));
    }
    this.#return(totals.length === 0 ? "0" : totals.reduce((a, b) => `add(${a}, ${b})`), exports, emitter);
    const used = new Map(exports.map((node): [NodeIndex, bigint] => [node, emitter.value(node).bound]));
    return { yul: this.#assemble(), bounds: used };
  }

  #assemble(): string {
    const lines = this.#lines.join("\n");
    const functions = [
      EXT_MUL,
      EXT_NORMALIZE,
      EXT_SCALE,
      weighFunctions(this.#arguments, this.#biases + 64),
      EXT_MUL_WIDE,
      EXT_CUBE,
      ...(lines.includes("storeConstants(") ? [STORE_CONSTANTS] : []),
      ...this.#functions,
      ...[...this.#divisions].map(divisionFunction),
    ];
    return [...functions, lines].join("\n");
  }

  /**
   * Copies the input: it is in Montgomery form, in this order, except the quotient's values, which nothing
   * here reads.
   */
  #readInput(importCount: number): void {
    const { columnCount, nextCount, statementCount, auxiliaryCount, table } = this.#layout;
    const first = 32 * (ARGUMENT_WORDS + statementCount + auxiliaryCount + table.preprocessedWidth + table.mainWidth);
    const nextStart = 32 * (ARGUMENT_WORDS + statementCount + auxiliaryCount + columnCount);
    const rest = 32 * (nextCount + importCount);
    this.#lines.push(
      `if sub(calldatasize(), ${nextStart + rest}) { revert(0, 0) }`,
      `calldatacopy(${hex(this.#arguments)}, 0, ${first})`,
      `calldatacopy(${hex(this.#nextColumns)}, ${nextStart}, ${rest})`,
      `for { let i := 1 } lt(i, ${BIASES}) { i := add(i, 1) } { mstore(add(${hex(this.#biases)}, shl(5, i)), mul(i, ${LITERAL.p1})) }`,
    );
  }

  #return(total: string, exports: readonly NodeIndex[], emitter: GraphEmitter): void {
    const output = this.#memory.words(1 + exports.length);
    this.#lines.push(`mstore(${hex(output)}, ${total})`);
    const addresses = exports.map((node) => emitter.value(node).address);
    for (let i = 0; i < addresses.length;) {
      const start = addresses[i];
      if (start === undefined) throw new Error("an exported value lies in memory");
      let block = 1;
      while (addresses[i + block] === start + 32 * block) block++;
      this.#lines.push(`mcopy(${hex(output + 32 * (1 + i))}, ${hex(start)}, ${32 * block})`);
      i += block;
    }
    this.#lines.push(`return(${hex(output)}, ${32 * (1 + exports.length)})`);
  }

  #port(emit: (line: string) => void): EmitterPort {
    const layout = this.#layout;
    return {
      emit,
      words: (count) => this.#memory.words(count),
      gadget: (gadget) => this.#gadget(gadget),
      inputBound: (gadget, i, bound) => {
        const bounds = this.#inputBounds.get(gadget) ?? Array.from({ length: gadget.inputCount }, () => 0n);
        if (bound <= (bounds[i] ?? 0n)) return;
        bounds[i] = bound;
        this.#inputBounds.set(gadget, bounds);
        this.boundsHold = false;
      },
      division: (bits) => {
        this.#divisions.add(bits);
        return `extDivide${bits}`;
      },
      bias: (multiple) => (multiple < BIASES ? this.#biases + 32 * Number(multiple) : undefined),
      leaf: (node) => {
        if (node.kind === "parameter") throw new Error("parameters belong to gadgets");
        if (node.kind === "public") return load(this.#publics + 32 * node.index, PRIME - 1n, true);
        const main = this.#columns + 32 * layout.table.preprocessedWidth;
        const first = node.next ? this.#nextColumns : node.phase === "preprocessed" ? this.#columns : main;
        return load(first + 32 * node.column, OPENED_BOUND, false);
      },
    };
  }

  #gadget(gadget: Gadget): GadgetFunction {
    const known = this.#gadgets.get(gadget);
    if (known !== undefined) return known;
    const input = this.#memory.words(gadget.inputCount);
    const output = this.#memory.words(gadget.outputs.length);
    const lines: string[] = [];
    const emitter = new GraphEmitter(gadget.nodes, gadget.outputs, {
      ...this.#port((line) => lines.push(line)),
      leaf: (node) => {
        if (node.kind !== "parameter") throw new Error(`gadget ${gadget.name} refers to a ${node.kind}`);
        return load(input + 32 * node.index, this.#inputBounds.get(gadget)?.[node.index] ?? 0n, false);
      },
    });
    const outputBounds = gadget.outputs.map((root, i) => {
      const target = hex(output + 32 * i);
      let value = emitter.value(root);
      while (normalizedBound(value.bound) > LAZY_LIMIT) value = emitter.normalize(value);
      if (value.bound <= LAZY_LIMIT) {
        lines.push(`mstore(${target}, ${value.code})`);
        return value.bound;
      }
      lines.push(storeNormalized(target, value.code));
      return normalizedBound(value.bound);
    });
    const created = { name: gadget.name, input, output, outputBounds };
    this.#functions.push(
      `// gadget: inputs at ${hex(input)}, outputs at ${hex(output)}\nfunction ${gadget.name}() {\n${lines.join("\n")}\n}`,
    );
    this.#gadgets.set(gadget, created);
    return created;
  }

  /** Makes sure that alpha^exponent lies in memory: the largest smaller power that is known, times the rest. */
  #power(exponent: number): number {
    const known = this.#powers.get(exponent);
    if (known !== undefined) return known;
    const below = Math.max(...[...this.#powers.keys()].filter((candidate) => candidate < exponent));
    const rest = this.#power(exponent - below);
    const address = this.#memory.words(1);
    this.#lines.push(`mstore(${hex(address)}, extMul(mload(${hex(this.#power(below))}), mload(${hex(rest)})))`);
    this.#powers.set(exponent, address);
    return address;
  }

  /** Horner in alpha from the group's last constraint to its first, then the selector and the first one's power. */
  #emitGroup(
    { selector, members }: Group,
    emitter: GraphEmitter,
    nodes: readonly ExpressionNode[],
    total: number,
    first: boolean,
  ): void {
    this.#lines.push("{ let sum := 0");
    for (let end = members.length; end > 0;) {
      const member = members[end - 1];
      const later = members[end];
      if (member === undefined) throw new RangeError("constraint group out of order");
      const gap = later === undefined ? 0 : later.index - member.index;
      if (gap > 1) this.#lines.push(`sum := extMul(mload(${hex(this.#power(gap - 1))}), sum)`);
      const run = valueRun(members.slice(0, end), emitter) ?? differenceRun(members.slice(0, end), emitter, nodes);
      if (run !== undefined) {
        this.#lines.push(run.code);
        end -= run.length;
        continue;
      }
      let body = emitter.value(member.constraint.body);
      while (body.bound > BODY_LIMIT) body = emitter.normalize(body);
      this.#lines.push(later === undefined ? `sum := extNormalize(${body.code})` : `sum := weigh(sum, ${body.code})`);
      end -= 1;
    }
    let product = "sum";
    if (selector !== undefined) {
      let factor = emitter.value(selector);
      while (factor.bound > MUL_LEFT_LIMIT) factor = emitter.normalize(factor);
      product = factor.base ? `extScale(${product}, ${factor.code})` : `extMul(${factor.code}, ${product})`;
    }
    const lowest = members[0]?.index ?? 0;
    if (lowest > 0) product = `extMul(mload(${hex(this.#power(lowest))}), ${product})`;
    const sum = hex(total);
    this.#lines.push(first ? `mstore(${sum}, ${product}) }` : `mstore(${sum}, extNormalize(add(mload(${sum}), ${product}))) }`);
  }

  #scaled(scope: ConstraintScope, total: number): string {
    const argument = { everyRow: 0, transition: 1, firstRow: 2, lastRow: 3 }[scope];
    const sum = `mload(${hex(total)})`;
    return argument === 0 ? sum : `extMul(mload(${hex(this.#arguments + 32 * argument)}), ${sum})`;
  }
}

/** Several neighbouring constraints that one call weighs. */
interface Run {
  readonly code: string;
  readonly length: number;
}

/** Number of the last members with neighboring indices and words at neighboring addresses. */
function runLength(members: readonly Member[], addressesOf: (member: Member) => readonly number[] | undefined): number {
  const last = members.at(-1);
  const top = last === undefined ? undefined : addressesOf(last);
  if (last === undefined || top === undefined) return 0;
  let length = 1;
  for (; length < members.length; length++) {
    const member = members[members.length - 1 - length];
    const addresses = member?.index === last.index - length ? addressesOf(member) : undefined;
    if (addresses === undefined || addresses.some((address, i) => address !== (top[i] ?? 0) - 32 * length)) break;
  }
  return length;
}

/** The longest run, of at least two, of constraints whose bodies are words of memory. */
function valueRun(members: readonly Member[], emitter: GraphEmitter): Run | undefined {
  const addressOf = ({ constraint }: Member): readonly number[] | undefined => {
    const { address, bound } = emitter.value(constraint.body);
    return address === undefined || bound > BODY_LIMIT ? undefined : [address];
  };
  const length = runLength(members, addressOf);
  const lowest = members[members.length - length];
  const [address] = (length < 2 || lowest === undefined ? undefined : addressOf(lowest)) ?? [];
  return address === undefined ? undefined : { code: `sum := weighValues(sum, ${hex(address)}, ${32 * length})`, length };
}

/** The longest run, of at least two, of constraints a − b between words of memory. */
function differenceRun(members: readonly Member[], emitter: GraphEmitter, nodes: readonly ExpressionNode[]): Run | undefined {
  const addressesOf = ({ constraint }: Member): readonly number[] | undefined => {
    const node = nodes[constraint.body];
    if (node?.kind !== "sub") return undefined;
    const a = emitter.operand(node.a);
    const b = emitter.operand(node.b);
    if (a?.address === undefined || b?.address === undefined || a.bound > BODY_LIMIT - 2n * PRIME || b.bound > 2n * PRIME)
      return undefined;
    return [a.address, b.address];
  };
  const length = runLength(members, addressesOf);
  const lowest = members[members.length - length];
  const [a, b] = (length < 2 || lowest === undefined ? undefined : addressesOf(lowest)) ?? [];
  if (a === undefined || b === undefined) return undefined;
  return { code: `sum := weighDifferences(sum, ${hex(a)}, ${hex(b)}, ${32 * length})`, length };
}

function load(address: number, bound: bigint, base: boolean): Operand {
  return { code: `mload(${hex(address)})`, bound, base, address };
}
