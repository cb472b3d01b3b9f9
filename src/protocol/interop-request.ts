import { Interface } from "ethers";
import { type Hex, isHexBytes, wordToHex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** Attributes of calls and bundles (`IInteropAttributes.sol`): encoded as calls of functions that no contract implements. */
const attributes = new Interface([
  "function interopCallValue(uint256)",
  "function shadowAccount()",
  "function relayerReward(uint256)",
  "function gasLimit(uint256)",
  "function refundRecipient(address)",
  "function callback(uint256,uint256)",
  "function transferToken(address,uint256,address)",
  "function destinationBaseToken(address)",
  "function expiresAt(uint256)",
]);

/** A call's value in the destination's base token. */
export function interopCallValue(valueWei: bigint): Hex {
  return attributes.encodeFunctionData("interopCallValue", [valueWei]) as Hex;
}

/** Has the sender's account on the destination make a call, to any contract there. */
export function shadowAccount(): Hex {
  return attributes.encodeFunctionData("shadowAccount") as Hex;
}

/** Paid to the account that executes a bundle, in the destination's base token. */
export function relayerReward(amountWei: bigint): Hex {
  return attributes.encodeFunctionData("relayerReward", [amountWei]) as Hex;
}

/** Gas of a bundle's calls together. */
export function bundleGasLimit(gas: bigint): Hex {
  return attributes.encodeFunctionData("gasLimit", [gas]) as Hex;
}

/** Account on the source chain that gets value and tokens back where the calls fail. */
export function refundRecipient(account: Hex): Hex {
  return attributes.encodeFunctionData("refundRecipient", [account]) as Hex;
}

/**
 * Has the sender's `onInteropResult` called with the outcome, by the account that brings it for the reward (source's base
 * token).
 */
export function callback(gas: bigint, rewardWei: bigint): Hex {
  return attributes.encodeFunctionData("callback", [gas, rewardWei]) as Hex;
}

/** The last second of the destination's clock in which a bundle's calls are made; after it the bundle is refunded. */
export function expiresAt(timestamp: bigint): Hex {
  return attributes.encodeFunctionData("expiresAt", [timestamp]) as Hex;
}

/** Sends an amount of a token of the source chain with a bundle, to a recipient on the destination. */
export function transferToken(token: Hex, amount: bigint, recipient: Hex): Hex {
  return attributes.encodeFunctionData("transferToken", [token, amount, recipient]) as Hex;
}

/** Names the source chain's token that is the destination's base token, where it is not the source's own. */
export function destinationBaseToken(token: Hex): Hex {
  return attributes.encodeFunctionData("destinationBaseToken", [token]) as Hex;
}

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
 * The parts of an ERC-7930 address of an EVM chain: what is not given is undefined. Undefined for bytes that are no such
 * address, or not its one encoding; the same rules as `InteroperableAddress.sol`.
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
