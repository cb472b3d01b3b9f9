import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { Kernel, type RunResult } from "../../src/proofs/machine/interpreter/kernel.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { callOf, worldOf } from "./support/contract-call.ts";
import { primitives } from "./support/primitives.ts";
import { World } from "./support/world.ts";

const kernel = new Kernel(primitives);
const [OWN, OTHER, REVERTS, SPENDS] = [0xc0de01n, 0xc0de02n, 0xc0de03n, 0xc0de04n];
const [ADD, KECCAK256, POP, MSTORE, SLOAD, SSTORE, JUMP, GAS, CALL, REVERT] = [
  ...[0x01, 0x20, 0x50, 0x52, 0x54, 0x55, 0x56, 0x5a, 0xf1, 0xfd],
] as const;
const call = (to: bigint, gas: Code): Code => [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, ...push(to), ...gas, CALL, POP];
/** Loops of opcodes, calls that come back, revert and run out of gas, hashes, and slots. */
const ACCOUNTS = new Map([
  [
    OWN,
    {
      code: [
        ...[...push(5), ...push(64), MSTORE, ...push(96), 0x5f, KECCAK256, 0x5f, SSTORE],
        ...[...call(OTHER, [GAS]), ...call(REVERTS, [GAS]), ...call(SPENDS, push(30_000)), ...call(0x04n, [GAS])],
        ...[0x5f, SLOAD, ...push(1), ADD, ...push(1), SSTORE],
      ],
      balance: 10n ** 18n,
    },
  ],
  [OTHER, { code: [...push(9), ...push(2), SSTORE] }],
  [REVERTS, { code: [...push(9), ...push(2), SSTORE, 0x5f, 0x5f, REVERT] }],
  [SPENDS, { code: [0x5b, 0x5f, JUMP] }],
]);

/** Rows and opcodes that an observer receives. */
interface Told {
  readonly rows: number[];
  readonly opcodes: number[];
}

function inputs() {
  const environment = ENVIRONMENT;
  const world = new World(worldOf(ACCOUNTS));
  const calls = [0, 1].map((nonce) => userTransaction(callOf(OWN, { gasLimit: 200_000n, nonce }), environment.chainId));
  const hints = [...blockHints(environment.boundary.timestamp), ...calls.flatMap(transactionHints), ...endHints()];
  return [{ environment, state: world, codes: world }, hints] as const;
}

function observer({ rows, opcodes }: Told): NonNullable<Parameters<Kernel["run"]>[2]> {
  return { row: (row) => void rows.push(row), opcode: ({ current }) => void opcodes.push(current.pc) };
}

describe("a run of the machine that pauses", () => {
  it("has the same result as an uninterrupted run, row by row, wherever it pauses", () => {
    const told: Told = { rows: [], opcodes: [] };
    const atOnce = kernel.run(...inputs(), observer(told));
    assert.deepEqual(
      atOnce.transactions.map(({ status }) => status),
      ["success", "success"],
    );
    assert.ok(told.opcodes.length > 2_000, `${told.opcodes.length} opcodes`);
    for (const steps of [1, 2, 7, 997]) {
      const again: Told = { rows: [], opcodes: [] };
      const run = kernel.begin(...inputs(), observer(again));
      let result: RunResult | undefined;
      let pauses = -1;
      for (; result === undefined; pauses++) result = run.advance(steps);
      assert.deepEqual([result, again], [atOnce, told], `in pieces of ${steps}`);
      assert.ok(pauses >= Math.max(told.rows.length, told.opcodes.length) / steps - 1, `${pauses} pauses`);
    }
  });
});
