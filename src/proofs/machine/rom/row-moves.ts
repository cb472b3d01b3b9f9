import { ISZERO, JUMP, JUMPI, type RowOperation, operationOf, POP, TOLD } from "./row-operations.ts";
import { PUSH, type RowPart } from "./rom-row.ts";

/**
 * Moves of a row's four words. `a` is the pushed value if the row pushes, else the top of the stack. `b` then is the top,
 * else the word at a depth of the row's choice. `c` is the word right below the top if the row pushes, else the one below
 * that, or a result; `d` is a result. `a` and `b` can be put on the stack, `b` only at its old depth if it was taken. One
 * of the four is the new top. Depths count from the height of the stack before the row, whose top is at depth 1.
 */
export interface RowMoves {
  /** Undefined where nothing is pushed. */
  readonly pushed: bigint | undefined;
  /** Operation of the row; undefined if it only moves words. */
  readonly operation: RowDeed | undefined;
  /** Depths; undefined for what is not taken or put. */
  readonly takesB: number | undefined;
  readonly putsA: number | undefined;
  readonly putsB: number | undefined;
  readonly takesC: boolean;
  readonly top: "a" | "b" | "c" | "d";
  /** Change of the stack's height. */
  readonly growth: number;
}

/** An instruction whose operands are a, b and c in this order. */
interface RowDeed {
  readonly opcode: number;
  readonly index: number;
  /** JUMPI: jumps when the condition is 0, because an ISZERO went before it. */
  readonly negated: boolean;
}

/** A word of the stack before the row, by its depth; or what is pushed; or a result. */
type Name = number | "pushed" | "result";

/** Deed of a row by its opcodes: a part has its index. */
interface NamedDeed {
  readonly opcode: number;
  readonly negated: boolean;
  /** Number of the part with the index; undefined for a jump that depends on an earlier part. */
  readonly part: number | undefined;
  readonly operation: RowOperation;
  readonly operands: readonly Name[];
}

/** The moves of all rows whose parts have the same opcodes: parts have the words and indexes. */
interface MovesOfOpcodes extends Omit<RowMoves, "pushed" | "operation"> {
  /** Number of the part that pushes. */
  readonly pushedBy: number | undefined;
  readonly deed: Pick<NamedDeed, "opcode" | "negated" | "part"> | undefined;
}

/** Combines parts into the moves of one row, in sequence; undefined if no row can do them. `rows`: to be reused for many rows. */
export function movesOf(parts: readonly RowPart[], rows = new GrowingRow()): RowMoves | undefined {
  let row: GrowingRow | undefined = rows;
  for (const { opcode } of parts) row = row?.with(opcode);
  return row?.moves(parts);
}

/** A row by the opcodes of its parts. Longer ones are computed once: most of the kernel's rows share their opcodes. */
export class GrowingRow {
  readonly #stack: NamedStack;
  readonly #longer = new Map<number, GrowingRow | undefined>();
  /** Computed when it is first read; null if no row has these parts. */
  #movesOfOpcodes: MovesOfOpcodes | null | undefined;

  constructor(stack = new NamedStack()) {
    this.#stack = stack;
  }

