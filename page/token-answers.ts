import type { LogAnswer } from "./answers.ts";

/** First bytes of ERC-20's functions, and of the token vault's (`IL2NativeTokenVault`). */
export const TOKEN_SELECTORS = {
  totalSupply: "0x18160ddd",
  balanceOf: "0x70a08231",
  decimals: "0x313ce567",
  symbol: "0x95d89b41",
  assetId: "0xfd3f60df",
  originChainId: "0x5f3455b5",
  originToken: "0xb4541499",
  calculateCreate2TokenAddress: "0xc487412c",
} as const;

/** Hexadecimal digits of an ABI word. */
const WORD = 64;

/**
 * Adds to each account its balance from transfers. The address from which a token is minted, and to which it
 * is burnt, is not an account.
 */
export function addTransfers(sums: Map<string, bigint>, logs: readonly Pick<LogAnswer, "topics" | "data">[]): void {
  for (const { topics, data } of logs) {
    const [, from, to] = topics;
    // ERC-721 has the same event, with a fourth topic and no data.
    if (from === undefined || to === undefined || topics.length !== 3 || !isWord(data)) continue;
    sums.set(addressIn(from), (sums.get(addressIn(from)) ?? 0n) - BigInt(data));
    sums.set(addressIn(to), (sums.get(addressIn(to)) ?? 0n) + BigInt(data));
  }
  sums.delete(addressIn(`0x${word("0")}`));
}

/** Accounts by what transfers left them with, the most first. */
export function mostFirst(sums: ReadonlyMap<string, bigint>): readonly string[] {
  return [...sums].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([address]) => address);
}

/** Whether a contract answered with one word. */
export function isWord(answer: string): boolean {
  return answer.length === 2 + WORD;
}

/** A number or an address as a word, without `0x`. */
export function word(hex: string): string {
  return hex.replace(/^0x/, "").padStart(WORD, "0");
}

/** A word of an answer as a number; 0 where it is shorter. */
export function wordAt(answer: string, place: number): bigint {
  const digits = answer.slice(2 + WORD * place, 2 + WORD * (place + 1));
  return digits === "" ? 0n : BigInt(`0x${digits}`);
}

/** The address in a word. */
export function addressIn(answer: string): string {
  return `0x${answer.slice(-40)}`.toLowerCase();
}

/** Bytes of a text that are read: more than a symbol that is shown can have, whatever is left out of it. */
const MOST_READ = 1_024;

/** The beginning of a string, or of 32 bytes with a text in them as old tokens answer. */
export function textOf(answer: string): string {
  const whole = answer.length > 2 + 2 * WORD;
  const length = whole ? Math.min(Number(wordAt(answer, 1)), MOST_READ) : 32;
  const from = whole ? 2 + 2 * WORD : 2;
  const bytes = answer.slice(from, from + 2 * length).match(/../g) ?? [];
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}
