import assert from "node:assert/strict";
import { test } from "node:test";
import { MACHINE } from "../../src/proofs/machine/instructions/privileged.ts";
import { Kernel, kernelInTurns, kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { PANIC_REASONS } from "../../src/proofs/machine/interpreter/machine-error.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { PUSH, type RomRow } from "../../src/proofs/machine/rom/rom-row.ts";
import { translate } from "../../src/proofs/machine/rom/translate.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { primitives } from "./support/primitives.ts";
import { accountsOf, stateTestCases, transactionOf } from "./support/state-tests.ts";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { World } from "./support/world.ts";

/** Short form of rows: opcodes with pushed values. */
function shortOf(rows: readonly RomRow[]) {
  return rows.map(({ pc, parts, next }) => [pc, parts.map(({ opcode, pushed }) => (opcode === PUSH ? pushed : opcode)), next]);
}

test("a push, what uses it and what moves the result's operands share a row", () => {
  // PUSH1 5, PUSH1 7, ADD, DUP2, SWAP1, POP, STOP
  const code = Uint8Array.of(0x60, 5, 0x60, 7, 0x01, 0x81, 0x90, 0x50, 0x00);
  assert.deepEqual(shortOf(translate(code, { fused: true })), [
    [0, [5n], 2],
    [2, [7n, 0x01], 5],
    // The word below the top, instead of the top.
    [5, [0x81, 0x90, 0x50], 8],
    [8, [0x00], 9],
  ]);
  assert.equal(translate(code, { fused: false }).length, 7);
});

test("a label and a negated jump need no rows, and an unreachable label has no index", () => {
  // ISZERO, PUSH1 5, JUMPI, STOP, JUMPDEST, JUMPDEST, PUSH0, STOP, PUSH0
  const rows = translate(Uint8Array.of(0x15, 0x60, 5, 0x57, 0x00, 0x5b, 0x5b, 0x5f, 0x00, 0x5f), { fused: true });
  assert.deepEqual(shortOf(rows), [
    [0, [0x15, 5n, 0x57], 4],
    [4, [0x00], 5],
    [5, [0n], 8],
    [8, [0x00], 9],
  ]);
});

test("a jump to a place that the code fixes costs no row", () => {
  // PUSH1 1, PUSH1 6, JUMP, STOP, JUMPDEST, PUSH1 10, JUMP, JUMPDEST, DUP1, PUSH1 6, JUMPI, STOP
  const code = Uint8Array.of(0x60, 1, 0x60, 6, 0x56, 0, 0x5b, 0x60, 10, 0x56, 0x5b, 0x80, 0x60, 6, 0x57, 0x00);
  assert.deepEqual(shortOf(translate(code, { fused: true })), [
    [0, [1n], 10],
    // Where the jump leads to at last.
    [10, [0x80, 10n, 0x57], 15],
    [15, [0x00], 16],
  ]);
});

test("a loop of nothing but jumps is refused", () => {
  assert.throws(() => translate(Uint8Array.of(0x5b, 0x5f, 0x56), { fused: true }), /jumps in a circle at 0/);
});

test("the kernel's rows are found in pieces of some hundred, for a thread that others wait for", () => {
  const rows = kernelRows();
  const work = kernelInTurns(primitives);
  let pieces = 1;
  for (; work.next().done !== true; pieces++) assert.ok(pieces < rows.length);
  assert.ok(rows.length / pieces < 300, `${pieces} pieces of ${rows.length} rows`);
});

test("every row continues at a row, unless it ends the run", () => {
  for (const fused of [true, false]) {
    const rows = kernelRows({ fused });
    const positions = new Set(rows.map(({ pc }) => pc));
    assert.equal(positions.size, rows.length, "two rows at one position");
    const dangling = rows.filter(({ next }) => !positions.has(next)).map(({ parts }) => parts.at(-1)?.opcode);
    // Code after the end of a function that cannot return is unreachable, and so is code after a jump.
    assert.deepEqual(
      dangling.filter((opcode) => opcode !== 0x00 && opcode !== 0x56),
      [],
    );
  }
});

test("fused rows do what solc's instructions do", () => {
  const [fused, plain] = [new Kernel(primitives), new Kernel(primitives, kernelRows({ fused: false }))];
  let [fusedSteps, plainSteps] = [0, 0];
  for (const one of stateTestCases().filter((_, i) => i % 45 === 7)) {
    const transaction = transactionOf(one, 200_000n);
    if (transaction === undefined) continue;
    const world = new World(accountsOf(one));
    const hints = [...blockHints(1_700_000_000n), ...transactionHints(userTransaction(transaction, 1n)), ...endHints()];
    const run = (kernel: Kernel) => {
      try {
        return kernel.run({ environment: ENVIRONMENT, state: world, codes: world }, hints);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const [left, right] = [run(fused), run(plain)];
    if (typeof left === "string" || typeof right === "string") {
      assert.equal(left, right);
      continue;
    }
    assert.deepEqual(left.leaves, right.leaves, one.name);
    const strip = ({ status, gasUsed, userSteps }: (typeof left.transactions)[number]) => ({ status, gasUsed, userSteps });
    assert.deepEqual(left.transactions.map(strip), right.transactions.map(strip), one.name);
    for (const { kernelSteps } of left.transactions) fusedSteps += kernelSteps;
    for (const { kernelSteps } of right.transactions) plainSteps += kernelSteps;
  }
  assert.ok(fusedSteps < 0.6 * plainSteps, `${fusedSteps} rows instead of ${plainSteps}`);
});

test("every reason that the kernel can give has a name, and every name is given", () => {
  const panics = kernelRows().filter(({ parts }) => parts.at(-1)?.opcode === MACHINE.panic.code);
  const given = new Set(panics.flatMap(({ parts }) => (parts.length === 1 ? [] : [Number(parts[0]?.pushed)])));
  assert.deepEqual(
    [...given].sort((a, b) => a - b),
    Object.keys(PANIC_REASONS)
      .map(Number)
      .sort((a, b) => a - b),
  );
});
