/** Selector of Error(string), with which Solidity gives reasons. */
const SELECTOR = "0x08c379a0";
/** Digits of a word. */
const WORD = 64;

/**
 * The text of `Error(string)`; undefined for other data, or where it is not UTF-8. By hand, since a thread that traces calls
 * would load a coder of all types for it.
 */
export function errorString(output: string): string | undefined {
  if (!output.startsWith(SELECTOR)) return undefined;
  const digits = output.slice(SELECTOR.length);
  const wordAt = (place: bigint): bigint | undefined => {
    const word = place > BigInt(digits.length) ? "" : digits.slice(Number(place), Number(place) + WORD);
    return /^[0-9a-fA-F]{64}$/.test(word) ? BigInt(`0x${word}`) : undefined;
  };
  const offset = wordAt(0n);
  const length = offset === undefined ? undefined : wordAt(2n * offset);
  if (offset === undefined || length === undefined) return undefined;
  const begin = 2n * offset + BigInt(WORD);
  if (begin + 2n * length > BigInt(digits.length)) return undefined;
  const text = digits.slice(Number(begin), Number(begin + 2n * length));
  const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
