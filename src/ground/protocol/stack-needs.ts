/** Words that an instruction takes from the stack and puts there. */
export interface StackNeed {
  readonly pops: number;
  readonly pushes: number;
}

/** Maximum words on a frame's stack. */
export const STACK_LIMIT = 1024;

const needs = new Map<number, StackNeed>();

function add(pops: number, pushes: number, opcodes: readonly number[]): void {
  for (const opcode of opcodes) needs.set(opcode, { pops, pushes });
}

// Source: the yellow paper's appendix H, as Osaka has it.
add(0, 0, [0x00, 0x5b]);
add(0, 1, [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59]);
add(0, 1, [0x5a, ...Array.from({ length: 33 }, (_, size) => 0x5f + size)]);
add(1, 0, [0x50, 0x56, 0xff]);
add(1, 1, [0x15, 0x19, 0x1e, 0x31, 0x35, 0x3b, 0x3f, 0x40, 0x49, 0x51, 0x54, 0x5c]);
add(2, 0, [0x52, 0x53, 0x55, 0x57, 0x5d, 0xf3, 0xfd]);
add(2, 1, [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x20]);
add(2, 1, [0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d]);
add(3, 0, [0x37, 0x39, 0x3e, 0x5e]);
add(3, 1, [0x08, 0x09, 0xf0]);
add(4, 0, [0x3c]);
add(4, 1, [0xf5]);
add(6, 1, [0xf4, 0xfa]);
add(7, 1, [0xf1, 0xf2]);
for (let topics = 0; topics <= 4; topics++) add(2 + topics, 0, [0xa0 + topics]);
for (let depth = 1; depth <= 16; depth++) {
  add(depth, depth + 1, [0x7f + depth]);
  add(depth + 1, depth + 1, [0x8f + depth]);
}

/** Needs by opcode; undefined for undefined instructions. */
export const STACK_NEEDS: readonly (StackNeed | undefined)[] = Array.from({ length: 256 }, (_, opcode) => needs.get(opcode));

/** True if a stack of this height has the words that an instruction takes, and room for its results. */
export function fitsStack({ pops, pushes }: StackNeed, height: number): boolean {
  return height >= pops && height - pops + pushes <= STACK_LIMIT;
}