  /** The row with one part more; undefined if no row has it and the earlier ones, whatever follows. */
  with(opcode: number): GrowingRow | undefined {
    if (this.#longer.has(opcode)) return this.#longer.get(opcode);
    const stack = this.#stack.copy();
    const longer = stack.add(opcode) ? new GrowingRow(stack) : undefined;
    this.#longer.set(opcode, longer);
    return longer;
  }

  /** Whether the parts so far are a row. */
  get isRow(): boolean {
    return this.#shared !== null;
  }

  /** Moves of parts with these opcodes; undefined if no row has them. */
  moves(parts: readonly RowPart[]): RowMoves | undefined {
    const shared = this.#shared;
    if (shared === null) return undefined;
    const { pushedBy, deed, ...moves } = shared;
    return {
      ...moves,
      pushed: pushedBy === undefined ? undefined : parts[pushedBy]?.pushed,
      operation: deed && {
        opcode: deed.opcode,
        index: deed.part === undefined ? 0 : (parts[deed.part]?.index ?? 0),
        negated: deed.negated,
      },
    };
  }

  get #shared(): MovesOfOpcodes | null {
    if (this.#movesOfOpcodes === undefined) this.#movesOfOpcodes = movesOfStack(this.#stack) ?? null;
    return this.#movesOfOpcodes;
  }
}

function movesOfStack(stack: NamedStack): MovesOfOpcodes | undefined {
  const { deed } = stack;
  if (deed?.operation.isAlone === true && stack.parts > 1) return undefined;
  const moves = encode(stack, deed);
  const exchanged = deed?.operation.exchanged;
  if (moves !== undefined || deed === undefined || exchanged === undefined) return moves;
  return encode(stack, { ...deed, opcode: exchanged, operands: [...deed.operands].reverse() });
}

/** Effect of parts on the stack, by names. */
class NamedStack {
  /** Number of parts. */
  parts = 0;
  /** Words that the parts have produced, the top last; all others lie below. */
  words: Name[] = [1];
  /** Number of words of the earlier stack among these. */
  reached = 1;
  /** Number of the part that pushes. */
  pushedBy: number | undefined;
  deed: NamedDeed | undefined;

  copy(): NamedStack {
    const { words, ...others } = this;
    return Object.assign(new NamedStack(), { ...others, words: [...words] });
  }

  /** Adds a part; returns false if it cannot be in a row with the earlier ones. */
  add(opcode: number): boolean {
    const part = this.parts++;
    if (opcode === PUSH) return this.#push(part);
    if (opcode >= 0x80 && opcode < 0x90) return this.#duplicate(opcode - 0x80);
    if (opcode >= 0x90 && opcode < 0xa0) return this.#swap(opcode - 0x8f);
    if (opcode === POP) return this.#pop() !== "result";
    const told = TOLD.get(opcode);
    return told === undefined ? this.#do(opcode, part) : this.#tell(told);
  }

  #push(part: number): boolean {
    if (this.pushedBy !== undefined) return false;
    this.pushedBy = part;
    this.words.push("pushed");
    return true;
  }

  #duplicate(distance: number): boolean {
    this.#reach(distance + 1);
    this.words.push(this.words.at(-1 - distance) as Name);
    return true;
  }

  #swap(distance: number): boolean {
    this.#reach(distance + 1);
    const { words } = this;
    const [upper, lower] = [words.length - 1, words.length - 1 - distance];
    [words[upper], words[lower]] = [words[lower] as Name, words[upper] as Name];
    return true;
  }

  /** Pops words, and pushes the last of them again. */
  #tell(count: number): boolean {
    const words = Array.from({ length: count }, () => this.#pop());
    this.words.push(...words.slice(-1));
    return !words.slice(0, -1).includes("result");
  }

  #do(opcode: number, part: number): boolean {
    const before = this.deed;
    if (before !== undefined) return opcode === JUMPI && this.#jumpUnless(before);
    const operation: RowOperation | undefined =
      opcode === JUMP ? { pops: 1 } : opcode === JUMPI ? { pops: 2 } : operationOf(opcode);
    if (operation === undefined) return false;
    const operands = Array.from({ length: operation.pops }, () => this.#pop());
    const { result } = operation;
    if (result !== undefined) this.words.push(result === "third" ? (operands[2] as Name) : "result");
    this.deed = { opcode, part, negated: false, operation, operands };
    return true;
  }

  /** A jump by what an ISZERO gives. */
  #jumpUnless({ opcode, operands }: NamedDeed): boolean {
    const [target, condition] = [this.#pop(), this.#pop()];
    if (opcode !== ISZERO || condition !== "result") return false;
    const deed = { opcode: JUMPI, part: undefined, negated: true, operands: [target, ...operands] };
    this.deed = { ...deed, operation: { pops: 2 } };
    return true;
  }

  #pop(): Name {
    this.#reach(1);
    return this.words.pop() as Name;
  }

  #reach(count: number): void {
    while (this.words.length < count) this.words.unshift(++this.reached);
  }
}

