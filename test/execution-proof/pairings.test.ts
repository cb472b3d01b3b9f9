import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { transactionHints } from "../../src/machine/hints/transaction-hints.ts";
import { userTransaction } from "../../src/execution-proof/batch/user-transaction.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { Random } from "../chain/state/support/random.ts";
import { callOf, worldOf } from "../machine/support/contract-call.ts";
import { encodedPair, FIRST, INFINITE, randomTwistPoint, SECOND } from "../machine/support/twist-points.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { checkedRun } from "./support/native/measured-run.ts";

const CALLER = 0xc0de01n;
const [CALLDATASIZE, CALLDATACOPY, STATICCALL, GAS, SSTORE, MLOAD, STOP] = [0x36, 0x37, 0xfa, 0x5a, 0x55, 0x51, 0x00];
/** Calls a precompiled contract with its call data and stores the output and the success. */
const codeOf = (address: number): Code => [
  ...[CALLDATASIZE, 0x5f, 0x5f, CALLDATACOPY, ...push(32), ...push(8192), CALLDATASIZE, 0x5f, ...push(address), GAS, STATICCALL],
  ...[0x5f, SSTORE, ...push(8192), MLOAD, ...push(1), SSTORE, STOP],
];
const OPPOSITE = encodedPair(FIRST.negate(), SECOND);
const GOOD = encodedPair(FIRST, SECOND);

/** Violations of all tables by a transaction that calls a precompiled contract, pairings by default. */
function violationsOf(input: Uint8Array, address = 8): readonly unknown[] {
  const hints = transactionHints(userTransaction(callOf(CALLER, { gasLimit: 2n ** 24n, data: new Uint8Array(input) }), 1n));
  const { transactions, violations } = checkedRun(worldOf(new Map([[CALLER, { code: codeOf(address) }]])), hints);
  assert.equal(transactions[0]?.status, "success");
  return violations;
}

describe("a transaction with pairings", () => {
  it("fulfils every constraint, whether its points are good, infinite or outside the subgroup", () => {
    const outside = encodedPair(FIRST, randomTwistPoint(new Random(3)));
    for (const input of [Buffer.concat([GOOD, OPPOSITE]), encodedPair(INFINITE.first, SECOND), outside])
      assert.deepEqual(violationsOf(input), []);
  });

  it("fulfils every constraint with a sum, a multiple and a point off the curve", () => {
    const point = GOOD.subarray(0, 64);
    const scalar = Buffer.alloc(32, 0xd7);
    assert.deepEqual(violationsOf(Buffer.concat([point, point]), 6), []);
    assert.deepEqual(violationsOf(Buffer.concat([point, scalar]), 7), []);
    assert.deepEqual(violationsOf(scalar, 7), []);
  });

  it("fulfils every constraint for each number of pairs", { skip: !IS_NIGHTLY }, () => {
    for (let pairs = 1; pairs <= 24; pairs++)
      assert.deepEqual(violationsOf(Buffer.concat(Array.from({ length: pairs }, (_, i) => (i % 2 === 0 ? GOOD : OPPOSITE)))), []);
  });
});
