import * as p from "./programs.ts";

/** A jump by a row that has its target in it, to a target of two bytes. */
const jumpTo = (target: number, jump: number): number[] => [0x61, target >> 8, target & 0xff, jump];

/** Indexes of a, b, c and r as the instruction of products has them. */
export function indexes(a: number, b: number, c: number, r: number): bigint {
  return (BigInt(a) << 48n) | (BigInt(b) << 32n) | (BigInt(c) << 16n) | BigInt(r);
}

/** Code in which every kind of instruction that the tables prove has a row, and the hints of its run. */
export function everything(): { readonly code: readonly number[]; readonly hints: readonly bigint[] } {
  const code: number[] = [];
  const hints: bigint[] = [];
  const emit = (...parts: readonly (number | readonly number[])[]): void => void code.push(...parts.flat());
  emit(p.push(5), p.push(7), p.ADD, p.dup(1), p.push((1n << 200n) + 3n), p.SUB, p.dup(2), p.dup(2), p.swap(2), p.ADD);
  emit(p.push(3), p.push(4), p.ADDMOD, p.dup(1), p.HINT, p.ADDMOD, p.push(0), p.MSTORE, p.push(0), p.MLOAD);
  hints.push((1n << 255n) + 1n);
  emit(p.HINT, p.MSTORE, p.push(1), p.HINT, p.MLOAD, p.POP, p.push(9), p.push(40), p.STORE, p.push(40), p.LOAD);
  hints.push(64n, 64n);
  // Across two words, whole bytes or not, with and without an immediate.
  emit(p.push(0x1234), p.push(33), p.MSTORE, p.push(37), p.MLOAD, p.HINT, p.MSTORE, p.HINT, p.MLOAD);
  hints.push(95n, 64n + 5n);
  emit(p.HINT, p.MSTORE8, p.push(77), p.push(64), p.MSTORE8);
  hints.push(3n);
  // Of nothing, and of two blocks across words.
  emit(p.push(0), p.push(0), p.KECCAK256, p.push(200), p.push(39), p.KECCAK256);
  emit(p.get("price"), p.set("value"), p.push(4), p.set("price"), p.get("blockNumber"), p.push(1), p.ADD, p.set("blockNumber"));
  // In another frame: its fields, its gas, its memory.
  emit(p.CHAINID, p.BASEFEE, p.push(3), p.ENTER, p.HINT, p.ENTER, p.push(8), p.setField("caller"), p.getField("caller"));
  hints.push(5n);
  emit(p.setField("address"), p.push(100), p.SET_GAS, p.GAS, p.SET_GAS, p.push(6), p.push((5n << 32n) + 33n), p.MSTORE);
  emit(p.push(5n << 32n), p.MLOAD, p.push(40), p.push(5n << 32n), p.KECCAK256);
  emit(p.push(11), p.push(5 * 1024 + 2), p.STORE_USER, p.push(5 * 1024 + 2), p.LOAD_USER, p.HINT, p.STORE_USER);
  hints.push(5n * 1024n + 3n);
  emit(p.HINT, p.LOAD_USER);
  hints.push(4n * 1024n + 1n);
  emit(p.push(5n << 200n), p.push((1n << 256n) - 1n), p.push(7), p.COMPRESS, p.dup(1), p.HINT, p.COMPRESS);
  hints.push(4n);
  // Across words and within one, of nothing, and where all lies in the second word that is read.
  emit(p.push(70), p.push(39), p.push((5n << 32n) + 3n), p.COPY, p.push((6n << 32n) + 30n), p.HINT, p.COPY);
  hints.push((7n << 32n) + 33n);
  emit(p.push(0), p.push(1n << 32n), p.push(2n << 32n), p.COPY);
  // Ids of three leaves, one of them twice, and an account; a value is written. With an immediate and without.
  emit(p.push(9), p.push(77), p.push(1), p.KEY, p.push(5), p.push(78), p.push(0), p.KEY, p.push(5), p.push(78), p.HINT, p.KEY);
  hints.push(0n);
  emit(p.ACCOUNT_OF_KEY, p.push(0), p.push(1n << 159n), p.push(3), p.KEY, p.push(6), p.swap(1), p.STORE, p.LOAD);
  // Signatures: one with a key, one with r = 0, and one that is of no point.
  const words = (offset: number, list: readonly bigint[]): number[] =>
    list.flatMap((word, i) => [...p.push(word), ...p.push(offset + 32 * i), p.MSTORE]);
  emit(words(1024, [5n, 1n, 1n, 7n]), p.push(1024), p.RECOVER, p.POP, p.HINT, p.RECOVER, p.POP);
  emit(words(2048, [5n, 1n, 5n, 7n]), p.push(2048), p.RECOVER, p.POP);
  hints.push(1536n);
  // Products in Fp2: a square that replaces its operand, and one whose indexes are a hint.
  emit(words(4096, [5n, 7n, 11n, 13n, 1n, 2n]), p.push(indexes(128, 128, 130, 128)), p.FIELD_PRODUCT, p.HINT, p.FIELD_PRODUCT);
  hints.push(indexes(128, 130, 132, 134));
  emit(p.CLZ, p.NOT, p.dup(1), p.EQ, p.dup(1), p.ISZERO, p.swap(1), p.push(0), p.push(0), p.EQ, p.push(0), p.ISZERO);
  for (const condition of [0, 3]) {
    // A jump that is taken if the condition is not 0, one that is taken if it is, and one whose target is a hint.
    emit(p.push(condition), jumpTo(code.length + 6, p.JUMPI), p.JUMPDEST);
    emit(p.push(condition), p.ISZERO, jumpTo(code.length + 7, p.JUMPI), p.JUMPDEST);
    emit(p.push(condition), p.HINT, p.JUMPI, p.JUMPDEST);
    hints.push(BigInt(code.length - 1));
  }
  emit(jumpTo(code.length + 4, p.JUMP), p.JUMPDEST, p.HINT, p.JUMP, p.JUMPDEST, p.POP, p.STOP);
  hints.push(BigInt(code.length - 3));
  return { code, hints };
}
