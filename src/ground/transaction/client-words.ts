/**
 * Refusals of a transaction, in the library's words and in geth's, since ethers and viem recognize those. $1, $2 and $3 are
 * numbers and addresses of the reason.
 */
const REFUSALS: readonly (readonly [library: RegExp, words: string])[] = [
  [
    /INTRINSIC_GAS_TOO_LOW: tx gas limit (\d+) is lower than the minimum gas limit of (\d+)/,
    "intrinsic gas too low: the gas limit is $1, at least $2 is taken", // prose-ok: geth's words
  ],
  [
    /enough funds to send tx\. The (?:upfront|max) cost is: (\d+) and the sender's account \((0x[0-9a-fA-F]{40})\) only has: (\d+)/,
    "insufficient funds for gas * price + value: $2 has $3 wei, it may cost up to $1",
  ],
  [
    /gas limit (\d+) exceeds the maximum allowed by EIP-7825 \((\d+)\)/,
    "transaction gas limit too high: it is $1, at most $2 is allowed (EIP-7825)", // prose-ok: geth's words
  ],
  [
    /initcode size of this transaction is too large: it is (\d+) while the max is (\d+)/,
    "max initcode size exceeded: it has $1 bytes, at most $2 are allowed",
  ],
];

/** Beginnings of the library's errors of the EVM, and geth's words. */
const FAILURES: readonly (readonly [library: string, words: string])[] = [
  ["revert", "execution reverted"],
  ["invalid opcode", "invalid opcode: INVALID"],
  ["invalid JUMP", "invalid jump destination"],
  ["static state change", "write protection"],
  ["stack overflow", "stack limit reached"],
  ["code store out of gas", "contract creation code storage out of gas"],
  ["code size to deposit exceeds", "max code size exceeded"],
  ["initcode exceeds", "max initcode size exceeded"],
  ["invalid bytecode deployed", "invalid code: must not begin with 0xef"],
  ["create collision", "contract address collision"],
];

/** The reason in geth's words; undefined if geth's words are unknown. */
export function refusalWords(reason: string): string | undefined {
  for (const [library, words] of REFUSALS) {
    const found = library.exec(reason);
    if (found !== null) return words.replace(/\$(\d)/g, (_, place: string) => found[Number(place)] ?? "");
  }
  return undefined;
}

/** An error of the EVM in geth's words; unchanged if geth has the same. */
export function failureWords(error: string): string {
  return FAILURES.find(([library]) => error.startsWith(library))?.[1] ?? error;
}
