import type { JsonRpcApiProvider, Signer } from "ethers";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";

/** A call as its sender would make it. */
interface TriedCall {
  readonly to: Hex;
  readonly data: Hex;
}

/*
 * As a signer's own `call` and `estimateGas`, which copy the bytes six times first: 30 ms for a batch of 200 messages, for which
 * nothing else is answered. Both reject with the provider's error where the contract refuses.
 */

/** Tries the call with so much gas. */
export async function tryCall(signer: Signer, { gasLimit, ...call }: TriedCall & { readonly gasLimit: bigint }): Promise<void> {
  await asked(signer, "eth_call", [{ ...call, gas: hexQuantity(gasLimit) }, "latest"]);
}

export async function estimateCall(signer: Signer, call: TriedCall): Promise<bigint> {
  return BigInt((await asked(signer, "eth_estimateGas", [call])) as Hex);
}

/** Requests a provider of ethers or of hardhat-ethers, which share no class. */
async function asked(signer: Signer, method: string, [call, ...others]: readonly [object, ...unknown[]]): Promise<unknown> {
  const from = await signer.getAddress();
  return (signer.provider as JsonRpcApiProvider).send(method, [{ from, ...call }, ...others]);
}
