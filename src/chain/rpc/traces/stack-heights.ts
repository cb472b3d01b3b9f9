/** One instruction of a trace. */
export interface TracedStep {
  readonly op: string;
  readonly depth: number;
}

/** Words that an instruction takes from the stack. */
const TAKES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    0: "STOP ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER PREVRANDAO DIFFICULTY GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS JUMPDEST INVALID",
    1: "ISZERO NOT CLZ BALANCE CALLDATALOAD EXTCODESIZE EXTCODEHASH BLOCKHASH BLOBHASH POP MLOAD SLOAD TLOAD JUMP SELFDESTRUCT",
    2: "ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR KECCAK256 SHA3 MSTORE MSTORE8 SSTORE TSTORE JUMPI RETURN REVERT LOG0",
    3: "ADDMOD MULMOD CALLDATACOPY CODECOPY RETURNDATACOPY MCOPY CREATE LOG1",
    4: "EXTCODECOPY CREATE2 LOG2",
    5: "LOG3",
    6: "DELEGATECALL STATICCALL LOG4",
    7: "CALL CALLCODE",
  }).flatMap(([count, names]) => names.split(" ").map((name): [string, number] => [name, Number(count)])),
);
/** Instructions that leave nothing on the stack; all others leave one word. */
const LEAVES_NOTHING = new Set(
  "STOP CALLDATACOPY CODECOPY EXTCODECOPY RETURNDATACOPY MCOPY POP MSTORE MSTORE8 SSTORE TSTORE JUMP JUMPI JUMPDEST RETURN REVERT INVALID SELFDESTRUCT LOG0 LOG1 LOG2 LOG3 LOG4".split(
    " ",
  ),
);

/**
 * Number of words on the stack before each step, summed over all steps, from the instructions alone, since
 * each takes and leaves a fixed number. An unknown instruction counts as one that leaves a word, so the sum
 * is not too low.
 */
export function stackWords(steps: readonly TracedStep[]): number {
  const heights: number[] = [];
  let sum = 0;
  for (const { op, depth } of steps) {
    // A frame that has ended restores the stack below it; a new one begins empty.
    heights.length = Math.min(heights.length, depth);
    while (heights.length < depth) heights.push(0);
    const height = heights[depth - 1] ?? 0;
    sum += height;
    heights[depth - 1] = Math.max(0, height + change(op));
  }
  return sum;
}

function change(op: string): number {
  if (/^(PUSH|DUP)\d/.test(op)) return 1;
  if (/^SWAP\d/.test(op)) return 0;
  return (LEAVES_NOTHING.has(op) ? 0 : 1) - (TAKES.get(op) ?? 0);
}
