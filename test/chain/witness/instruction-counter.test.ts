import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { BlockEnvironment } from "../../../src/chain/model/block.ts";
import type { UnsignedTransaction } from "../../../src/chain/transaction/transaction.ts";
import type { ChangeSize } from "../../../src/chain/witness/change-size.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import type { Hex } from "../../../src/protocol/hex.ts";

/** Three rounds of JUMPDEST, PUSH1, SWAP1, SUB, DUP1, PUSH1, JUMPI behind a PUSH1, then STOP. */
const LOOP: Hex = `0x${"b1".repeat(20)}`;
const LOOP_CODE: Hex = "0x60035b600190038060025700";
const LOOP_INSTRUCTIONS = 1 + 3 * 7 + 1;
/** Calls LOOP twice: PUSH0 five times, PUSH20, GAS, CALL, POP each, then STOP. */
const CALLER: Hex = `0x${"b2".repeat(20)}`;
const CALL = `5f5f5f5f5f73${LOOP.slice(2)}5af150`;
const CALLER_INSTRUCTIONS = 2 * (9 + LOOP_INSTRUCTIONS) + 1;
const SENDER: Hex = `0x${"b3".repeat(20)}`;

const ENVIRONMENT: BlockEnvironment = {
  number: 1n,
  timestamp: 1_700_000_000n,
  prevRandao: `0x${"00".repeat(32)}`,
  coinbase: `0x${"c0".repeat(20)}`,
  gasLimit: 2n ** 50n,
};
const NO_SIZE: ChangeSize = { diffs: 0, insertions: 0, diffBytes: 0, codes: 0, codeBytes: 0 };

describe("counted instructions", () => {
  let execution: Reexecution;
  before(async () => {
    execution = await Reexecution.create(271, [
      { address: LOOP, code: LOOP_CODE, nonce: 1n },
      { address: CALLER, code: `0x${CALL}${CALL}00`, nonce: 1n },
    ]);
  });

  const preview = (to: Hex, maxInstructions?: number) => {
    const transaction: UnsignedTransaction = {
      kind: "unsigned",
      from: SENDER,
      to,
      data: "0x",
      valueWei: 0n,
      gasLimit: 100_000n,
      nonce: 0n,
      isImpersonated: true,
    };
    const bounds = maxInstructions === undefined ? {} : { maxInstructions };
    return execution.preview({ transaction, environment: ENVIRONMENT }, () => NO_SIZE, bounds);
  };

  for (const [what, to, instructions] of [
    ["a loop", LOOP, LOOP_INSTRUCTIONS],
    ["calls", CALLER, CALLER_INSTRUCTIONS],
  ] as const) {
    it(`of ${what} are as many as the EVM runs, and the one that is too many is not run`, async () => {
      const { receipt, isLong } = await preview(to, instructions);
      assert.deepEqual([receipt?.success, isLong], [true, false]);
      const broken = await preview(to, instructions - 1);
      assert.deepEqual([broken.receipt, broken.isLong], [undefined, true]);
      // Nothing of the count is left.
      assert.deepEqual(await preview(to), { ...(await preview(to, instructions)) });
      assert.equal((await preview(to)).receipt?.gasUsed, receipt?.gasUsed);
    });
  }
});
