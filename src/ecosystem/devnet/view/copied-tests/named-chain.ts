/** ERC-7930 before an account's 20 bytes: version 1, an EVM chain, the bytes of its id and the id, the account's length. */
const MOST_ID_BYTES = 32;
/** ABI-encoded word, in digits, and the zeros before an address in its word. */
const WORD = 64;
const BEFORE_ADDRESS = "0".repeat(24);

/** Chain of an interoperable address (ERC-7930) whose account follows these digits; undefined for other digits. */
export function namedChain(digits: string): number | undefined {
  for (let bytes = 1; bytes <= MOST_ID_BYTES; bytes++) {
    const head = `00010000${bytes.toString(16).padStart(2, "0")}`;
    const start = digits.length - (head.length + 2 * bytes + 2);
    if (start < 0) return undefined;
    if (digits.startsWith(head, start) && digits.endsWith("14")) return Number(`0x${digits.slice(start + head.length, -2)}`);
  }
  return undefined;
}

/** Number in the argument before an address whose digits follow: contracts take a chain's id and an address on it. */
export function argumentBefore(digits: string): number | undefined {
  const word = digits.slice(-BEFORE_ADDRESS.length - WORD, -BEFORE_ADDRESS.length);
  return digits.endsWith(BEFORE_ADDRESS) && word.length === WORD ? Number(`0x${word}`) : undefined;
}
