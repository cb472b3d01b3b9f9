import type { Signer } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { parseAccount } from "./chain-address.ts";
import type { ChainAddress } from "./chain-address.ts";
import { findChain } from "./ecosystem.ts";
import type { Ecosystem } from "./ecosystem.ts";
import { encodeDirectRequest, queuedRequest, requestCost } from "./l1-request.ts";
import { findMember } from "./route.ts";
import type { SentMessage } from "./sent-messages.ts";
import { senderOn, submit } from "./submit.ts";
import { ensureAllowance, ETHER, l1TokenOf } from "./token.ts";

/** Gas of a call that comes through a queue, where the caller names none; as of one that comes from another chain. */
const QUEUED_CALL_GAS = 1_000_000n;

/**
 * A call, and its route: `payment` is a transaction of the sender's own, `deposit` goes through the chain's queue on L1, `bundle`
 * between chains, `l1Call` to L1.
 */
export interface SentCall extends Omit<SentMessage, "type"> {
  readonly type: "payment" | "deposit" | "bundle" | "l1Call";
  /**
   * What it is followed by: a bundle's message, or that to L1; of a deposit the hash of its transaction on the chain, of a
   * payment its own.
   */
  readonly messageHash: Hex;
  /** The message of the withdrawal that brings a call on L1 its value; absent where none was needed. */
  readonly withdrawal?: Hex;
}

/** What is called, and with what. */
export interface DirectCall {
  readonly to: ChainAddress;
  readonly data: Hex;
  /** Base token of the member that is called. */
  readonly value: bigint;
  readonly gasLimit: bigint | undefined;
}

/** Calls a contract on the sender's own member: an ordinary transaction. Throws ClientError. */
export async function callHere(ecosystem: Ecosystem, call: DirectCall, signer: Signer): Promise<SentCall> {
  const { to, data, value, gasLimit } = call;
  const sender = await senderOn(signer, findMember(ecosystem, to.chainId));
  const gas = gasLimit === undefined ? {} : { gasLimit };
  const transactionHash = (await submit(sender, { to: to.account, data, value, ...gas })).hash as Hex;
  return {
    ...{ type: "payment", messageHash: transactionHash, transactionHash, sender: sender.address },
    ...{ sourceChainId: to.chainId, destinationChainId: to.chainId },
  };
}

/**
 * Calls a contract on a chain from L1, through the chain's queue, so that the chain must take it: from the sender's own account
 * there. A call that fails there leaves its value to `refundTo`, as gas that is not used. Throws ClientError.
 */
export async function callThroughQueue(
  ecosystem: Ecosystem,
  call: DirectCall & { readonly refundTo: string | undefined },
  signer: Signer,
): Promise<SentCall> {
  const { to, data, value, gasLimit = QUEUED_CALL_GAS, refundTo } = call;
  const chain = findChain(ecosystem, to.chainId);
  const { hyperchain } = chain;
  const { factory, bridge } = ecosystem.l1.contracts;
  const sender = await senderOn(signer, ecosystem.l1);
  const chainId = BigInt(to.chainId);
  const mintValue = (await requestCost(factory, chainId, gasLimit, signer)) + value;
  const base = l1TokenOf(chain, undefined);
  if (base !== ETHER) await ensureAllowance(sender, base, bridge, mintValue);
  const refundRecipient = refundTo === undefined ? sender.address : parseAccount(refundTo);
  const request = { chainId, hyperchain, mintValue, gasLimit, refundRecipient, to: to.account, value, data };
  const attached = base === ETHER ? mintValue : 0n;
  const receipt = await submit(sender, { to: factory, data: encodeDirectRequest(request), value: attached });
  return {
    ...{ type: "deposit", messageHash: queuedRequest(receipt, hyperchain).canonicalTxHash, transactionHash: receipt.hash as Hex },
    ...{ sender: sender.address, sourceChainId: ecosystem.l1.chainId, destinationChainId: to.chainId },
  };
}
