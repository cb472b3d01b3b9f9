import type { ByteMemory } from "./byte-memory.ts";
import { LIMBS } from "./limbs.ts";
import type { MachineState } from "./machine-state.ts";
import { readBigInt, writeBigInt } from "./word-stack.ts";

/** Prime of the base field of BN254 (EIP-196). */
export const BN254_PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;

/** Real part and factor of u, with u² = −1; both below the prime. */
type Fp2 = readonly [real: bigint, imaginary: bigint];

const WORD_BYTES = 32;
const INDEX_BITS = 16n;
/** Four indexes. */
const INDEXES_LIMIT = 1n << 64n;

/**
 * Pops the indexes of four elements in the kernel's memory and writes a·b + c to the last. Throws Error for an index above
 * 16 bits or an operand not below the prime, because no proof covers them.
 */
export function fieldProduct(machine: MachineState): void {
  const indexes = machine.kernelStack.popBigInt();
  if (indexes >= INDEXES_LIMIT) throw new Error("the kernel multiplies at an index above 16 bits");
  const memory = machine.memory(0);
  const at = (place: bigint): number => WORD_BYTES * Number(BigInt.asUintN(16, indexes >> (INDEX_BITS * place)));
  const [a, b, c] = [readElement(memory, at(3n)), readElement(memory, at(2n)), readElement(memory, at(1n))];
  writeElement(memory, at(0n), [remainder(a[0] * b[0] - a[1] * b[1] + c[0]), remainder(a[0] * b[1] + a[1] * b[0] + c[1])]);
}

function readElement(memory: ByteMemory, at: number): Fp2 {
  return [readWord(memory, at), readWord(memory, at + WORD_BYTES)];
}

function readWord(memory: ByteMemory, at: number): bigint {
  const limbs = new Uint16Array(LIMBS);
  memory.loadWord(at, limbs, 0);
  const value = readBigInt(limbs, 0);
  if (value >= BN254_PRIME) throw new Error(`the kernel multiplies the word at ${at}, which is not below the prime of BN254`);
  return value;
}

function writeElement(memory: ByteMemory, at: number, parts: Fp2): void {
  const limbs = new Uint16Array(LIMBS);
  parts.forEach((part, i) => {
    writeBigInt(limbs, 0, part);
    memory.storeWord(at + i * WORD_BYTES, limbs, 0);
  });
}

function remainder(value: bigint): bigint {
  const rest = value % BN254_PRIME;
  return rest < 0n ? rest + BN254_PRIME : rest;
}
