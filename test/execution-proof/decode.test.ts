import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { INSTRUCTION_FIELDS } from "../../src/circuits/rom/instruction.ts";
import { romTable } from "../../src/circuits/rom/rom-air.ts";
import { decode } from "../../src/execution-proof/decode.ts";
import { P } from "../../src/field/koala-bear.ts";
import { OPCODES } from "../../src/machine/instructions/evm.ts";
import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../../src/machine/instructions/privileged.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import type { RomRow } from "../../src/machine/rom/rom-row.ts";
import { fieldElements } from "../../src/stark/fields.ts";

/** What an instruction pops and pushes by its own definition; the privileged ones have codes that user code has not. */
function arityOf(opcode: number): { readonly pops: number; readonly pushes: number } | undefined {
  if (opcode === IndexedCode.getVariable || opcode === IndexedCode.getField) return { pops: 0, pushes: 1 };
  if (opcode === IndexedCode.setVariable || opcode === IndexedCode.setField) return { pops: 1, pushes: 0 };
  if (opcode >= LOAD_ARRAY && opcode < STORE_ARRAY) return { pops: 1, pushes: 1 };
  if (opcode >= STORE_ARRAY && opcode < 0xe0) return { pops: 2, pushes: 0 };
  return Object.values(MACHINE).find(({ code }) => code === opcode) ?? OPCODES[opcode];
}

const sum = (...flags: readonly number[]): number => flags.reduce((total, flag) => total + flag, 0);

test("every row that is proven changes the stack's height as its instruction does", () => {
  const rows = [...kernelRows(), ...kernelRows({ fused: false })];
  for (const row of rows) {
    const instruction = decode(row);
    if (instruction === undefined) continue;
    const arity = arityOf(row.opcode);
    assert.ok(arity !== undefined);
    // The row that only pushes has the immediate as what it pushes.
    const pushes = row.opcode === 0x5f ? 0 : arity.pushes;
    const immediate = row.immediate === undefined ? 0 : 1;
    const { growth, takesB, takesC, putsA, putsB, topB, topC, topD } = instruction;
    const label = `opcode ${row.opcode} at ${row.pc}`;
    assert.equal(growth, pushes - arity.pops + immediate, label);
    // Words leave and come to what lies below the top by as many as the height changes.
    assert.equal(putsA + putsB - takesB - takesC, growth, label);
    assert.ok(sum(topB, topC, topD) <= 1, label);
  }
});

test("a row does one thing only, and reads and writes by the flags of its instruction", () => {
  for (const row of kernelRows()) {
    const instruction = decode(row);
    if (instruction === undefined) continue;
    const {
      computes,
      isZero,
      isEqual,
      isNot,
      isHint,
      hashes,
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
      jumps,
      jumpsIf,
      jumpsUnless,
      stops,
      reads,
      writesA,
      writesB,
      writesByte,
    );
    const moves = row.opcode === 0x5f || row.opcode === 0x50 || row.opcode === 0x5b || (row.opcode >= 0x80 && row.opcode < 0xa0);
    assert.equal(kinds, moves ? 0 : 1, `opcode ${row.opcode} at ${row.pc}`);
    assert.equal(instruction.hasImmediate, row.immediate === undefined ? 0 : 1);
  }
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

/** How docs/zkevm.md names an instruction of the kernel. */
function nameOf({ opcode }: RomRow): string {
  const machine = Object.entries(MACHINE).find(([, { code }]) => code === opcode);
  if (machine !== undefined) return `machine.${machine[0]}`;
  if (opcode === IndexedCode.getField) return "frame.x";
  if (opcode === IndexedCode.setField) return "setFrame.x";
  const names: Readonly<Record<number, string>> = {
    0x46: "CHAINID",
    0x48: "BASEFEE",
    0x5a: "GAS",
  };
  return names[opcode] ?? `0x${opcode.toString(16)}`;
}

test("docs/zkevm.md lists the kernel's instructions that no table proves, and no others", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "zkevm.md"), "utf8");
  const listed = /<!-- not proven -->([^]*?)<!-- end -->/.exec(page)?.[1]?.match(/`[^`]+`/g) ?? [];
  const missing = kernelRows().filter((row) => row.opcode !== 0xfe && decode(row) === undefined);
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(missing.map((row) => `\`${nameOf(row)}\``))].sort());
});
