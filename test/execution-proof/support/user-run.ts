import * as p from "./programs.ts";
import { MACHINE } from "../../../src/proofs/machine/instructions/privileged.ts";

export const RUN = MACHINE.run.code;
/** The frame that runs code, and the one whose memory the code is. */
export const USER_FRAME = 3;
export const CODE_FRAME = 4;

export interface UserStart {
  readonly gas?: number;
  /** Rest of the native budget. */
  readonly budget?: number;
  /** The stack's words, from its foot on. */
  readonly stack?: readonly bigint[];
  readonly place?: number;
  /** Words that overwrite the stack before the code runs, and the kernel's steps afterwards. */
  readonly over?: readonly bigint[];
  readonly after?: readonly number[];
  /** Steps of the kernel in the frame before the code runs. */
  readonly before?: readonly number[];
  /** Whether the kernel stops at once. */
  readonly stops?: boolean;
  /** Height of the stack, if it differs from the number of its words. */
  readonly height?: number;
}

type Code = readonly (number | readonly number[])[];

/** Rows that put a code into a memory. */
export function storedCode(bytes: readonly number[], frame = CODE_FRAME): number[] {
  return Array.from({ length: Math.ceil(bytes.length / 32) }, (_, i) => {
    const chunk = Array.from({ length: 32 }, (__, k) => bytes[32 * i + k] ?? 0);
    const word = chunk.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return [...p.push(word), ...p.push((BigInt(frame) << 32n) + BigInt(32 * i)), p.MSTORE];
  }).flat();
}

/** A frame's position. */
export function position(height: number, place: number, length: number, codeFrame = CODE_FRAME): bigint {
  return BigInt(height) + (BigInt(place) << 16n) + (BigInt(codeFrame) << 48n) + (BigInt(length) << 64n);
}

/**
 * A program that runs a user's code once: `status` afterwards is what the kernel is needed for, `gasLeft` the gas that is left,
 * `mark` the position.
 */
export function userCode(code: Code, start: UserStart = {}): number[] {
  const { gas = 1000, stack = [], place = 0, height = stack.length, over = [], before = [], after = [], stops = false } = start;
  const { budget = 1_000_000 } = start;
  const bytes = code.flat();
  const stored = (words: readonly bigint[]): number[] =>
    words.flatMap((word, i) => [...p.push(word), ...p.push(1024 * USER_FRAME + i), p.STORE_USER]);
  const results = [p.set("status"), p.GAS, p.set("gasLeft"), p.getField("position"), p.set("mark"), after].flat();
  return [
    ...[...p.push(budget), ...p.set("nativeLeft"), ...p.push(USER_FRAME), p.ENTER, ...storedCode(bytes)],
    ...[...p.push(position(height, place, bytes.length)), ...p.setField("position"), ...p.push(gas), p.SET_GAS],
    ...[...stored(stack), ...stored(over), ...before],
    ...[RUN, ...(stops ? [] : results), p.STOP],
  ];
}
