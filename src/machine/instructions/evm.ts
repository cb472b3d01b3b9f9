/** What user mode must know of an opcode before it runs it. */
export interface OpcodeRule {
  /** Gas that does not depend on operands; 0 for opcodes that the kernel serves and charges itself. */
  readonly gas: number;
  readonly pops: number;
  readonly pushes: number;
  /** Whether the kernel serves it. */
  readonly trapped: boolean;
}

const rules = new Map<number, OpcodeRule>();

function native(opcodes: readonly number[], gas: number, pops: number, pushes: number): void {
  for (const opcode of opcodes) rules.set(opcode, { gas, pops, pushes, trapped: false });
}

function trapped(opcodes: readonly number[], pops: number, pushes: number): void {
  for (const opcode of opcodes) rules.set(opcode, { gas: 0, pops, pushes, trapped: true });
}

// Gas and arity: the yellow paper's appendix H, as Osaka has them.
native([0x01, 0x03, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d], 3, 2, 1);
native([0x15, 0x19, 0x35, 0x49, 0x51], 3, 1, 1);
native([0x1e], 5, 1, 1);
native([0x02, 0x04, 0x05, 0x06, 0x07, 0x0b], 5, 2, 1);
native([0x08, 0x09], 8, 3, 1);
native([0x0a], 10, 2, 1);
native([0x20], 30, 2, 1);
native(
  [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x45, 0x46, 0x48, 0x4a, 0x58, 0x59, 0x5a, 0x5f],
  2,
  0,
  1,
);
native([0x37, 0x39, 0x3e, 0x5e], 3, 3, 0);
native([0x50], 2, 1, 0);
native([0x52, 0x53], 3, 2, 0);
native([0x56], 8, 1, 0);
native([0x57], 10, 2, 0);
native([0x5b], 1, 0, 0);
for (let size = 1; size <= 32; size++) native([0x5f + size], 3, 0, 1);
for (let depth = 1; depth <= 16; depth++) {
  native([0x7f + depth], 3, depth, depth + 1);
  native([0x8f + depth], 3, depth + 1, depth + 1);
}
trapped([0x00], 0, 0);
trapped([0x31, 0x3b, 0x3f, 0x40, 0x54, 0x5c], 1, 1);
trapped([0x3c], 4, 0);
trapped([0x44, 0x47], 0, 1);
trapped([0x55, 0x5d, 0xf3, 0xfd], 2, 0);
for (let topics = 0; topics <= 4; topics++) trapped([0xa0 + topics], 2 + topics, 0);
trapped([0xf0], 3, 1);
trapped([0xf5], 4, 1);
trapped([0xf1, 0xf2], 7, 1);
trapped([0xf4, 0xfa], 6, 1);
trapped([0xff], 1, 0);

/** By opcode; undefined for bytes that are no instruction. */
export const OPCODES: readonly (OpcodeRule | undefined)[] = Array.from({ length: 256 }, (_, opcode) => rules.get(opcode));

/** What `machine.run` answers for an exceptional halt. */
export const EXCEPTION = 0xfe;
/** Most words on a frame's stack. */
export const STACK_LIMIT = 1024;
