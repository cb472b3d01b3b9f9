/** ERC-7930 before an account's 20 bytes: version 1, an EVM chain, the bytes of its id and the id, the account's length. */
const MOST_ID_BYTES = 32;

/** The chain that an interoperable address names whose account stands right behind these digits; undefined for any other. */
export function namedChain(digits: string): number | undefined {
  for (let bytes = 1; bytes <= MOST_ID_BYTES; bytes++) {
    const head = `00010000${bytes.toString(16).padStart(2, "0")}`;
    const start = digits.length - (head.length + 2 * bytes + 2);
    if (start < 0) return undefined;
    if (digits.startsWith(head, start) && digits.endsWith("14")) return Number(`0x${digits.slice(start + head.length, -2)}`);
  }
  return undefined;
}
