import { instructionsOf, type PlacedInstruction } from "./instructions.ts";
import { GrowingRow } from "./row-moves.ts";
import { JUMP, JUMPDEST, JUMPI, operationOf, POP, STOP, TOLD } from "./row-operations.ts";
import { PUSH, type RomRow, type RowPart } from "./rom-row.ts";

/** Maximum number of instructions that the translation tries to join in one row. */
const MOST_PARTS = 8;
/** Maximum number of consecutive jumps with a fixed target: more are a loop of jumps alone. */
const MOST_JUMPS = 64;
/** Rows that are found without a pause: some milliseconds. */
const ROWS_OF_PIECE = 256;

/**
 * Translates the kernel's bytecode into rows, in order of their position: those that a run can reach. With `fused` a row
 * does as many instructions as its words allow (`row-moves.ts`), and labels and jumps to fixed places cost nothing; so rows
 * can overlap, if two ways reach a place. Pauses now and then, for a thread that others wait for. Source of the idea and
 * its savings: docs/zkevm.md, "Rows".
 */
export function* translating(code: Uint8Array, options: { readonly fused: boolean }): Generator<undefined, RomRow[]> {
  const translation = new Translation(instructionsOf(code), options.fused);
  const rows = new Map<number, RomRow>();
  const waiting = [0];
  for (let pc = waiting.pop(); pc !== undefined; pc = waiting.pop()) {
    if (rows.has(pc)) continue;
    if (rows.size % ROWS_OF_PIECE === 0) yield;
    const row = translation.rowAt(pc);
    rows.set(pc, row);
    waiting.push(...translation.placesBehind(row));
  }
  return [...rows.values()].sort((one, other) => one.pc - other.pc);
}

/** Translates without pauses. */
export function translate(code: Uint8Array, options: { readonly fused: boolean }): RomRow[] {
  const work = translating(code, options);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** A row that could begin at a place, and whether the run can go elsewhere than to `next`. */
interface Candidate {
  readonly row: RomRow;
  readonly ends: boolean;
}

class Translation {
  readonly #instructions: ReadonlyMap<number, PlacedInstruction>;
  readonly #fused: boolean;
  readonly #noParts = new GrowingRow();
  /** Row at a position on the shortest way to the next jump, and the way's rows. */
  readonly #shortest = new Map<number, { readonly row: RomRow; readonly length: number }>();
  /** Results of `#beginningAt`, by whether it skips labels and by position. */
  readonly #beginnings = { skips: new Map<number, number>(), stops: new Map<number, number>() };

  constructor(instructions: ReadonlyMap<number, PlacedInstruction>, fused: boolean) {
    this.#instructions = instructions;
    this.#fused = fused;
  }

  rowAt(pc: number): RomRow {
    return this.#shortestFrom(pc).row;
  }

  /** Positions where a run can continue after a row: those that the row pushes, and none that earlier rows have pushed. */
  placesBehind({ parts, next }: RomRow): number[] {
    const pushed = parts.filter(({ opcode }) => opcode === PUSH).map((part) => Number(part.pushed));
    const labels = pushed.filter((pc) => this.#instructions.get(pc)?.opcode === JUMPDEST);
    const last = parts.at(-1)?.opcode;
    const goesOn = last !== JUMP && last !== STOP && this.#instructions.has(next);
    return goesOn ? [...labels, next] : labels;
  }

  #shortestFrom(pc: number): { readonly row: RomRow; readonly length: number } {
    const known = this.#shortest.get(pc);
    if (known !== undefined) return known;
    let best: { readonly row: RomRow; readonly length: number } | undefined;
    for (const { row, ends } of this.#candidatesAt(pc)) {
      const rest = ends || !this.#instructions.has(row.next) ? 0 : this.#shortestFrom(row.next).length;
      if (best === undefined || 1 + rest < best.length) best = { row, length: 1 + rest };
    }
    if (best === undefined) throw new Error(`no row can begin at ${pc}`);
    this.#shortest.set(pc, best);
    return best;
  }

  /** All rows that can begin at a place. */
  #candidatesAt(pc: number): Candidate[] {
    const candidates: Candidate[] = [];
    const parts: RowPart[] = [];
    let growing: GrowingRow | undefined = this.#noParts;
    for (let at = this.#beginningAt(pc); parts.length < (this.#fused ? MOST_PARTS : 1);) {
      const instruction = this.#instructions.get(at);
      if (instruction === undefined) break;
      const { opcode, pushed, index, end } = instruction;
      const isPlace = opcode === PUSH && this.#instructions.get(end)?.opcode === JUMPI;
      const part = { opcode, index, pushed: isPlace && this.#fused ? BigInt(this.#beginningAt(Number(pushed), false)) : pushed };
      parts.push(part);
      const next = this.#fused ? this.#beginningAt(end, false) : end;
      const isUnproven = !isProven(opcode);
      // No later part makes these a row.
      if (!isUnproven && (growing = growing.with(opcode)) === undefined) break;
      const ends = opcode === JUMP || opcode === JUMPI || opcode === STOP || isUnproven;
      const isRow = isUnproven ? isUnprovenRow(parts) : growing.isRow;
      if (isRow) candidates.push({ row: { pc, parts: [...parts], next }, ends });
      if (ends) break;
      at = this.#beginningAt(end);
    }
    return candidates;
  }

  /** Position of the instruction that runs for a label: after fixed jumps and, unless they are stored, labels. */
  #beginningAt(pc: number, skipsLabels = true): number {
    if (!this.#fused) return pc;
    const known = skipsLabels ? this.#beginnings.skips : this.#beginnings.stops;
    const beginning = known.get(pc) ?? this.#followJumps(pc, skipsLabels);
    known.set(pc, beginning);
    return beginning;
  }

  #followJumps(pc: number, skipsLabels: boolean): number {
    let kept = pc;
    for (let [at, jumps] = [pc, 0]; ;) {
      const instruction = this.#instructions.get(at);
      if (instruction?.opcode === JUMPDEST) at = instruction.end;
      else if (instruction?.opcode === PUSH && this.#instructions.get(instruction.end)?.opcode === JUMP) {
        if (++jumps > MOST_JUMPS) throw new Error(`the kernel jumps in a circle at ${pc}`);
        kept = at = Number(instruction.pushed);
      } else return skipsLabels ? at : kept;
    }
  }
}

/** True if one row has these parts, though no table proves the last one. */
function isUnprovenRow(parts: readonly RowPart[]): boolean {
  return parts.length === 1 || (parts.length === 2 && parts[0]?.opcode === PUSH);
}

function isProven(opcode: number): boolean {
  const moves = opcode === PUSH || opcode === POP || (opcode >= 0x80 && opcode < 0xa0) || TOLD.has(opcode);
  return moves || opcode === JUMP || opcode === JUMPI || operationOf(opcode) !== undefined;
}
