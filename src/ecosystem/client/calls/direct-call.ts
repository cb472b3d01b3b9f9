import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { parseAccount, type ChainAddress } from "../ecosystem/chain-address.ts";
import { findChain, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { encodeDirectRequest, encodeTogether, queuedHashes, requestCost, type DirectRequest } from "../queue/l1-request.ts";
import { findMember } from "../ecosystem/route.ts";
import type { SentMessage } from "../messages/sent-messages.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { ensureAllowance, ETHER, l1TokenOf } from "../tokens/token.ts";

/** Gas of a call that comes through a queue, where the caller names none; as of one that comes from another chain. */
const QUEUED_CALL_GAS = 1_000_000n;

/**
 * A call, and its route: `payment` is a transaction of the sender's own, `deposit` goes through the chain's queue on L1, `bundle`
 * between chains, `l1Call` to L1.
 */
export interface SentCall extends Omit<SentMessage, "type"> {
  readonly type: "payment" | "deposit" | "bundle" | "l1Call";
  /**
   * Identifier for tracking: the message of a bundle or of a call to L1, the hash of a deposit's transaction
   * on the chain, or the hash of a payment's transaction.
   */
  readonly messageHash: Hex;
  /** The message of the withdrawal that brings a call on L1 its value; absent where none was needed. */
  readonly withdrawal?: Hex;
  /** The last second, by the clock of the member that is called, at which it is made; absent where it is made at any time. */
  readonly expiresAt?: number;
  /**
   * Later calls of a call on L1 over intermediate chains, in order, for `executeL1Call`. Each is sent by the
   * call before it.
   */
  readonly onward?: readonly SentL1Call[];
}

/** A call that a sender on a chain has sent to what the chain settles on. */
export interface SentL1Call {
  readonly chain: number;
  readonly sender: Hex;
  readonly messageHash: Hex;
}

/** Target and content of a call. */
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
    type: "payment",
    messageHash: transactionHash,
    transactionHash,
    sender: sender.address,
    sourceChainId: to.chainId,
    destinationChainId: to.chainId,
  };
}

/** A call for a chain's queue. */
export interface QueuedCall extends DirectCall {
  readonly refundTo: string | undefined;
}

/**
 * Calls contracts on chains from L1, or from the chain on which they settle, through the chains' queues, so that the chains must
 * take the calls: from the sender's own account there, in one transaction that queues all of them or none. A call that fails
 * leaves its value to `refundTo` there, as gas that is not used, and changes nothing of the others. Throws ClientError.
 */
export async function callThroughQueues(
  ecosystem: Ecosystem,
  calls: readonly QueuedCall[],
  signer: Signer,
): Promise<readonly SentCall[]> {
  const sender = await senderOn(signer, ecosystem.l1);
  const prepared = await Promise.all(calls.map((call) => paidRequest(ecosystem, call, sender)));
  let attached = 0n;
  const tokens = new Map<Hex, bigint>();
  for (const { base, request } of prepared) {
    if (base === ETHER) attached += request.mintValue;
    else tokens.set(base, (tokens.get(base) ?? 0n) + request.mintValue);
  }
  const { factory, bridge } = ecosystem.l1.contracts;
  for (const [token, amount] of tokens) await ensureAllowance(sender, token, bridge, amount);
  const requests = prepared.map(({ request }) => request);
  const [first] = requests;
  const data = requests.length === 1 && first !== undefined ? encodeDirectRequest(first) : encodeTogether(requests);
  const receipt = await submit(sender, { to: factory, data, value: attached });
  const left = new Map(requests.map(({ hyperchain }) => [hyperchain, [...queuedHashes(receipt, hyperchain)]]));
  return requests.map(({ hyperchain, chainId }) => {
    const messageHash = left.get(hyperchain)?.shift();
    if (messageHash === undefined) throw new Error(`transaction ${receipt.hash} queued too little at ${hyperchain}`);
    return {
      type: "deposit",
      messageHash,
      transactionHash: receipt.hash as Hex,
      sender: sender.address,
      sourceChainId: ecosystem.l1.chainId,
      destinationChainId: Number(chainId),
    };
  });
}

/** Likewise, one call. */
export async function callThroughQueue(ecosystem: Ecosystem, call: QueuedCall, signer: Signer): Promise<SentCall> {
  const [sent] = await callThroughQueues(ecosystem, [call], signer);
  if (sent === undefined) throw new Error("one call was given, and none was sent");
  return sent;
}

/** A call as the factory takes it, and the token that pays for it. */
async function paidRequest(
  ecosystem: Ecosystem,
  { to, data, value, gasLimit = QUEUED_CALL_GAS, refundTo }: QueuedCall,
  sender: Sender,
): Promise<{ readonly request: DirectRequest; readonly base: Hex }> {
  const chain = findChain(ecosystem, to.chainId);
  const chainId = BigInt(to.chainId);
  const mintValue = (await requestCost(ecosystem.l1.contracts.factory, chainId, gasLimit, sender.signer)) + value;
  const refundRecipient = refundTo === undefined ? sender.address : parseAccount(refundTo);
  return {
    request: { chainId, hyperchain: chain.hyperchain, mintValue, gasLimit, refundRecipient, to: to.account, value, data },
    base: l1TokenOf(chain, undefined),
  };
}
