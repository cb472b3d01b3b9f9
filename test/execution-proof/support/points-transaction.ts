import assert from "node:assert/strict";
import { transactionHints } from "../../../src/proofs/machine/hints/transaction-hints.ts";
import { userTransaction } from "../../../src/proofs/execution-proof/batch/user-transaction.ts";
import { type Code, push } from "../../chain/support/assembler.ts";
import { type CalledContract, callOf, worldOf } from "../../machine/support/contract-call.ts";
import { encodedPair, FIRST, SECOND } from "../../machine/support/twist-points.ts";
import { checkedRun } from "./native/measured-run.ts";

/** The account that a transaction calls. */
export const CALLER = 0xc0de01n;
const [CALLDATASIZE, CALLDATACOPY, STATICCALL, GAS, SSTORE, MLOAD, STOP] = [0x36, 0x37, 0xfa, 0x5a, 0x55, 0x51, 0x00];
/** Calls a precompiled contract with its call data and stores the output and the success. */
export const codeOf = (address: number): Code => [
  ...[CALLDATASIZE, 0x5f, 0x5f, CALLDATACOPY, ...push(32), ...push(8192), CALLDATASIZE, 0x5f, ...push(address), GAS, STATICCALL],
  ...[0x5f, SSTORE, ...push(8192), MLOAD, ...push(1), SSTORE, STOP],
];
/** A pair of points, and one whose pairing is the inverse. */
export const GOOD = encodedPair(FIRST, SECOND);
export const OPPOSITE = encodedPair(FIRST.negate(), SECOND);

/** Violations of all tables by a transaction that calls a precompiled contract, pairings by default. */
export const violationsOf = (input: Uint8Array, address = 8): readonly unknown[] =>
  violationsIn(new Map([[CALLER, { code: codeOf(address) }]]), input);

/** Violations of all tables by a transaction to the caller among these contracts. */
export function violationsIn(contracts: ReadonlyMap<bigint, CalledContract>, input: Uint8Array): readonly unknown[] {
  const hints = transactionHints(userTransaction(callOf(CALLER, { gasLimit: 2n ** 24n, data: new Uint8Array(input) }), 1n));
  const { transactions, violations } = checkedRun(worldOf(contracts), hints);
  assert.equal(transactions[0]?.status, "success");
  return violations;
}
