import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processorAir } from "../../src/proofs/circuits/processor/processor-air.ts";
import { type Instruction, INSTRUCTION_FIELDS } from "../../src/proofs/circuits/shapes/instruction.ts";
import { romTable } from "../../src/proofs/circuits/rom/rom-air.ts";
import { decode } from "../../src/proofs/execution-proof/decode.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { OPCODES } from "../../src/proofs/machine/instructions/evm.ts";
import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../../src/proofs/machine/instructions/privileged.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import type { RomRow } from "../../src/proofs/machine/rom/rom-row.ts";
import { fieldElements } from "../../src/proofs/stark/constraints/fields.ts";
import { messagesOf } from "./support/judge.ts";

/** Pops and pushes of an instruction by its definition; the privileged ones have codes that user code lacks. */
function arityOf(opcode: number): { readonly pops: number; readonly pushes: number } | undefined {
  if (opcode === IndexedCode.getVariable || opcode === IndexedCode.getField) return { pops: 0, pushes: 1 };
  if (opcode === IndexedCode.setVariable || opcode === IndexedCode.setField) return { pops: 1, pushes: 0 };
  if (opcode >= LOAD_ARRAY && opcode < STORE_ARRAY) return { pops: 1, pushes: 1 };
  if (opcode >= STORE_ARRAY && opcode < 0xe0) return { pops: 2, pushes: 0 };
  return Object.values(MACHINE).find(({ code }) => code === opcode) ?? OPCODES[opcode];
}

const sum = (...flags: readonly number[]): number => flags.reduce((total, flag) => total + flag, 0);

const ROWS = [...kernelRows(), ...kernelRows({ fused: false })];

/** For messages: where it is, and what it does. */
function unprovenBy({ pc, parts }: RomRow): string {
  return `${parts.map(({ opcode }) => opcode.toString(16)).join(" ")} at ${pc}`;
}

test("every row that is proven changes the stack's height as its instructions do", () => {
  for (const row of ROWS) {
    const instruction = decode(row);
    if (instruction === undefined) continue;
    const changes = row.parts.map(({ opcode }) => {
      const arity = arityOf(opcode);
      assert.ok(arity !== undefined);
      return arity.pushes - arity.pops;
    });
    const { growth, takesB, takesC, putsA, putsB, topB, topC, topD } = instruction;
    assert.equal(growth, sum(...changes), unprovenBy(row));
    // The number of words that leave, or that are uncovered below the top, equals the change of the height.
    assert.equal(putsA + putsB - takesB - takesC, growth, unprovenBy(row));
    assert.ok(sum(topB, topC, topD) <= 1, unprovenBy(row));
  }
});

test("a row does one thing only, and reads and writes by the flags of its instruction", () => {
  for (const row of ROWS) {
    const instruction = decode(row);
    if (instruction === undefined) continue;
    const {
      computes,
      isZero,
      isEqual,
      isNot,
      isHint,
      hashes,
      copies,
      recovers,
      compresses,
      multiplies,
      runsUser,
      jumps,
      jumpsIf,
      jumpsUnless,
      stops,
      reads,
      writesA,
      writesB,
      writesByte,
    } = instruction;
    const kinds = sum(
      computes,
      isZero,
      isEqual,
      isNot,
      isHint,
      hashes,
      copies,
      recovers,
      compresses,
      multiplies,
      runsUser,
      jumps,
      jumpsIf,
      jumpsUnless,
      stops,
      reads,
      writesA,
      writesB,
      writesByte,
    );
    const opcodes = row.parts.map(({ opcode }) => opcode);
    // A condition that is negated is the jump's own.
    const negates = instruction.jumpsUnless === 1 ? 1 : 0;
    assert.equal(kinds, opcodes.filter((opcode) => !MOVES.has(opcode)).length - negates, unprovenBy(row));
    assert.equal(instruction.hasImmediate, opcodes.filter((opcode) => opcode === 0x5f).length, unprovenBy(row));
  }
});

/** Opcodes that only move words, or only inform the interpreter: pushes, DUP, SWAP, POP, labels. */
const MOVES = new Set<number>([
  ...[0x5f, 0x50, 0x5b, MACHINE.endTransaction.code, MACHINE.endOperation.code, MACHINE.keepCode.code],
  ...Array.from({ length: 32 }, (_, i) => 0x80 + i),
]);

