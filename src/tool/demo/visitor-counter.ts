import type { HDNodeWallet } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";

/**
 * A contract that counts how often it was called, and accepts payments: PUSH0 SLOAD PUSH1 1 ADD DUP1 PUSH0
 * SSTORE, then returns the count. Written by hand, because this suffices for the demonstration.
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

/** Number of calls of the counter. */
export async function visits(wallet: HDNodeWallet, counter: Hex): Promise<bigint> {
  return BigInt((await wallet.provider?.getStorage(counter, 0n)) ?? 0n);
}
