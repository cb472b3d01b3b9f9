import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { inclusionOf } from "../../relayer/inclusion.ts";
import {
  chainContract,
  encodeDirectRequest,
  encodeTogether,
  queuedRequest,
  requestCost,
  type QueuedRequest,
} from "./l1-request.ts";

/** A call on L2 that L1 requests, with ETH to pay for it. */
export interface L1Request {
  readonly chainId: bigint;
  /** The chain's contract; default: the one that the factory names. */
  readonly hyperchain?: Hex;
  /** Called or paid on L2. */
  readonly to: Hex;
  /** Wei that it gets. */
  readonly valueWei: bigint;
  readonly data?: Hex;
  /** Default 300,000. What is not used is refunded on L2. */
  readonly gasLimit?: bigint;
}

const DEFAULT_GAS_LIMIT = 300_000n;

/**
 * Sends ETH, or a call, from L1 to a chain whose base token is ETH, as `deposit` does for any chain, but checks and explains
 * nothing. `factoryAddress` is the ecosystem's. Rejects with ethers' error when L1 refuses.
 */
export async function requestFromL1(factoryAddress: Hex, request: L1Request, signer: Signer): Promise<QueuedRequest> {
  const { chainId, to, valueWei, data = "0x", gasLimit = DEFAULT_GAS_LIMIT } = request;
  const mintValue = (await requestCost(factoryAddress, chainId, gasLimit, signer)) + valueWei;
  const hyperchain = request.hyperchain ?? (await chainContract(factoryAddress, chainId, signer));
  const terms = { chainId, hyperchain, mintValue, gasLimit, refundRecipient: await signer.getAddress() };
  const transaction = {
    to: factoryAddress,
    data: encodeDirectRequest({ ...terms, to, value: valueWei, data }),
    value: mintValue,
  };
  const { hash, provider } = await signer.sendTransaction(transaction);
  return queuedRequest(await inclusionOf(hash, provider), hyperchain);
}

/** Amount and recipients of payments to several accounts of a chain. */
interface L1Payment {
  readonly chainId: bigint;
  readonly hyperchain: Hex;
  readonly valueWei: bigint;
}

/** Sends each of the accounts so much ETH, all in one transaction on L1. Rejects with ethers' error when L1 refuses. */
export async function payFromL1(
  factoryAddress: Hex,
  { chainId, hyperchain, valueWei }: L1Payment,
  recipients: readonly Hex[],
  signer: Signer,
): Promise<void> {
  const gasLimit = DEFAULT_GAS_LIMIT;
  const mintValue = (await requestCost(factoryAddress, chainId, gasLimit, signer)) + valueWei;
  const refundRecipient = await signer.getAddress();
  const terms = { chainId, hyperchain, mintValue, gasLimit, refundRecipient, value: valueWei, data: "0x" } as const;
  const { hash, provider } = await signer.sendTransaction({
    to: factoryAddress,
    data: encodeTogether(recipients.map((to) => ({ ...terms, to }))),
    value: mintValue * BigInt(recipients.length),
  });
  await inclusionOf(hash, provider);
}
