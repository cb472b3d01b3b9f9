import type { Signer } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { encodeDirectRequest, encodeTokenRequest, queuedRequest, requestCost } from "./l1-request.ts";
import type { QueuedRequest } from "./l1-request.ts";

/** A call on L2 that L1 requests, with ETH to pay for it. */
export interface L1Request {
  readonly chainId: bigint;
  /** Called or paid on L2. */
  readonly to: Hex;
  /** Wei that it gets. */
  readonly valueWei: bigint;
  readonly data?: Hex;
  /** Default 300,000. What is not used is refunded on L2. */
  readonly gasLimit?: bigint;
}

/** A token of L1 on its way to a chain. */
export interface TokenDeposit {
  readonly chainId: bigint;
  /** The bridge on L1, which the sender must have approved for the amount. */
  readonly bridge: Hex;
  readonly token: Hex;
  readonly amount: bigint;
  readonly recipient: Hex;
}

const DEFAULT_GAS_LIMIT = 300_000n;
/** The first deposit of a token creates its contract on L2. */
const TOKEN_GAS_LIMIT = 2_000_000n;

/**
 * Sends ETH, or a call, from L1 to a chain whose base token is ETH, as `deposit` does for any chain, but checks and explains
 * nothing. `factoryAddress` is the ecosystem's. Rejects with ethers' error when L1 refuses.
 */
export async function requestFromL1(factoryAddress: Hex, request: L1Request, signer: Signer): Promise<QueuedRequest> {
  const { chainId, to, valueWei, data = "0x", gasLimit = DEFAULT_GAS_LIMIT } = request;
  const mintValue = (await requestCost(factoryAddress, chainId, gasLimit, signer)) + valueWei;
  const terms = { chainId, mintValue, gasLimit, refundRecipient: await signer.getAddress() };
  return queue(factoryAddress, encodeDirectRequest({ ...terms, to, value: valueWei, data }), mintValue, signer);
}

/** The same for an ERC-20 token. Rejects with ethers' error when L1 refuses. */
export async function depositToken(factoryAddress: Hex, deposit: TokenDeposit, signer: Signer): Promise<QueuedRequest> {
  const mintValue = await requestCost(factoryAddress, deposit.chainId, TOKEN_GAS_LIMIT, signer);
  const terms = { mintValue, gasLimit: TOKEN_GAS_LIMIT, refundRecipient: await signer.getAddress() };
  return queue(factoryAddress, encodeTokenRequest({ ...terms, ...deposit }, 0n), mintValue, signer);
}

async function queue(to: Hex, data: string, value: bigint, signer: Signer): Promise<QueuedRequest> {
  const response = await signer.sendTransaction({ to, data, value });
  const receipt = await response.wait();
  if (receipt === null) throw new Error(`transaction ${response.hash} has no receipt`);
  return queuedRequest(receipt);
}
