import type { InterpreterStep } from "@ethereumjs/evm";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";

/** Instructions that take gas along: all but a 64th of what is left (EIP-150), calls at most what they ask for. */
const CALLS = new Set(["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"]);
const CREATIONS = new Set(["CREATE", "CREATE2"]);

/** An address out of a word of the stack. */
export function addressOf(word: bigint): Hex {
  return `0x${wordToHex(word).slice(26)}`;
}

/** Gas that the instruction takes along for the call or creation that it begins; else 0. */
export function forwardedGas({ opcode, gasLeft, stack }: InterpreterStep): bigint {
  const isCall = CALLS.has(opcode.name);
  if (!isCall && !CREATIONS.has(opcode.name)) return 0n;
  const left = gasLeft - (opcode.dynamicFee ?? 0n);
  if (left < 0n) return 0n;
  const most = left - left / 64n;
  const wanted = stack.at(-1) ?? 0n;
  return isCall && wanted < most ? wanted : most;
}

/** More memory than any transaction's gas pays for. */
const MAX_MEMORY_BYTES = 16n * 1024n * 1024n;

/** Memory before the instruction, zeros where it is not extended yet; undefined where its gas cannot suffice for so much. */
export function memoryAt({ memory }: InterpreterStep, offset: bigint, length: bigint): Uint8Array {
  if (length === 0n || offset + length > MAX_MEMORY_BYTES) return new Uint8Array(0);
  const bytes = new Uint8Array(Number(length));
  bytes.set(memory.subarray(Number(offset), Number(offset + length)));
  return bytes;
}
