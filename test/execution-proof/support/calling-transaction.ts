import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { codeDigestValue } from "../../../src/proofs/rules/code-digests.ts";
import { userTransaction } from "../../../src/proofs/execution-proof/batch/user-transaction.ts";
import { blockHints, endHints, transactionHints } from "../../../src/proofs/machine/hints/transaction-hints.ts";
import { kernelRows } from "../../../src/proofs/machine/interpreter/kernel.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { ENVIRONMENT } from "../../machine/support/environment.ts";
import { bytesOf, numberOf, rules } from "../../machine/support/reference.ts";
import { hashOf, type WorldAccount } from "../../machine/support/world.ts";
import { BOUNDARY, codesOf, interpret, type InterpretedRun, provenProgram, push, treeOf } from "./programs.ts";

/* A signed transaction to a contract that calls another one, as the whole kernel runs it. */

const [ADD, SUB, TIMESTAMP, POP, SLOAD, SSTORE, JUMPI, GAS, JUMPDEST, CALL] = [
  0x01, 0x03, 0x42, 0x50, 0x54, 0x55, 0x57, 0x5a, 0x5b, 0xf1,
];
const [DUP1, SWAP1] = [0x80, 0x90];
const KEY = bytesOf(0x5e0de4n, 32);
const SENDER = numberOf(privateToAddress(KEY));
const [CALLER, CALLEE] = [0xc0de01n, 0xc0de02n];

/** Slot 1 becomes what slot 0 holds and the time, and the callee is called with one wei. */
const CALLER_CODE = Uint8Array.from(
  [push(0), SLOAD, TIMESTAMP, ADD, push(1), SSTORE, [0, 0, 0, 0, 1, CALLEE].map(push), GAS, CALL, POP].flat(2),
);
/** Counts down from 3, and puts 9 into slot 7. */
export const CALLEE_CODE = Uint8Array.from(
  [push(3), JUMPDEST, push(1), SWAP1, SUB, DUP1, push(2), JUMPI, push(9), push(7), SSTORE].flat(),
);
const account = (nonce: bigint, balance: bigint, code = new Uint8Array(0), storage: [bigint, bigint][] = []): WorldAccount => ({
  ...{ nonce, balance, code, storage: new Map(storage) },
});
export const ACCOUNTS = new Map([
  [SENDER, account(0n, 10n ** 24n)],
  [CALLER, account(1n, 2n, CALLER_CODE, [[0n, 77n]])],
  [CALLEE, account(1n, 0n, CALLEE_CODE)],
]);
export const TRANSACTION = createTx(
  {
    ...{ type: 2, chainId: 1n, nonce: 0n, gasLimit: 150_000n, to: createAddressFromBigInt(CALLER), value: 5n },
    ...{ maxFeePerGas: 3n, maxPriorityFeePerGas: 1n, data: Uint8Array.of(1, 0, 3) },
  },
  { common: rules },
).sign(KEY);

const STATE = [...ACCOUNTS].flatMap(([address, { nonce, balance, code, storage }]) => {
  const leaf = (leafKind: LeafKind, value: bigint, slot = 0n) => ({ leafKind, address, slot, value });
  const ofCode = [leaf(LeafKind.codeHash, hashOf(code)), leaf(LeafKind.codeDigest, codeDigestValue(code))];
  const slots = [...storage].map(([slot, value]) => leaf(LeafKind.storage, value, slot));
  return [leaf(LeafKind.account, (balance << 64n) + nonce), ...(code.length === 0 ? [] : ofCode), ...slots];
});

export const PROGRAM = provenProgram("the kernel", kernelRows());
const HINTS = [
  ...blockHints(BOUNDARY.timestamp),
  ...transactionHints(userTransaction(TRANSACTION, ENVIRONMENT.chainId)),
  ...endHints(),
];
const codeBy = (digest: bigint): Uint8Array => (digest === codeDigestValue(CALLER_CODE) ? CALLER_CODE : CALLEE_CODE);

/** The run, with other codes than the state names where they are given. */
export function callingTransaction(codeOf = codeBy): InterpretedRun {
  return interpret(PROGRAM, HINTS, BOUNDARY, codesOf(codeOf), treeOf(STATE));
}
