/** Panic(uint256), with which checks of the compiler revert. */
const PANIC = /^0x4e487b71([0-9a-f]{64})$/i;

/** Code of the panic that the output reports; `undefined` for other data. */
export function panicCode(output: string): bigint | undefined {
  const [, word] = PANIC.exec(output) ?? [];
  return word === undefined ? undefined : BigInt(`0x${word}`);
}

/** Code of a panic with its meaning: `0x11 (arithmetic overflow or underflow)`. */
export function panicText(code: bigint): string {
  const meaning = PANICS.get(code);
  return `0x${code.toString(16).padStart(2, "0")}${meaning === undefined ? "" : ` (${meaning})`}`;
}

/** Solidity's documentation, "Panic via assert and Error via require". */
const PANICS: ReadonlyMap<bigint, string> = new Map([
  [0x00n, "compiler-inserted panic"],
  [0x01n, "assert of a false condition"],
  [0x11n, "arithmetic overflow or underflow"],
  [0x12n, "division or modulo by zero"],
  [0x21n, "conversion to a value that the enum does not have"],
  [0x22n, "wrongly encoded storage bytes"],
  [0x31n, "pop of an empty array"],
  [0x32n, "index out of bounds"],
  [0x41n, "excessive memory, or an array above the limit"],
  [0x51n, "call of a function variable that is not set"],
]);
