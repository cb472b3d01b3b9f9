import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instruction } from "../../src/proofs/circuits/shapes/instruction.ts";
import { wordOf } from "../../src/proofs/circuits/shapes/word.ts";
import { decode } from "../../src/proofs/execution-proof/decode.ts";
import { OPCODES } from "../../src/proofs/machine/instructions/evm.ts";
import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../../src/proofs/machine/instructions/privileged.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { PUSH, type RomRow, type RowPart } from "../../src/proofs/machine/rom/rom-row.ts";
import { Random } from "../chain/state/support/random.ts";

/** Word of the stack, or result of an instruction, identified by its text. */
type Word = string;

interface Outcome {
  /** The top last. */
  readonly stack: readonly Word[];
  /** Operations, with their operands. */
  readonly deeds: readonly string[];
}

const [POP, JUMP, JUMPI, JUMPDEST, ISZERO] = [0x50, 0x56, 0x57, 0x5b, 0x15];
/** Instructions whose operands the tables do not look at: their results are the witness's. */
const HINTS: readonly number[] = [MACHINE.codeLength, MACHINE.codeWord, MACHINE.foldedHash, MACHINE.foldedBefore].map(
  ({ code }) => code,
);
const TOLD: readonly number[] = [MACHINE.endTransaction.code, MACHINE.endOperation.code, JUMPDEST];
const EITHER_WAY = new Set([0x01, 0x02, 0x14, 0x16, 0x17, 0x18]);
const TURNED = new Map([
  [0x11, 0x10],
  [0x13, 0x12],
]);

/** Returns the same text for instructions with the same result for their operands. */
function deedOf(opcode: number, operands: readonly Word[]): string {
  const turned = TURNED.get(opcode);
  const list = turned === undefined ? operands : [...operands].reverse();
  const sorted = EITHER_WAY.has(opcode) ? [...list].sort() : list;
  return `${(turned ?? opcode).toString(16)}(${HINTS.includes(opcode) ? "" : sorted.join()})`;
}

/** Outcome by the instructions' definitions, in sequence. */
function byParts(parts: readonly RowPart[], before: readonly Word[]): Outcome {
  const stack = [...before];
  const deeds: string[] = [];
  const pop = (): Word => stack.pop() ?? "below";
  for (const { opcode, pushed, index } of parts) {
    const at = stack.length - 1;
    if (opcode === PUSH) stack.push(`#${pushed}`);
    else if (opcode === POP) stack.pop();
    else if (opcode >= 0x80 && opcode < 0x90) stack.push(stack[at - (opcode - 0x80)] as Word);
    else if (opcode >= 0x90 && opcode < 0xa0) {
      const below = at - (opcode - 0x8f);
      [stack[at], stack[below]] = [stack[below] as Word, stack[at] as Word];
    } else if (opcode === MACHINE.keepCode.code) stack.splice(-2, 2);
    else if (!TOLD.includes(opcode)) {
      const { pops, pushes } = arityOf(opcode);
      const operands = Array.from({ length: pops }, pop);
      const deed = deedOf(opcode, operands) + (index === 0 ? "" : `[${index}]`);
      deeds.push(deed);
      if (pushes > 0) stack.push(opcode === MACHINE.copy.code ? (operands[2] as Word) : deed);
    }
  }
  return { stack, deeds };
}

function arityOf(opcode: number): { readonly pops: number; readonly pushes: number } {
  if (opcode === IndexedCode.getVariable || opcode === IndexedCode.getField) return { pops: 0, pushes: 1 };
  if (opcode === IndexedCode.setVariable || opcode === IndexedCode.setField) return { pops: 1, pushes: 0 };
  if (opcode >= LOAD_ARRAY && opcode < STORE_ARRAY) return { pops: 1, pushes: 1 };
  if (opcode >= STORE_ARRAY && opcode < 0xe0) return { pops: 2, pushes: 0 };
  const arity = Object.values(MACHINE).find(({ code }) => code === opcode) ?? OPCODES[opcode];
  if (arity === undefined) throw new Error(`0x${opcode.toString(16)} is not an instruction`);
  return arity;
}

/**
 * Outcome by the table processor's rules for an instruction's cells (src/proofs/circuits/processor/README.md): every place below
 * the top has one word, which must be present when it is received and free when it is sent.
 */