/** Tables that a step of an instruction asks for what it does, by their buses, as often as it does. */
function tablesAsked(instruction: Instruction): string[] {
  const fields = fieldElements("rom", INSTRUCTION_FIELDS, instruction).map((value) => (value + P) % P);
  const { reads, writesA, writesB, writesByte, isBytes } = instruction;
  const access = Math.min(1, reads + writesA + writesB + writesByte);
  const ways = [{ whole: access * (1 - writesByte), split: 0 }, ...(access * isBytes === 1 ? [{ whole: 0, split: 1 }] : [])];
  return ways
    .map((way) => {
      const names = Object.entries(INSTRUCTION_FIELDS).flatMap(([name, count]) =>
        count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}[${i}]`),
      );
      const values = new Map<string, number>([
        ...names.map((name, i) => [name, fields[i] ?? 0] as const),
        ...Object.entries(way),
      ]);
      const main = PROCESSOR.columnNames.map((name) => Uint32Array.of(values.get(name) ?? 0, 0));
      return messagesOf(PROCESSOR, main, [], Uint32Array.of(0)).flatMap(({ interaction: { bus, direction }, multiplicity }) =>
        multiplicity === 0 || OF_EVERY_STEP.includes(bus.name) || direction === "receive" ? [] : [bus.name],
      );
    })
    .reduce((most, asked) => (asked.length > most.length ? asked : most));
}

const PROCESSOR = processorAir();
/** Buses that belong to no operation: the program, the stack, and ranges. */
const OF_EVERY_STEP = ["rom", "stack", "range16", "range14"];

test("no step asks two tables, or one twice: each takes the step's time for its own", () => {
  const asked = new Set<string>();
  for (const row of ROWS) {
    const instruction = decode(row);
    if (instruction === undefined) continue;
    const tables = tablesAsked(instruction);
    assert.ok(tables.length <= 1, `${unprovenBy(row)}: ${tables.join()}`);
    for (const table of tables) asked.add(table);
    // Were it any other operation besides, two would be asked.
    const other = tables[0] === "alu" ? { hashes: 1 } : { computes: 1 };
    if (tables.length === 1) assert.equal(tablesAsked({ ...instruction, ...other }).length, 2);
  }
  const tables = ["alu", "byteMemory", "copy", "digestWords", "hash", "memory", "memoryTask", "userMode", "wordRange"];
  assert.deepEqual([...asked].sort(), tables);
});

test("the program's table holds its rows, all of them, and no others", () => {
  const rows = kernelRows()
    .map(decode)
    .filter((instruction) => instruction !== undefined);
  const { preprocessed } = romTable(rows, 2);
  const columns = preprocessed?.columns() ?? [];
  const held = new Set(Array.from(columns[0] ?? [], (_, row) => columns.map((column) => column[row]).join()));
  const expected = rows.map((row) =>
    fieldElements("rom", INSTRUCTION_FIELDS, row)
      .map((value) => (value + P) % P)
      .join(),
  );
  assert.deepEqual([...held].sort(), expected.sort());
  assert.ok(rows.length > 4_000, "most of the kernel's rows are proven");
});

/** Name of the kernel's instruction in docs/zkevm.md. */
function nameOf({ parts }: RomRow): string {
  const opcode = parts.at(-1)?.opcode ?? 0;
  const machine = Object.entries(MACHINE).find(([, { code }]) => code === opcode);
  if (machine !== undefined) return `machine.${machine[0]}`;
  return `0x${opcode.toString(16)}`;
}

test("docs/zkevm.md lists the kernel's instructions that no table proves, and no others", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "zkevm.md"), "utf8");
  const listed = /<!-- not proven -->([^]*?)<!-- end -->/.exec(page)?.[1]?.match(/`[^`]+`/g) ?? [];
  const missing = kernelRows().filter((row) => row.parts.at(-1)?.opcode !== 0xfe && decode(row) === undefined);
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(missing.map((row) => `\`${nameOf(row)}\``))].sort());
});
