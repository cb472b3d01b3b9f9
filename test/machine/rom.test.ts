import assert from "node:assert/strict";
import { test } from "node:test";
import { MACHINE } from "../../src/machine/instructions/privileged.ts";
import { Kernel, kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { PANIC_REASONS } from "../../src/machine/interpreter/machine-error.ts";
import { blockHints, endHints, transactionHints } from "../../src/machine/hints/transaction-hints.ts";
import { translate } from "../../src/machine/rom/translate.ts";
import type { Format } from "../../src/protocol/protocol-version.ts";
import { ENVIRONMENT } from "./support/compare.ts";
import { primitives } from "./support/primitives.ts";
import { accountsOf, stateTestCases, transactionOf } from "./support/state-tests.ts";
import { userTransaction } from "../../src/execution-proof/batch/user-transaction.ts";
import { World } from "./support/world.ts";

test("a push shares the row of the instruction that uses it", () => {
  // PUSH1 5, PUSH1 7, ADD, POP, STOP
  const rows = translate(Uint8Array.of(0x60, 5, 0x60, 7, 0x01, 0x50, 0x00), { fused: true });
  assert.deepEqual(
    rows.map(({ pc, opcode, immediate, next }) => [pc, opcode, immediate, next]),
    [
      [0, 0x5f, 5n, 2],
      [2, 0x01, 7n, 5],
      [5, 0x50, undefined, 6],
      [6, 0x00, undefined, 7],
    ],
  );
});

test("a label and a negated jump cost no rows of their own", () => {
  // ISZERO, PUSH1 5, JUMPI, STOP, JUMPDEST, JUMPDEST, PUSH0, STOP
  const rows = translate(Uint8Array.of(0x15, 0x60, 5, 0x57, 0x00, 0x5b, 0x5b, 0x5f, 0x00), { fused: true });
  assert.deepEqual(
    rows.map(({ pc, opcode, immediate, negated, next }) => [pc, opcode, immediate, negated, next]),
    [
      [0, 0x57, 5n, true, 4],
      [4, 0x00, undefined, false, 5],
      [5, 0x5f, 0n, false, 8],
      [8, 0x00, undefined, false, 9],
    ],
  );
});

test("every row goes on at a row, unless it ends the run", () => {
  for (const [format, fused] of [2, 3].flatMap((format) => [true, false].map((fused) => [format as Format, fused] as const))) {
    const rows = kernelRows(format, { fused });
    const positions = new Set(rows.map(({ pc }) => pc));
    assert.equal(positions.size, rows.length, "two rows at one position");
    const dangling = rows.filter(({ opcode, next }) => opcode !== 0x56 && opcode !== 0x00 && !positions.has(next));
    // solc ends functions that cannot return with a panic; what stands behind it is never reached.
    assert.deepEqual(
      dangling.map(({ opcode }) => opcode).filter((opcode) => opcode !== MACHINE.panic.code && opcode !== 0xfe),
      [],
    );
  }
});

test("fused rows do what solc's instructions do", () => {
  const [fused, plain] = [new Kernel(primitives), new Kernel(primitives, kernelRows(2, { fused: false }))];
  const environment = { ...ENVIRONMENT, baseFee: 0n };
  let [fusedSteps, plainSteps] = [0, 0];
  for (const one of stateTestCases().filter((_, i) => i % 45 === 7)) {
    const transaction = transactionOf(one, 200_000n);
    if (transaction === undefined) continue;
    const world = new World(accountsOf(one));
    const hints = [...blockHints(1_700_000_000n), ...transactionHints(userTransaction(transaction, 1n)), ...endHints()];
    const run = (kernel: Kernel) => {
      try {
        return kernel.run({ environment, state: world, codes: world }, hints);
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
  assert.ok(fusedSteps < 0.8 * plainSteps, `${fusedSteps} rows instead of ${plainSteps}`);
});

test("every reason that the kernel can give has a name, and every name is given", () => {
  const panics = [...kernelRows(2), ...kernelRows(3)].filter(({ opcode }) => opcode === MACHINE.panic.code);
  const given = new Set(panics.flatMap(({ immediate }) => (immediate === undefined ? [] : [Number(immediate)])));
  assert.deepEqual(
    [...given].sort((a, b) => a - b),
    Object.keys(PANIC_REASONS)
      .map(Number)
      .sort((a, b) => a - b),
  );
});
