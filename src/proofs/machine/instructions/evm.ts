import { STACK_NEEDS, type StackNeed } from "../../../ground/protocol/stack-needs.ts";

/** Properties of an opcode that user mode needs before it runs it. */
export interface OpcodeRule extends StackNeed {
  /** Gas that does not depend on operands; 0 for opcodes that the kernel serves and charges itself. */
  readonly gas: number;
  /** Whether the kernel serves it. */
  readonly trapped: boolean;
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

// Source: the yellow paper's appendix H, as Osaka has it.
const GAS: readonly (readonly [gas: number, opcodes: readonly number[]])[] = [
  [1, [0x5b]],
  [
    2,
    [
      0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x48, 0x4a, 0x50, 0x58, 0x59, 0x5a,
      0x5f,
    ],
  ],
  [3, [0x01, 0x03, ...range(0x10, 0x1d), 0x35, 0x37, 0x39, 0x3e, 0x49, 0x51, 0x52, 0x53, 0x5e, ...range(0x60, 0x9f)]],
  [5, [0x02, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x1e, 0x47]],
  [8, [0x08, 0x09, 0x56]],
  [10, [0x0a, 0x57]],
  [30, [0x20]],
];
const gasOf = new Map(GAS.flatMap(([gas, opcodes]) => opcodes.map((opcode): [number, number] => [opcode, gas])));

/** Rules by opcode; undefined for undefined instructions. The kernel serves opcodes for which user mode has no price. */
export const OPCODES: readonly (OpcodeRule | undefined)[] = STACK_NEEDS.map((need, opcode) =>
  need === undefined ? undefined : { ...need, gas: gasOf.get(opcode) ?? 0, trapped: !gasOf.has(opcode) },
);

/** Result of `machine.run` for an exceptional halt. */
export const EXCEPTION = 0xfe;
/** Result of `machine.run` if the next opcode exceeds the rest of the native budget. */
export const BUDGET_SPENT = 0x0c;
