import { type Hex, isHexBytes, wordToHex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/**
 * ERC-7930 form of a chain, or of an account on it: version 1 (2) ‖ chain type 0 (2) ‖ length (1) ‖ chain id without leading
 * zeros ‖ length (1) ‖ address. Throws HexError for a chain id out of range.
 */
export function interoperableAddress(chainId: ChainId, account?: Hex): Hex {
  const chain = wordToHex(chainId)
    .slice(2)
    .replace(/^(00)+/, "");
  const chainLength = (chain.length / 2).toString(16).padStart(2, "0");
  return `0x00010000${chainLength}${chain}${account === undefined ? "00" : `14${account.slice(2).toLowerCase()}`}`;
}

/**
 * Parses an ERC-7930 address of an EVM chain; missing parts are undefined. Undefined for other bytes and for other
 * encodings than the canonical one; the same rules as `InteroperableAddress.sol`.
 */
export function parseInteroperableAddress(
  encoded: string,
): { readonly chainId: ChainId | undefined; readonly account: Hex | undefined } | undefined {
  const match = /^0x00010000([0-9a-f]{2})/i.exec(encoded);
  if (match === null) return undefined;
  const chainLength = 2 * Number.parseInt(match[1] ?? "", 16);
  const chain = encoded.slice(12, 12 + chainLength);
  const rest = encoded.slice(12 + chainLength);
  const isWhole = chain.length === chainLength && chainLength <= 64 && isHexBytes(`0x${chain}`) && !chain.startsWith("00");
  if (!isWhole || !/^(00|14[0-9a-f]{40})$/i.test(rest)) return undefined;
  const account = rest === "00" ? undefined : (`0x${rest.slice(2).toLowerCase()}` as Hex);
  return { chainId: chain === "" ? undefined : BigInt(`0x${chain}`), account };
}
