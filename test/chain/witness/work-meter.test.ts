import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { BlockEnvironment } from "../../../src/chain/model/block.ts";
import { INSTRUCTION_WORK, MAX_WORK_PER_GAS, PRECOMPILE_WORK } from "../../../src/chain/model/work-limits.ts";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import type { ChangeSize } from "../../../src/chain/witness/change-size.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

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
  isMetered: false,
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
    const transaction = transactionTo(to);
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
      // Nothing of the count is left: without a bound nothing is counted, and the run is the same.
      const counted = await preview(to, instructions);
      assert.equal(counted.work, instructions);
      assert.deepEqual(await preview(to), { ...counted, work: 0 });
      assert.equal((await preview(to)).receipt?.gasUsed, receipt?.gasUsed);
    });
  }
});

/** Codes and their work by hand: a unit for each instruction, and what `work-limits.ts` says of some beyond that. */
const WEIGHED: readonly (readonly [what: string, code: Hex, units: number])[] = [
  ["plain instructions", "0x5f5f0150", 4],
  ["a word written to memory", "0x60015f52", 3 + 12],
  // A block and one more of 136 bytes.
  ["a hash of 140 bytes", "0x608c5f20", 3 + 20 + 2 * 4],
  ["a power by 2 bytes", "0x61010060020a", 3 + 3 + 2 * 21],
  // Its code has 4 bytes, and 64 are asked for.
  ["a copy from behind the code's end", "0x60405f5f39", 4 + 4 + 2 * 9],
  // Existing bytes: the first 3 of 4 bytes.
  ["a copy of code", "0x60035f5f39", 4 + 4],
  // 64 bytes of SHA-256: 60 + 12 * 2 gas at 110 units for 1,000, rounded up.
  ["a call of SHA-256", "0x5f5f60405f60025afa", 7 + 150 + 140 + 10],
  // The called code is 41 bytes long: 3 times 20.
  ["a call of code", `0x5f5f5f5f73${"b5".repeat(20)}5afa`, 7 + 150 + 3 + 1],
  // 65 bytes of init code, which stops at once: 3 words.
  ["a creation", "0x60415f5ff0", 4 + 650 + 3 * 3 + 1],
  ["an instruction without its words", "0x52", 1],
];

describe("the work of a run", () => {
  for (const [what, code, units] of WEIGHED) {
    it(`of ${what} is ${units} units, and one less is too little`, async () => {
      const execution = await Reexecution.create(271, [
        { address: LOOP, code, nonce: 1n },
        { address: `0x${"b5".repeat(20)}`, code: `0x00${"00".repeat(40)}`, nonce: 1n },
      ]);
      const previewWith = (maxWork: number) =>
        execution.preview({ transaction: transactionTo(LOOP), environment: ENVIRONMENT }, () => NO_SIZE, { maxWork });
      const enough = await previewWith(units);
      assert.deepEqual([enough.receipt === undefined, enough.isHeavy], [false, false]);
      const tooLittle = await previewWith(units - 1);
      assert.deepEqual([tooLittle.receipt, tooLittle.isHeavy, tooLittle.isLong], [undefined, true, false]);
      assert.match(tooLittle.reason ?? "", new RegExp(`more than ${units - 1} units`));
    });
  }

  it("is more than 16 for no gas, with which small runs are not counted", () => {
    // Least gas of each opcode in Osaka; a call of the longest code is the dearest for its price.
    const prices = new Map([
      ...[0x08, 0x09].map((opcode) => [opcode, 8] as const),
      ...[0x0a, 0x05].map((opcode) => [opcode, 10] as const),
      ...[0x3d, 0x30, 0x32, 0x33, 0x41, 0x44, 0x4a].map((opcode) => [opcode, 2] as const),
      ...[0x35, 0x51, 0x52, 0x53, 0x37, 0x39, 0x3e, 0x5e].map((opcode) => [opcode, 3] as const),
      ...[0x31, 0x3b, 0x3c, 0x3f, 0x54, 0x55, 0x5c, 0x5d, 0xf1, 0xf2, 0xf4, 0xfa].map((opcode) => [opcode, 100] as const),
      ...[0xa0, 0xa1, 0xa2, 0xa3, 0xa4].map((opcode) => [opcode, 375 * (opcode - 0x9f)] as const),
      ...([
        [0x20, 30],
        [0x40, 20],
        [0x47, 5],
        [0xff, 5000],
        [0xf0, 32_000],
        [0xf5, 32_000],
      ] as const),
    ]);
    for (const [opcode, units] of INSTRUCTION_WORK) {
      const operands = [0xf1, 0xf2, 0xf4, 0xfa].includes(opcode) ? 24_576 / 20 : 0;
      assert.ok((1 + units + operands) / (prices.get(opcode) ?? 0) <= MAX_WORK_PER_GAS, `${opcode}`);
    }
    for (const [address, { unitsPerThousandGas }] of PRECOMPILE_WORK)
      assert.ok(unitsPerThousandGas / 1000 <= MAX_WORK_PER_GAS, `${address}`);
  });
});

function transactionTo(to: Hex): UnsignedEngineTransaction {
  return { kind: "unsigned", from: SENDER, to, data: "0x", valueWei: 0n, gasLimit: 100_000n, nonce: 0n, isImpersonated: true };
}