/** Moves of the row; undefined if no row has them. */
function encode(stack: NamedStack, deed: NamedDeed | undefined): MovesOfOpcodes | undefined {
  const { pushedBy } = stack;
  const pushes = pushedBy !== undefined;
  // The word on top after the row is among its results.
  const isEmpty = stack.words.length === 0;
  const reached = stack.reached + (isEmpty ? 1 : 0);
  const words = isEmpty ? [reached] : stack.words;
  const top = words.at(-1);
  // What lies below the top before the row, and not in its place behind it.
  const leaving: number[] = [];
  for (let depth = 2; depth <= reached; depth++)
    if (reached - depth > words.length - 2 || words[reached - depth] !== depth) leaving.push(depth);
  const taken = takenBy({ leaving, top, pushes, deed });
  if (taken === undefined) return undefined;
  const { takesB, takesC } = taken;
  const a: Name = pushes ? "pushed" : 1;
  const b: Name | undefined = pushes ? 1 : takesB;
  const c: Name | undefined = takesC ? (pushes ? 2 : 3) : deed?.operation.result === "c" ? "result" : undefined;
  const d: Name | undefined = deed?.operation.result === "d" ? "result" : undefined;
  if (!areOperands(deed, [a, b, c])) return undefined;
  const puts = putsOf(words, reached, { a, b: pushes ? b : undefined });
  if (puts === undefined) return undefined;
  const at = [a, b, c, d].indexOf(top);
  if (at < 0 || (deed?.operation.result !== undefined && deed.operation.result !== "third" && top !== "result")) return undefined;
  const staysB = takesB !== undefined && !leaving.includes(takesB);
  return {
    pushedBy,
    deed: deed && { opcode: deed.opcode, negated: deed.negated, part: deed.part },
    takesB,
    takesC,
    putsA: puts.a,
    putsB: staysB ? takesB : puts.b,
    top: (["a", "b", "c", "d"] as const)[at] as RowMoves["top"],
    growth: words.length - reached,
  };
}

/** Depths at which the words a and b are put; undefined if a row cannot put the words. */
function putsOf(
  words: readonly Name[],
  reached: number,
  { a, b }: { readonly a: Name; readonly b: Name | undefined },
): { readonly a: number | undefined; readonly b: number | undefined } | undefined {
  let [ofA, ofB]: [number | undefined, number | undefined] = [undefined, undefined];
  for (let i = 0; i < words.length - 1; i++) {
    const depth = reached - i;
    const name = words[i];
    if (depth >= 2 && name === depth) continue;
    if (name === a && ofA === undefined) ofA = depth;
    else if (name === b && ofB === undefined) ofB = depth;
    else return undefined;
  }
  return { a: ofA, b: ofB };
}

/** Which words a row takes: all that leave their places, its second operand, and what is duplicated. */
function takenBy(row: {
  readonly leaving: readonly number[];
  readonly top: Name | undefined;
  readonly pushes: boolean;
  readonly deed: NamedDeed | undefined;
}): Pick<RowMoves, "takesB" | "takesC"> | undefined {
  const { leaving, top, pushes, deed } = row;
  const placeC = pushes ? 2 : 3;
  const [, second, third] = deed?.operation.isBlind === true ? [] : (deed?.operands ?? []);
  const isBelow = (name: Name | undefined): name is number => typeof name === "number" && name > 1;
  const duplicated = isBelow(top) && !leaving.includes(top) ? top : undefined;
  const asked = pushes ? undefined : isBelow(second) ? second : duplicated;
  const others = leaving.filter((depth) => depth !== asked);
  const takesC = others.includes(placeC) && (pushes || others.length > 1 || asked !== undefined || third === placeC);
  const rest = takesC ? others.filter((depth) => depth !== placeC) : others;
  const room = pushes || asked !== undefined ? 0 : 1;
  return rest.length > room ? undefined : { takesB: asked ?? rest[0], takesC };
}

/** Whether an instruction's operands are the row's words in their order, and nothing else is read as one. */
function areOperands(deed: NamedDeed | undefined, words: readonly (Name | undefined)[]): boolean {
  if (deed === undefined) return true;
  const { operation, operands } = deed;
  const { isBlind, excludesB, result } = operation;
  if (result === "c" && words[2] !== "result") return false;
  if (excludesB === true && words[1] !== undefined) return false;
  return isBlind === true || operands.every((name, i) => name === words[i]);
}
