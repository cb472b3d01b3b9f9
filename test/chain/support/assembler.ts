import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";

/** Bytecode, byte by byte. */
export type Code = readonly number[];

const [POP, JUMPI, JUMPDEST, GAS, GT, STOP, CODECOPY] = [0x50, 0x57, 0x5b, 0x5a, 0x11, 0x00, 0x39];

/** Pushes a number in as few bytes as it has. */
export function push(value: bigint | number): Code {
  if (BigInt(value) === 0n) return [0x5f];
  const digits = BigInt(value).toString(16);
  const bytes = fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
  return [0x5f + bytes.length, ...bytes];
}

/** Pushes a number in two bytes, whatever it is. */
function pushPlace(value: number): Code {
  return [0x61, value >> 8, value & 0xff];
}

export interface LoopOptions {
  /** Code that runs once, before the loop. Leaves the body's operands on the stack. */
  readonly setup?: Code;
  /** Copied to the start of memory before anything else. */
  readonly input?: Hex;
  /** Copies of the body in the loop, whose overhead is 26 gas. Default 1. */
  readonly times?: number;
  /** Gas at which it ends, in success; more than one round takes. */
  readonly reserve: number;
}

/** Code that repeats its body, which leaves the stack as it finds it, while there is more gas than the reserve. */
export function loop(body: Code, { setup = [], input = "0x", times = 1, reserve }: LoopOptions): Hex {
  const data = fromHex(input);
  const bodies = Array.from({ length: times }, () => body).flat();
  // The copy's own length is that of its three pushes, the instruction included.
  const copyLength = data.length === 0 ? 0 : 8;
  const loopPlace = copyLength + setup.length;
  const tail = [0x62, reserve >> 16, (reserve >> 8) & 0xff, reserve & 0xff, GAS, GT, ...pushPlace(loopPlace), JUMPI, STOP];
  const dataPlace = loopPlace + 1 + bodies.length + tail.length;
  const copy = data.length === 0 ? [] : [...pushPlace(data.length), ...pushPlace(dataPlace), 0x5f, CODECOPY];
  return toHex(Uint8Array.from([...copy, ...setup, JUMPDEST, ...bodies, ...tail, ...data]));
}

/** Calls an account, without value and with all gas, with what is in memory from 0; forgets the answer. */
export function staticCall(to: bigint | number, inputBytes: number): Code {
  return [0x5f, 0x5f, ...push(inputBytes), 0x5f, ...push(to), GAS, 0xfa, POP];
}
