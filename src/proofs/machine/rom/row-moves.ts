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

interface NamedDeed extends RowDeed {
  readonly operation: RowOperation;
  readonly operands: readonly Name[];
}

/** Combines parts into the moves of one row, in sequence; undefined if no row can do them. */
export function movesOf(parts: readonly RowPart[]): RowMoves | undefined {
  const row = new GrowingRow();
  return parts.every((part) => row.add(part)) ? row.moves() : undefined;
}

/** Row that grows by parts. */
export class GrowingRow {
  readonly #stack = new NamedStack();
  #length = 0;

  /** Adds a part; returns false if no row has this part and the earlier ones, whatever follows. */
  add(part: RowPart): boolean {
    this.#length += 1;
    return this.#stack.add(part);
  }

  /** Moves of the parts so far; undefined if no row has them. */
  moves(): RowMoves | undefined {
    const { deed } = this.#stack;
    if (deed?.operation.isAlone === true && this.#length > 1) return undefined;
    const moves = encode(this.#stack, deed);
    const exchanged = deed?.operation.exchanged;
    if (moves !== undefined || deed === undefined || exchanged === undefined) return moves;
    return encode(this.#stack, { ...deed, opcode: exchanged, operands: [...deed.operands].reverse() });
  }
}

/** Effect of parts on the stack, by names. */
class NamedStack {
  /** Words that the parts have produced, the top last; all others lie below. */
  readonly words: Name[] = [1];
  /** Number of words of the earlier stack among these. */
  reached = 1;
  pushed: bigint | undefined;
  deed: NamedDeed | undefined;

  /** Adds a part; returns false if it cannot be in a row with the earlier ones. */
  add({ opcode, pushed, index }: RowPart): boolean {
    if (opcode === PUSH) return this.#push(pushed);
    if (opcode >= 0x80 && opcode < 0x90) return this.#duplicate(opcode - 0x80);
    if (opcode >= 0x90 && opcode < 0xa0) return this.#swap(opcode - 0x8f);
    if (opcode === POP) return this.#pop() !== "result";
    const told = TOLD.get(opcode);
    return told === undefined ? this.#do(opcode, index) : this.#tell(told);
  }

  #push(word: bigint): boolean {
    if (this.pushed !== undefined) return false;
    this.pushed = word;
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

  #do(opcode: number, index: number): boolean {
    const before = this.deed;
    if (before !== undefined) return opcode === JUMPI && this.#jumpUnless(before);
    const operation: RowOperation | undefined =
      opcode === JUMP ? { pops: 1 } : opcode === JUMPI ? { pops: 2 } : operationOf(opcode);
    if (operation === undefined) return false;
    const operands = Array.from({ length: operation.pops }, () => this.#pop());
    const { result } = operation;
    if (result !== undefined) this.words.push(result === "third" ? (operands[2] as Name) : "result");
    this.deed = { opcode, index, negated: false, operation, operands };
    return true;
  }

  /** A jump by what an ISZERO gives. */
  #jumpUnless({ opcode, operands }: NamedDeed): boolean {
    const [target, condition] = [this.#pop(), this.#pop()];
    if (opcode !== ISZERO || condition !== "result") return false;
    this.deed = { opcode: JUMPI, index: 0, negated: true, operation: { pops: 2 }, operands: [target, ...operands] };
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
function encode(stack: NamedStack, deed: NamedDeed | undefined): RowMoves | undefined {
  const { pushed } = stack;
  const pushes = pushed !== undefined;
  // The word on top after the row is among its results.
  const isEmpty = stack.words.length === 0;
  const reached = stack.reached + (isEmpty ? 1 : 0);
  const words = isEmpty ? [reached] : stack.words;
  const below = new Map(words.slice(0, -1).map((name, i) => [reached - i, name]));
  const top = words.at(-1);
  // What lies below the top before the row, and not in its place behind it.
  const leaving = Array.from({ length: reached - 1 }, (_, i) => i + 2).filter((depth) => below.get(depth) !== depth);
  const taken = takenBy({ leaving, top, pushes, deed });
  if (taken === undefined) return undefined;
  const { takesB, takesC } = taken;
  const a: Name = pushes ? "pushed" : 1;
  const b: Name | undefined = pushes ? 1 : takesB;
  const c: Name | undefined = takesC ? (pushes ? 2 : 3) : deed?.operation.result === "c" ? "result" : undefined;
  const d: Name | undefined = deed?.operation.result === "d" ? "result" : undefined;
  if (!areOperands(deed, [a, b, c])) return undefined;
  const puts = [...below].filter(([depth, name]) => depth < 2 || name !== depth);
  const ofA = puts.filter(([, name]) => name === a);
  const ofB = puts.filter(([, name]) => pushes && name === b);
  if (ofA.length > 1 || ofB.length > 1 || ofA.length + ofB.length < puts.length) return undefined;
  const at = [a, b, c, d].indexOf(top);
  if (at < 0 || (deed?.operation.result !== undefined && deed.operation.result !== "third" && top !== "result")) return undefined;
  const staysB = takesB !== undefined && !leaving.includes(takesB);
  return {
    pushed,
    operation: deed === undefined ? undefined : { opcode: deed.opcode, index: deed.index, negated: deed.negated },
    ...{ takesB, takesC, putsA: ofA[0]?.[0], putsB: staysB ? takesB : ofB[0]?.[0] },
    top: (["a", "b", "c", "d"] as const)[at] as RowMoves["top"],
    growth: words.length - reached,
  };
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
