import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { formatChainAddress, parseChainAddress, type ChainAddressLike } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { callThroughQueues, type QueuedCall, type SentCall } from "./direct-call.ts";
import { findChain, memberName, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { findMember } from "../ecosystem/route.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";

/** Call or payment that enters a chain's queue together with others. */
export interface CallInQueue {
  /** The contract: `0x…@chain`, ERC-7930 bytes, or the parts. */
  readonly to: ChainAddressLike;
  readonly data: Hex;
  /** Base token of its chain that the call gets. */
  readonly value?: bigint | undefined;
  /** Default 1,000,000; what is not used is refunded there. */
  readonly gasLimit?: bigint | undefined;
  /** Gets what is refunded on the chain, the value of a call that fails too; default: the sender. */
  readonly refundTo?: string | undefined;
}

/** Calls of contracts on chains that settle on the same member. */
export interface CallsTogether {
  /** L1, or the chain on which the called ones settle. */
  readonly chain: ChainName;
  readonly calls: readonly CallInQueue[];
}

/**
 * Forces calls into the queues of several chains by one transaction on what they settle on: all are queued,
 * in this order, or none where one is refused. Each chain must take its own, and each may still revert there
 * independently: then its value belongs to `refundTo` on that chain. `signer` is on `from`. Throws
 * ClientError OtherSettlementLayer for a chain that settles elsewhere, RangeError without calls.
 */
export async function callTogether(all: Ecosystem, request: CallsTogether, signer: Signer): Promise<readonly SentCall[]> {
  const { chainId: below } = findMember(all, request.chain);
  const [first] = request.calls;
  if (first === undefined) throw new RangeError("there are no calls to queue; name one at least");
  const calls = request.calls.map(({ to: place, data, value = 0n, gasLimit, refundTo }): QueuedCall => {
    const to = parseChainAddress(all, place);
    const { l1: base } = ecosystemOf(all, findChain(all, to.chainId));
    if (base.chainId === below) return { to, data, value, gasLimit, refundTo };
    const message = `${formatChainAddress(all, to)} is not on a chain that settles on ${memberName(all, below)}: its queue is on ${base.name}; call it from there`;
    throw new ClientError("OtherSettlementLayer", message, { source: below, destination: to.chainId });
  });
  const { chainId } = parseChainAddress(all, first.to);
  return callThroughQueues(ecosystemOf(all, findChain(all, chainId)), calls, signer);
}
