import { Interface } from "ethers";
import type { HDNodeWallet } from "ethers";
import { interopCenterAbi } from "../abi/interop-center.ts";
import { l2AssetRouterAbi } from "../abi/l2-asset-router.ts";
import type { Hex } from "../protocol/hex.ts";
import { interopCallValue, interoperableAddress, relayerReward, shadowAccount } from "../protocol/interop-request.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";

const router = new Interface(l2AssetRouterAbi);
const center = new Interface(interopCenterAbi);

/**
 * A contract that counts how often it was called, and keeps what it was paid: PUSH0 SLOAD PUSH1 1 ADD DUP1 PUSH0 SSTORE, then
 * returns the count. By hand, because the demonstration needs no more.
 */
const VISITOR_COUNTER_CODE = "5f5460010180" + "5f555f5260205ff3";
/** PUSH14 code, PUSH0 MSTORE, then RETURN of its 14 bytes, which end the word. */
const VISITOR_COUNTER_INIT = `0x6d${VISITOR_COUNTER_CODE}5f52600e6012f3`;

/** Deploys the counter; resolves with its address. */
export async function deployVisitorCounter(wallet: HDNodeWallet): Promise<Hex> {
  const receipt = await (await wallet.sendTransaction({ data: VISITOR_COUNTER_INIT })).wait();
  if (receipt?.contractAddress === undefined || receipt.contractAddress === null) throw new Error("the counter was not deployed");
  return receipt.contractAddress.toLowerCase() as Hex;
}

/** How often the counter was called. */
export async function visits(wallet: HDNodeWallet, counter: Hex): Promise<bigint> {
  return BigInt((await wallet.provider?.getStorage(counter, 0n)) ?? 0n);
}

/** Sends ETH to an account on another chain. Resolves when it has left the sender's. */
export async function sendAcross(wallet: HDNodeWallet, destinationChainId: bigint, recipient: Hex, amountWei: bigint): Promise<void> {
  const data = router.encodeFunctionData("sendToChain", [destinationChainId, PREDEPLOYS.L2BaseToken, amountWei, recipient]);
  await (await wallet.sendTransaction({ to: PREDEPLOYS.L2AssetRouter, data, value: amountWei })).wait();
}

/** Has the sender's account on another chain call a contract there, with value, and offers a reward to who brings the call. */
export async function callAcross(
  wallet: HDNodeWallet,
  destinationChainId: bigint,
  call: { readonly to: Hex; readonly valueWei: bigint; readonly rewardWei: bigint },
): Promise<void> {
  const { to, valueWei, rewardWei } = call;
  const starter = {
    to: interoperableAddress(destinationChainId, to),
    data: "0x",
    callAttributes: [interopCallValue(valueWei), shadowAccount()],
  };
  const data = center.encodeFunctionData("sendBundle", [
    interoperableAddress(destinationChainId),
    [starter],
    [relayerReward(rewardWei)],
  ]);
  await (await wallet.sendTransaction({ to: PREDEPLOYS.InteropCenter, data, value: valueWei + rewardWei })).wait();
}
