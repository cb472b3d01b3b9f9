import { AbiCoder, concat, toUtf8String, Utf8ErrorFuncs, type BlockTag, type Provider } from "ethers";
import { TOKEN_HOLDINGS_CODE } from "../../../ground/abi/token-holdings-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { shownSymbol } from "../sending/shown-symbol.ts";

/** Balance of an account in a token, and the token's description of itself. */
interface TokenHolding {
  readonly address: Hex;
  /** Smallest units; 0 where the token does not say. */
  readonly amount: bigint;
  /** `?` where it says nothing that can be shown. */
  readonly symbol: string;
  readonly decimals: number;
}

export const NO_SYMBOL = "?";

/** Tokens in one question: the answer has at most the bytes of a contract's code, 24,576. */
const TOKENS_AT_ONCE = 60;
const ANSWERS = 3;
const MAX_SYMBOL_BYTES = 64;

/**
 * Balances of an account, in the order of the tokens, by a call for every 60 of them (`TokenHoldings.sol`). A
 * token's code costs at most 150,000 gas, and cannot affect another token's result. Rejects with the
 * provider's error.
 */
export async function tokenHoldings(
  tokens: readonly Hex[],
  owner: Hex,
  provider: Provider,
  blockTag: BlockTag = "latest",
): Promise<readonly TokenHolding[]> {
  const found: TokenHolding[] = [];
  for (let first = 0; first < tokens.length; first += TOKENS_AT_ONCE) {
    const asked = tokens.slice(first, first + TOKENS_AT_ONCE);
    const data = concat([TOKEN_HOLDINGS_CODE, coder.encode(["address", "address[]"], [owner, asked])]);
    const [answers] = coder.decode(["bytes[]"], await provider.call({ data, blockTag })) as unknown as [readonly Hex[]];
    for (const [i, address] of asked.entries()) {
      const [balance = "0x", symbol = "0x", decimals = "0x"] = answers.slice(ANSWERS * i, ANSWERS * (i + 1));
      const places = readNumber(decimals);
      found.push({
        address,
        amount: readNumber(balance),
        symbol: shownSymbol(readText(symbol)),
        decimals: places > 255n ? 0 : Number(places),
      });
    }
  }
  return found;
}

const coder = AbiCoder.defaultAbiCoder();
const WORD = 64;

/** The first word; 0 where the token answered less. */
function readNumber(answer: Hex): bigint {
  return answer.length >= 2 + WORD ? BigInt(answer.slice(0, 2 + WORD)) : 0n;
}

/** A string that may have been cut off. */
function readText(answer: Hex): string {
  const [offset, length, ...text] = [0, 1, 2, 3].map((word) => answer.slice(2 + word * WORD, 2 + (word + 1) * WORD));
  if (offset === undefined || length === undefined || BigInt(`0x0${offset}`) !== 32n) return NO_SYMBOL;
  const bytes = BigInt(`0x0${length}`);
  const shown = bytes > BigInt(MAX_SYMBOL_BYTES) ? MAX_SYMBOL_BYTES : Number(bytes);
  return toUtf8String(`0x${text.join("").slice(0, 2 * shown)}`, Utf8ErrorFuncs.replace);
}
