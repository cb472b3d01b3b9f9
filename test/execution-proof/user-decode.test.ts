import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { opcodesTable } from "../../src/proofs/circuits/opcodes/opcodes-air.ts";
import { IDLE, USER_OPCODE_FIELDS } from "../../src/proofs/circuits/shapes/user-opcode.ts";
import { decodeOpcode, userOpcodes } from "../../src/proofs/execution-proof/user-decode.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { OPCODES } from "../../src/proofs/machine/instructions/evm.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { fieldElements } from "../../src/proofs/stark/constraints/fields.ts";

const sum = (...flags: readonly number[]): number => flags.reduce((total, flag) => total + flag, 0);

test("opcodes have the needs, costs and stack effects of the interpreter's rules, or are invalid", () => {
  for (const [byte, rule] of OPCODES.entries()) {
    const opcode = decodeOpcode(byte);
    if (rule === undefined) assert.deepEqual([opcode?.isInvalid, opcode?.traps], [1, 0]);
    if (opcode === undefined || rule === undefined) continue;
    const { cost, pops, growth, traps, isInvalid } = opcode;
    assert.deepEqual(
      [cost, pops, growth, traps, isInvalid],
      [rule.gas, rule.pops, rule.pushes - rule.pops, Number(rule.trapped), 0],
    );
    assert.equal(opcode.size, byte > 0x5f && byte < 0x80 ? byte - 0x5f : 0);
  }
  // PREVRANDAO is a word of the block.
  assert.equal(decodeOpcode(0x44)?.traps, 0);
});

test("an opcode weighs what was measured, or nothing where the kernel serves it; and at most 60 for a gas", () => {
  const { opcodes, parts } = NATIVE_WEIGHTS;
  for (const { byte, weight, traps, isInvalid, cost } of userOpcodes()) {
    const measured = (opcodes as Readonly<Record<number, number>>)[byte] ?? 0;
    // KECCAK256 was measured with its first block.
    const expected = byte === 0x20 ? measured - parts.hashedBlock : measured;
    assert.equal(weight, traps + isInvalid > 0 ? 0 : expected, `opcode ${byte}`);
    // Visits rests on this, and the kernel's 2^30 − 1 for transactions of 2^24 gas.
    assert.ok(weight <= 60 * cost, `opcode ${byte}`);
  }
  // A word that is copied costs 3, a byte of an exponent 50, and 136 bytes that are hashed 6 for each of 4 words at least.
  assert.ok(parts.copiedWord <= 60 * 3 && parts.exponentByte <= 60 * 50);
  const hash = opcodes[0x20] ?? Infinity;
  assert.ok(hash <= 60 * 30 && hash + 16 * parts.hashedBlock <= 60 * (30 + 6 * 68));
  assert.ok(4 * parts.hashedBlock <= 60 * 6 * 17);
  // Gas is below 2^24, and one opcode's weight may be counted beyond what there is gas for.
  assert.ok(2 ** 24 * 60 < 2 ** 30 && 2 ** 30 + 62 * 2 ** 24 < P);
});

test("every opcode that the machine knows is proven, as docs/zkevm.md says", () => {
  const missing = OPCODES.flatMap((rule, byte) => (rule !== undefined && decodeOpcode(byte) === undefined ? [byte] : []));
  assert.deepEqual(missing, []);
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "zkevm.md"), "utf8");
  assert.match(page, /All opcodes of user code that the machine knows are proven\./);
});

test("an opcode uses only the words that it needs, changes each place once, and does one thing", () => {
  for (const opcode of userOpcodes()) {
    const { byte, pops, depth1, depth2, takes1, takes2, takes3 } = opcode;
    const label = `opcode ${byte}`;
    assert.ok(depth1 <= pops && depth2 <= pops && 3 * takes3 <= pops, label);
    assert.ok(takes2 === 0 || depth1 !== depth2, label);
    assert.ok(sum(opcode.puts1B, opcode.puts1C, opcode.puts1D) <= takes1, label);
    assert.ok(sum(opcode.puts2A, opcode.puts2C) <= takes2, label);
    const { computes, isZero, isEqual, isNot, jumps, jumpsIf, isPush, isNumber, reads, isSliceLength, traps, isInvalid } = opcode;
    const { asks, ticks } = opcode;
    const kinds = sum(
      computes,
      isZero,
      isEqual,
      isNot,
      jumps,
      jumpsIf,
      isPush,
      isNumber,
      reads - isSliceLength,
      traps,
      isInvalid,
      asks,
    );
    assert.ok(ticks <= asks && sum(reads, opcode.puts1D) <= 2 * (1 - asks), label);
    const moves = byte === 0x50 || byte === 0x5b || byte === IDLE || (byte >= 0x80 && byte < 0xa0);
    assert.equal(kinds, moves ? 0 : 1, label);
  }
});

test("the fixed table has each proven opcode once, and the shape of every byte", () => {
  const { preprocessed } = opcodesTable(userOpcodes());
  const columns = preprocessed!.columns();
  const rows = columns[0]!.length;
  const proven = new Set<string>();
  const fields = Object.keys(USER_OPCODE_FIELDS).length;
  for (let row = 0; row < rows; row++) {
    const values = columns.map((column) => column[row]!);
    if (values[fields] === 1) proven.add(values.slice(0, fields).join());
    const byte = row < 256 ? row : 0;
    assert.deepEqual(values.slice(fields + 1), [byte, byte > 0x5f && byte < 0x80 ? byte - 0x5f : 0, Number(byte === 0x5b)]);
  }
  const expected = userOpcodes().map((opcode) =>
    fieldElements<typeof USER_OPCODE_FIELDS, number>("opcode", USER_OPCODE_FIELDS, opcode).map((value) => (value + P) % P),
  );
  assert.deepEqual([...proven].sort(), expected.map((values) => values.join()).sort());
});
