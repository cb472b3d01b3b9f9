import { Interface } from "ethers";
import { wordToHex } from "./hex.ts";
import type { Hex } from "./hex.ts";

/** Attributes of calls and bundles (`IInteropAttributes.sol`): encoded as calls of functions that nobody implements. */
const attributes = new Interface([
  "function interopCallValue(uint256)",
  "function shadowAccount()",
  "function relayerReward(uint256)",
]);

/** A call's value in the destination's base token. */
export function interopCallValue(valueWei: bigint): Hex {
  return attributes.encodeFunctionData("interopCallValue", [valueWei]) as Hex;
}

/** Has the sender's account on the destination make a call, to any contract there. */
export function shadowAccount(): Hex {
  return attributes.encodeFunctionData("shadowAccount") as Hex;
}

/** Paid to whoever executes a bundle, in the destination's base token. */
export function relayerReward(amountWei: bigint): Hex {
  return attributes.encodeFunctionData("relayerReward", [amountWei]) as Hex;
}

/**
 * ERC-7930 form of a chain, or of an account on it: version 1 (2) ‖ chain type 0 (2) ‖ length (1) ‖ chain id without leading
 * zeros ‖ length (1) ‖ address. Throws HexError for a chain id out of range.
 */
export function interoperableAddress(chainId: bigint, account?: Hex): Hex {
  const chain = wordToHex(chainId).slice(2).replace(/^(00)+/, "");
  const chainLength = (chain.length / 2).toString(16).padStart(2, "0");
  return `0x00010000${chainLength}${chain}${account === undefined ? "00" : `14${account.slice(2).toLowerCase()}`}`;
}
