const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const GAS = 0x5a;
const JUMPDEST = 0x5b;
const CREATE = 0xf0;
const CREATE2 = 0xf5;
/** STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT: the next instruction is reached by a jump only. */
const ENDS = new Set([0x00, 0x56, 0xf3, 0xfd, 0xfe, 0xff]);
/** CALL, CALLCODE, DELEGATECALL, STATICCALL. */
const CALLS = new Set([0xf1, 0xf2, 0xf4, 0xfa]);

/** What code can do at most, by the instructions that can be reached in it. */
export interface CodeReach {
  /** It may run other accounts' code. */
  readonly calls: boolean;
  /** It may run new init code, and so bring new code into the state. */
  readonly creates: boolean;
  /** What it does may depend on the gas that it has, also where that is enough. */
  readonly readsGas: boolean;
}

/**
 * Over-approximates what running the code can do: every instruction after the start or after a JUMPDEST, up to the end
 * of its block, counts as reachable. Jumps can only land on a JUMPDEST that is an instruction, so nothing else runs.
 * Delegated accounts' code (EIP-7702, 0xef0100 ‖ address) counts as a call. Cost: one pass.
 */
export function reachOf(code: Uint8Array): CodeReach {
  if (code[0] === 0xef) return { calls: true, creates: false, readsGas: true };
  let calls = false;
  let creates = false;
  let readsGas = false;
  let reachable = true;
  for (let i = 0; i < code.length; i++) {
    const opcode = code[i] ?? 0;
    if (opcode === JUMPDEST) reachable = true;
    if (reachable) {
      if (CALLS.has(opcode)) calls = true;
      else if (opcode === CREATE || opcode === CREATE2) creates = true;
      else if (opcode === GAS) readsGas = true;
      if (ENDS.has(opcode)) reachable = false;
    }
    if (opcode >= PUSH1 && opcode <= PUSH32) i += opcode - PUSH1 + 1;
  }
  return { calls, creates, readsGas };
}