function byCells(instruction: Instruction, deed: RowPart | undefined, before: readonly Word[]): Outcome {
  const places = new Map(before.slice(0, -1).map((word, place) => [place, word]));
  const top = before.at(-1) as Word;
  const height = before.length;
  const take = (place: number): Word => {
    const word = places.get(place);
    assert.ok(word !== undefined, `nothing lies at ${place}`);
    places.delete(place);
    return word;
  };
  const put = (place: number, word: Word): void => {
    assert.ok(!places.has(place), `something lies at ${place}`);
    places.set(place, word);
  };
  const { hasImmediate, takesB, takesC, putsA, putsB, depthA, depthB, topB, topC, topD, growth, jumpsUnless } = instruction;
  const a = hasImmediate === 1 ? `#${wordOf(instruction.immediate)}` : top;
  const b = hasImmediate === 1 ? top : takesB === 1 ? take(height - depthB) : undefined;
  const third = takesC === 1 ? take(height - 3 + hasImmediate) : undefined;
  const arity = deed === undefined ? undefined : arityOf(deed.opcode);
  const operands = [a, b, third].slice(0, arity?.pops ?? 0);
  const opcode = instruction.operation !== 0 && deed !== undefined ? instruction.operation : deed?.opcode;
  const done = opcode === undefined ? undefined : deedOf(opcode, operands as Word[]) + (deed?.index ? `[${deed.index}]` : "");
  if (putsA === 1) put(height - depthA, a);
  if (putsB === 1) put(height - depthB, b as Word);
  const isThird = deed?.opcode === MACHINE.copy.code;
  const newTop = topB === 1 ? b : topD === 1 ? done : topC === 1 ? (isThird ? third : (third ?? done)) : a;
  const below = Array.from({ length: height + growth - 1 }, (_, place) => {
    const word = places.get(place);
    assert.ok(word !== undefined, `nothing is left at ${place}`);
    return word;
  });
  assert.equal(places.size, below.length, "a word is left above the top");
  const negated = jumpsUnless === 1 ? [deedOf(ISZERO, [b as Word])] : [];
  return { stack: [...below, newTop as Word], deeds: done === undefined ? [] : [...negated, done] };
}

const STACK = Array.from({ length: 20 }, (_, i) => `w${i}`);
/** Instructions that only move words. */
const isMove = ({ opcode }: RowPart): boolean =>
  opcode === PUSH ||
  opcode === POP ||
  (opcode >= 0x80 && opcode < 0xa0) ||
  TOLD.includes(opcode) ||
  opcode === MACHINE.keepCode.code;

/** Compares both; whether the row is one that is proven. */
function compare(row: RomRow): boolean {
  const instruction = decode(row);
  if (instruction === undefined) return false;
  const deeds = row.parts.filter((part) => !isMove(part));
  const expected = byParts(row.parts, STACK);
  const found = byCells(instruction, deeds.at(-1), STACK);
  const label = row.parts.map(({ opcode }) => opcode.toString(16)).join(" ");
  assert.deepEqual(found.stack, expected.stack, label);
  // What a jump tests is the operand of the ISZERO before it.
  const isNegated = instruction.jumpsUnless === 1;
  const wanted = isNegated ? expected.deeds.map((deed) => deed.replace(/15\((w\d+)\)\)$/, "$1)")) : expected.deeds;
  assert.deepEqual(found.deeds, wanted, label);
  return true;
}

test("the cells of each of the kernel's rows move words like its instructions, in sequence", () => {
  const rows = [...kernelRows(), ...kernelRows({ fused: false })];
  const compared = rows.filter(compare).length;
  assert.ok(compared > 12_500, `${compared} rows`);
});

test("so do those of random instructions that are one row's", () => {
  const random = new Random(Number(process.env["ROW_SEED"] ?? 11));
  const opcodes = [
    ...[PUSH, POP, 0x80, 0x81, 0x82, 0x83, 0x90, 0x91, 0x92, 0x93, 0x01, 0x03, 0x08, 0x10, 0x11, 0x14, ISZERO, 0x19, 0x1e, 0x51],
    ...[
      0x52,
      JUMP,
      JUMPI,
      MACHINE.copy.code,
      MACHINE.key.code,
      MACHINE.codeWord.code,
      MACHINE.keepCode.code,
      MACHINE.compress.code,
    ],
    ...[IndexedCode.getVariable, IndexedCode.setVariable, LOAD_ARRAY, STORE_ARRAY],
  ];
  let [proven, refused] = [0, 0];
  for (let i = 0; i < 60_000; i++) {
    const parts = Array.from({ length: 1 + random.below(4) }, (): RowPart => {
      const opcode = random.pick(opcodes);
      return { opcode, pushed: opcode === PUSH ? BigInt(random.below(3)) : 0n, index: 0 };
    });
    // A jump ends its row.
    if (parts.slice(0, -1).some(({ opcode }) => opcode === JUMP || opcode === JUMPI)) continue;
    if (compare({ pc: 0, parts, next: 1 })) proven++;
    else refused++;
  }
  assert.ok(proven > 5_000 && refused > 5_000, `${proven} are one row's, ${refused} are not`);
});
