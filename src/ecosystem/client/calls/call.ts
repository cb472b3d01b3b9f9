import type { Provider, Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { interoperableAddress } from "../../../ground/protocol/interoperable-address.ts";
import {
  bundleGasLimit,
  callback as callbackAttribute,
  destinationBaseToken,
  expiresAt,
  interopCallValue,
  refundRecipient,
  relayerReward,
  shadowAccount,
  transferToken,
} from "../../../ground/protocol/interop-request.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { isOfOpStack } from "../../../ground/protocol/superchain.ts";
import { announceFirst } from "../messages/announce.ts";
import {
  encodeChainAddress,
  formatChainAddress,
  parseAccount,
  parseChainAddress,
  type ChainAddressLike,
} from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { interopCenter } from "../sending/contract-interfaces.ts";
import { callToL1 } from "./call-to-l1.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { callHere, callThroughQueue, type SentCall } from "./direct-call.ts";
import { findMember, requireOther, routeOf, type Route } from "../ecosystem/route.ts";
import { ecosystemBetween, wayDown } from "../ecosystem/settlement-base.ts";
import { sentMessages, type SentMessage } from "../messages/sent-messages.ts";
import { senderOn, submit } from "../sending/submit.ts";
import { bridgedTokenAddress, ensureAllowance, findToken, isBaseToken, l1TokenOf, requireTokens } from "../tokens/token.ts";

/**
 * Throws ClientError NoContract if a call with data, or money for a contract of the OP Stack, would reach an address
 * without code: it would succeed and do nothing.
 */
export async function requireContract(
  ecosystem: Ecosystem,
  { to, data }: Pick<CallRequest, "to" | "data">,
  destination: Pick<Provider, "getCode">,
): Promise<void> {
  const place = parseChainAddress(ecosystem, to);
  const isOpStack = isOfOpStack(place.account);
  if ((data === "0x" && !isOpStack) || (await destination.getCode(place.account)) !== "0x") return;
  const where = formatChainAddress(ecosystem, place);
  const message =
    data === "0x"
      ? `${where} is an address of the OP Stack's contracts, and there is none on that chain, so the money would be lost; check the recipient`
      : `there is no contract at ${where}, so the call would succeed and do nothing; check address and chain, or send value without a function`;
  throw new ClientError("NoContract", message, { account: place.account, chainId: place.chainId });
}

/** A call of a contract, on any chain or on the sender's own member. */
export interface CallRequest {
  /** Sending member: a chain, or L1. */
  readonly chain: ChainName;
  /** The contract: `0x…@chain`, ERC-7930 bytes, or the parts. */
  readonly to: ChainAddressLike;
  /** Calldata; with `asMessage` the payload of `receiveMessage`. */
  readonly data: Hex;
  /** Base token of the destination that the call gets. */
  readonly value?: bigint | undefined;
  /** Base token of the destination for the account that brings the call. Between chains alone. */
  readonly reward?: bigint | undefined;
  /** Gas of the call, to L1 the least that it gets; default 1,000,000. */
  readonly gasLimit?: bigint | undefined;
  /**
   * Deliver to the contract's ERC-7786 `receiveMessage`, which learns the sender, instead of calling it from the sender's own
   * account on the destination.
   */
  readonly asMessage?: boolean | undefined;
  /** Have `onInteropResult` of the sender called with the outcome; the reward is the source's base token. For contracts. */
  readonly callback?: { readonly gasLimit: bigint; readonly reward?: bigint | undefined } | undefined;
  /** Tokens of the source chain that travel with the call. Between chains alone. */
  readonly tokens?: readonly { readonly token: string; readonly amount: bigint; readonly recipient: string }[] | undefined;
  /** Gets value and tokens back where the call fails, from L1 too; default: the sender. */
  readonly refundTo?: string | undefined;
  /**
   * The last second, by the clock of the member that is called, at which the call is made. Between chains value and tokens go
   * back after it, and by default it is made at any time. To L1 by default 30 days from now. Other routes take no such second.
   */
  readonly deadline?: bigint | undefined;
  /**
   * Whether the sender's account on L1 (`l1AccountOf`) has the value already, so that none is withdrawn to it. To L1 alone; with
   * chains between, a value needs it.
   */
  readonly funded?: boolean | undefined;
}

/**
 * Calls a contract on any member, from the sender's own account there. On the sender's own member that is a transaction; from L1
 * it goes through the chain's queue; between chains it happens once L1 has executed the batch and a relayer brings it; to L1, or
 * to the chain on which the sender's settles, once that has executed the batch and any account calls `executeL1Call`, and then
 * likewise for each of `onward` where chains are between. `signer` is on the sending member. Throws ClientError; NotOnRoute for
 * what only another route has.
 */
export async function call(all: Ecosystem, request: CallRequest, signer: Signer): Promise<SentCall> {
  const source = findMember(all, request.chain).chainId;
  const to = parseChainAddress(all, request.to);
  const { chain, data, value = 0n, gasLimit, refundTo, deadline, funded = false } = request;
  const direct = { to, data, value, gasLimit };
  const way = wayDown(all, source, to.chainId);
  if (way.length > 0) {
    requireRoute(request, "withdrawal");
    return callToL1(all, way, { ...direct, chain, deadline, funded }, signer);
  }
  const ecosystem = ecosystemBetween(all, source, to.chainId);
  const route = routeOf(ecosystem, source, to.chainId);
  requireRoute(request, route);
  if (route === "transfer") {
    const expiry = deadline === undefined ? {} : { expiresAt: Number(deadline) };
    return { ...(await callByBundle(all, request, signer)), type: "bundle", ...expiry };
  }
  if (route === "payment") return callHere(ecosystem, direct, signer);
  return callThroughQueue(ecosystem, { ...direct, refundTo }, signer);
}

/** Throws ClientError NotOnRoute for a request with something that a call on this route does not have. */
export function requireRoute(request: Omit<CallRequest, "data">, route: Route): void {
  const { reward = 0n, asMessage, callback, tokens = [], refundTo, deadline, funded } = request;
  const [isBundle, isToL1] = [route === "transfer", route === "withdrawal"];
  const asked = {
    reward: reward > 0n && !isBundle,
    asMessage: asMessage === true && !isBundle,
    callback: callback !== undefined && !isBundle,
    tokens: tokens.length > 0 && !isBundle,
    refundTo: refundTo !== undefined && (route === "payment" || isToL1),
    deadline: deadline !== undefined && !isToL1 && !isBundle,
    funded: funded === true && !isToL1,
  };
  const [what] = Object.entries(asked).find(([, isAsked]) => isAsked) ?? [];
  if (what === undefined) return;
  throw new ClientError("NotOnRoute", `a call that ${WAYS[route]} has no ${what}: leave it out`, { option: what, route });
}

const WAYS: Readonly<Record<Route, string>> = {
  payment: "stays on its member",
  deposit: "comes from L1 through the chain's queue",
  transfer: "goes between chains",
  withdrawal: "goes to L1",
};

/** Attributes of a call that depend on its request alone. */
function requestAttributes({ reward = 0n, gasLimit, refundTo, deadline, callback }: CallRequest): Hex[] {
  const attributes: Hex[] = [];
  if (reward > 0n) attributes.push(relayerReward(reward));
  if (gasLimit !== undefined) attributes.push(bundleGasLimit(gasLimit));
  if (refundTo !== undefined) attributes.push(refundRecipient(parseAccount(refundTo)));
  if (deadline !== undefined) attributes.push(expiresAt(deadline));
  if (callback !== undefined) attributes.push(callbackAttribute(callback.gasLimit, callback.reward ?? 0n));
  return attributes;
}

/** Calls a contract on another chain, with value and tokens. `signer` is on the sending chain. Throws ClientError. */
export async function callByBundle(all: Ecosystem, request: CallRequest, signer: Signer): Promise<SentMessage> {
  const chain = findChain(all, request.chain);
  const to = parseChainAddress(all, request.to);
  const ecosystem = ecosystemBetween(all, chain.chainId, to.chainId);
  requireOther(chain.chainId, to.chainId, ecosystem, "a withdrawal or a plain message");
  const destination = findChain(ecosystem, to.chainId);
  const sender = await senderOn(signer, chain);
  const { data, value = 0n, reward = 0n, callback } = request;

  const attributes = requestAttributes(request);
  let attached = callback?.reward ?? 0n;
  if (value + reward > 0n) {
    const theirBase = l1TokenOf(destination, undefined);
    if (isBaseToken(chain, theirBase)) attached += value + reward;
    else {
      const here = await bridgedTokenAddress(ecosystem, theirBase, sender.provider);
      await requireTokens(sender, here, value + reward);
      attributes.push(destinationBaseToken(here));
    }
  }
  for (const { token, amount, recipient } of request.tokens ?? []) {
    const found = await findToken(ecosystem, chain, token, sender.provider);
    if (found.isBase) attached += amount;
    else if (found.originChainId === chain.chainId)
      await ensureAllowance(sender, found.address, PREDEPLOYS.L2NativeTokenVault, amount);
    else await requireTokens(sender, found.address, amount);
    await announceFirst(ecosystem, sender, found);
    attributes.push(transferToken(found.address, amount, parseAccount(recipient)));
  }
  const starter = {
    to: encodeChainAddress(to),
    data,
    callAttributes: [...(value > 0n ? [interopCallValue(value)] : []), ...(request.asMessage === true ? [] : [shadowAccount()])],
  };
  const calldata = interopCenter.encodeFunctionData("sendBundle", [
    interoperableAddress(BigInt(to.chainId)),
    [starter],
    attributes,
  ]);
  const receipt = await submit(sender, { to: PREDEPLOYS.InteropCenter, data: calldata, value: attached });
  // The tokens' own code may have sent others before.
  const message = sentMessages(chain.chainId, ecosystem.l1.chainId, receipt).findLast(({ type }) => type === "bundle");
  if (message === undefined) throw new Error(`transaction ${receipt.hash} sent no call`);
  return message;
}
