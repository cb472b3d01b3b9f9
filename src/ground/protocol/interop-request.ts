import { Interface } from "ethers";
import type { Hex } from "./hex.ts";

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

/** Attribute that lets the sender's account on the destination make a call, to any contract there. */
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
 * Attribute that calls the sender's `onInteropResult` with the outcome, by the account that submits it for the reward
 * (source's base token).
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
