import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { push, type Code } from "./assembler.ts";

/** An account that nothing else touches. */
const COLD = 0xc01dn;
/** PUSH0, SELFDESTRUCT: init code. */
const DESTROYS_ITSELF = 0x5fff;
const [LT, SUB, BALANCE, CALLDATASIZE, POP, MSTORE, SLOAD, SSTORE] = [0x10, 0x03, 0x31, 0x36, 0x50, 0x52, 0x54, 0x55];
const [JUMPI, GAS, JUMPDEST, TLOAD, TSTORE, PUSH2, SWAP1, LOG0, CREATE, CALL, STOP] = [
  0x57, 0x5a, 0x5b, 0x5c, 0x5d, 0x61, 0x90, 0xa0, 0xf0, 0xf1, 0x00,
];

/** Transient and lasting storage, a warm account and a warm slot, a contract created and destroyed, a log. */
const MARKS: Code = [
  ...[...push(7), 0x5f, TSTORE],
  ...[...push(7), ...push(1), SSTORE],
  ...[...push(COLD), BALANCE, POP],
  ...[...push(DESTROYS_ITSELF), 0x5f, MSTORE, ...push(2), ...push(30), 0x5f, CREATE, POP],
  ...[...push(32), 0x5f, LOG0],
];

/** The gas that reading a word takes, with PUSH, POP and GAS. */
const gasOf = (read: Code): Code => [GAS, ...read, POP, GAS, SWAP1, SUB];
const SEEN: readonly Code[] = [[0x5f, TLOAD], gasOf([...push(COLD), BALANCE]), gasOf([...push(1), SLOAD]), [...push(1), SLOAD]];

/**
 * Contract that leaves marks in all transaction-scoped state. A call with a byte of data leaves marks and calls the
 * contract with two bytes, which leaves marks and continues with `last`. A call without data logs the visible marks.
 */
export function scopedCode(last: Code): Hex {
  const report = [...SEEN.flatMap((word, i) => [...word, ...push(32 * i), MSTORE]), ...push(32 * SEEN.length), 0x5f, LOG0, STOP];
  const again = [0x5f, 0x5f, ...push(2), 0x5f, 0x5f, 0x30, GAS, CALL, POP, STOP];
  const atMarks = 5 + report.length;
  const isInner = [CALLDATASIZE, ...push(1), LT];
  const atLast = atMarks + 1 + MARKS.length + isInner.length + 4 + again.length;
  const jumpTo = (place: number): Code => [PUSH2, place >> 8, place & 0xff, JUMPI];
  const code = [
    ...[CALLDATASIZE, ...jumpTo(atMarks), ...report],
    ...[JUMPDEST, ...MARKS, ...isInner, ...jumpTo(atLast), ...again],
    ...[JUMPDEST, ...last, STOP],
  ];
  if (code[atMarks] !== JUMPDEST || code[atLast] !== JUMPDEST) throw new RangeError("a jump leads elsewhere");
  return toHex(Uint8Array.from(code));
}

/**
 * Contract that refuses money during a transaction with a stored word: called with data, it stores a word for the
 * transaction and continues with `last`; without, it reverts if that word exists.
 */
export function waryCode(last: Code): Hex {
  // CALLDATASIZE or TLOAD, PUSH1, JUMPI each; STOP; JUMPDEST, PUSH0, PUSH0, REVERT; JUMPDEST.
  const [atRevert, atMark] = [10, 14];
  return toHex(
    Uint8Array.from([
      ...[CALLDATASIZE, 0x60, atMark, JUMPI, 0x5f, TLOAD, 0x60, atRevert, JUMPI, STOP],
      ...[JUMPDEST, 0x5f, 0x5f, 0xfd],
      ...[JUMPDEST, ...push(7), 0x5f, TSTORE, ...last, STOP],
    ]),
  );
}

/**
 * Logs of a contract of `scopedCode` without marks of a transaction: nothing stored for the transaction; PUSH2 and BALANCE
 * of a cold account, POP, GAS; PUSH1 and SLOAD of a cold slot, POP, GAS (EIP-2929); nothing stored.
 */
export const UNTOUCHED: readonly bigint[] = [0n, 3n + 2_600n + 2n + 2n, 3n + 2_100n + 2n + 2n, 0n];

/** The words of its log. */
export function seenIn(data: Hex): bigint[] {
  return data
    .slice(2)
    .match(/.{64}/g)!
    .map((word) => BigInt(`0x${word}`));
}
