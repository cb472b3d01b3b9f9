import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { withHops, type ForwardingHop } from "../../relayer/forwarding.ts";
import { announceFirst, type Announcement } from "../messages/announce.ts";
import {
  encodeChainAddress,
  formatChainAddress,
  parseChainAddress,
  type ChainAddress,
  type ChainAddressLike,
} from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { assetRouter } from "../sending/contract-interfaces.ts";
import { deposit } from "../queue/deposit.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { paidClaimOf } from "../messages/paid-claim.ts";
import { pay } from "../tokens/payment.ts";
import { signPermit } from "../sending/permit.ts";
import { onwardOf } from "../messages/forward.ts";
import { bridgesBetween, findMember, routeOf, type Bridge, type Route } from "../ecosystem/route.ts";
import { ecosystemBetween, pathBetween } from "../ecosystem/settlement-base.ts";
import { sentMessages, type SentMessage } from "../messages/sent-messages.ts";
import { positive, senderOn, submit, type Sender } from "../sending/submit.ts";
import { ensureAllowance, ETHER, findToken, hasAllowance, requireTokens, type ChainToken } from "../tokens/token.ts";
import { requireWithdrawable, withdraw } from "../messages/withdraw.ts";

/** Money on its way from one member to an account on any other, or on the same. */
export interface SendRequest {
  /** Sending member: a chain, or L1. */
  readonly chain: ChainName;
  /** `0x…@chain`, ERC-7930 bytes, or the parts; the sending member and L1 too. */
  readonly to: ChainAddressLike;
  /** Smallest units. */
  readonly amount: bigint;
  /** The token's address on the sending member or on L1; default: the coin that pays for gas on the sending member. */
  readonly token?: string | undefined;
  /**
   * Fee in units of the sent token, in addition to the amount. Between chains it pays the account that
   * delivers the message, on L1 the account that claims (`claimFee`), and over intermediate chains the
   * account that forwards at each of them (`forwardingFee`). Default 0: paid relayers skip the message.
   */
  readonly fee?: bigint | undefined;
}

/** A send, and the approval that had to come first, if any. */
export interface Sent extends Omit<SentMessage, "type"> {
  readonly type: Route;
  /**
   * Identifier for tracking: the message's hash, the hash of a deposit's transaction on the chain, or the
   * hash of a payment's transaction.
   */
  readonly messageHash: Hex;
  readonly approvals: readonly Hex[];
  /** Bridges that it takes, in order: none inside one member. */
  readonly bridges: readonly Bridge[];
  /**
   * Announcement of the token's name before the transfer, for a token that originates on the sending chain
   * and leaves it for the first time.
   */
  readonly announcement?: Announcement;
  /**
   * Forwarders after the destination, including the one that pays the claimer on L1; absent if the
   * destination is the recipient's chain.
   */
  readonly hops?: readonly ForwardingHop[];
}

/**
 * Sends a coin or an ERC-20 from any member to an account on any member. A payment inside one member is
 * immediate. A deposit from L1 goes through the chain's queue. A withdrawal to L1 waits for
 * `finalizeWithdrawal` after its batch is executed; then the relayer also delivers a transfer between chains.
 * A token that originates on the sending chain is announced before it leaves for the first time, so that it
 * has its name there; a permit (ERC-2612) spares its approval. Without a direct route, as from a chain on a
 * chain to L1, the money goes over forwarders on the intermediate chains, which continue when any account
 * calls them; the result describes the first hop. `signer` is on the sending member. Throws ClientError;
 * NotWithdrawable for a token that L1 cannot pay.
 */
export async function send(ecosystem: Ecosystem, request: SendRequest, signer: Signer): Promise<Sent> {
  const { chainId: source } = findMember(ecosystem, request.chain);
  const to = parseChainAddress(ecosystem, request.to);
  const bridges = bridgesBetween(ecosystem, source, to.chainId);
  return { ...(await sendTo(ecosystem, request, { source, to }, signer)), bridges };
}

/** Result of the sender's own transaction. */
type FirstHop = Omit<Sent, "bridges">;

async function sendTo(
  ecosystem: Ecosystem,
  request: SendRequest,
  { source, to }: { readonly source: number; readonly to: ChainAddress },
  signer: Signer,
): Promise<FirstHop> {
  const amount = positive(request.amount, "send");
  const path = pathBetween(ecosystem, source, to.chainId);
  if (path.length > 2) return sendOn(ecosystem, path, { ...request, chain: source, amount, to }, signer);
  const between = ecosystemBetween(ecosystem, source, to.chainId);
  requireRecipient(between, to);
  const route = routeOf(between, source, to.chainId);
  if (route !== "transfer" && route !== "withdrawal" && (request.fee ?? 0n) > 0n) {
    const message = `a ${route} pays no fee to the account that brings it: leave it out`;
    throw new ClientError("NotOnRoute", message, { option: "fee", route });
  }
  return ROUTES[route](between, { ...request, chain: source, amount, to }, signer);
}

/** A checked request. */
interface Order extends Omit<SendRequest, "to"> {
  readonly chain: number;
  readonly to: ChainAddress;
  readonly hops?: readonly ForwardingHop[];
}

/** Sends to the first of the forwarders on a path. */
async function sendOn(ecosystem: Ecosystem, path: readonly number[], order: Order, signer: Signer): Promise<FirstHop> {
  requireRecipient(ecosystem, order.to);
  const { to, amount, hops } = await onwardOf(ecosystem, { ...order, path, token: order.token, fee: order.fee ?? 0n }, signer);
  const between = ecosystemBetween(ecosystem, order.chain, to.chainId);
  const sent = await ROUTES[routeOf(between, order.chain, to.chainId)](between, { ...order, to, amount, hops, fee: 0n }, signer);
  return { ...sent, hops };
}

type Carry = (ecosystem: Ecosystem, order: Order, signer: Signer) => Promise<FirstHop>;

const ROUTES: Readonly<Record<Route, Carry>> = {
  async payment(ecosystem, { to, amount, token }, signer) {
    const sender = await senderOn(signer, findMember(ecosystem, to.chainId));
    const transactionHash = await pay(ecosystem, to, { amount, token }, sender);
    return {
      type: "payment",
      messageHash: transactionHash,
      transactionHash,
      sender: sender.address,
      approvals: [],
      sourceChainId: to.chainId,
      destinationChainId: to.chainId,
    };
  },
  async deposit(ecosystem, { to, amount, token = ETHER, hops }, signer) {
    const sent = await deposit(ecosystem, { chain: to.chainId, to: to.account, amount, token, hops }, signer);
    const { canonicalTxHash: messageHash, l1TransactionHash: transactionHash, approvals } = sent;
    const sender = (await signer.getAddress()).toLowerCase() as Hex;
    return {
      type: "deposit",
      messageHash,
      transactionHash,
      sender,
      approvals,
      sourceChainId: ecosystem.l1.chainId,
      destinationChainId: to.chainId,
    };
  },
  withdrawal,
  transfer,
};

async function withdrawal(ecosystem: Ecosystem, order: Order, signer: Signer): Promise<FirstHop> {
  const { chain, token, fee = 0n } = order;
  if (fee === 0n) {
    const { to, amount, hops } = order;
    const sent = await withdraw(ecosystem, { chain, to: to.account, amount, token, hops }, signer);
    return { ...sent, type: "withdrawal", approvals: [] };
  }
  const sender = await senderOn(signer, findChain(ecosystem, chain));
  const found = await findToken(ecosystem, findChain(ecosystem, chain), token, sender.provider);
  requireWithdrawable(ecosystem, found.originChainId, found.address);
  const { to, hop } = paidClaimOf(ecosystem, { to: order.to, token: found, fee });
  const sent = await withdrawal(ecosystem, { ...order, to, amount: order.amount + fee, fee: 0n, hops: [hop] }, signer);
  return { ...sent, hops: [hop] };
}

async function transfer(
  ecosystem: Ecosystem,
  { chain: source, to, amount, fee = 0n, ...request }: Order,
  signer: Signer,
): Promise<FirstHop> {
  const chain = findChain(ecosystem, source);
  const sender = await senderOn(signer, chain);
  const token = await findToken(ecosystem, chain, request.token, sender.provider);
  const { data, approvals } = await allowedSend(sender, token, { to, amount, fee });
  const announcement = await announceFirst(ecosystem, sender, token);
  const value = token.isBase ? amount + fee : 0n;
  const receipt = await submit(sender, { to: PREDEPLOYS.L2AssetRouter, data: withHops(data, request.hops ?? []), value });
  // The token's own code may have sent others before, transfers too.
  const message = sentMessages(chain.chainId, ecosystem.l1.chainId, receipt).findLast(({ type }) => type === "transfer");
  if (message === undefined) throw new Error(`transaction ${receipt.hash} sent no transfer`);
  return { ...message, type: "transfer", approvals, ...(announcement === undefined ? {} : { announcement }) };
}

/**
 * Call of the router, and any approval before it: the vault locks a token that originates here, and burns
 * others.
 */
async function allowedSend(
  sender: Sender,
  token: ChainToken,
  { to, amount, fee }: Required<Pick<Order, "to" | "amount">> & { readonly fee: bigint },
): Promise<{ readonly data: string; readonly approvals: readonly Hex[] }> {
  const place = encodeChainAddress(to);
  const data =
    fee > 0n
      ? assetRouter.encodeFunctionData("sendWithFee", [place, token.address, amount, fee])
      : assetRouter.encodeFunctionData("sendToChain", [to.chainId, token.address, amount, to.account]);
  if (token.isBase) return { data, approvals: [] };
  if (token.originChainId !== sender.member.chainId) {
    await requireTokens(sender, token.address, amount + fee);
    return { data, approvals: [] };
  }
  const vault = PREDEPLOYS.L2NativeTokenVault;
  if (await hasAllowance(sender, token.address, vault, amount + fee)) return { data, approvals: [] };
  const permit = fee > 0n ? undefined : await signPermit(sender, token.address, amount);
  if (permit !== undefined) {
    const args = [place, token.address, amount, ...permit];
    const permitted = assetRouter.encodeFunctionData("sendWithPermit", args);
    const call = { from: sender.address, to: PREDEPLOYS.L2AssetRouter, data: permitted };
    const passes = await sender.provider.call(call).then(
      () => true,
      // Not every token that says so takes ERC-2612's permits.
      () => false,
    );
    if (passes) return { data: permitted, approvals: [] };
  }
  const approval = await ensureAllowance(sender, token.address, vault, amount + fee);
  return { data, approvals: approval === undefined ? [] : [approval] };
}

/** Throws ClientError MalformedAddress for accounts with which money would be lost, on this route or another. */
export function requireRecipient(ecosystem: Ecosystem, to: ChainAddress): void {
  const isHandler = to.account === PREDEPLOYS.InteropHandler && to.chainId !== ecosystem.l1.chainId;
  if (BigInt(to.account) !== 0n && !isHandler) return;
  const place = formatChainAddress(ecosystem, to);
  const message = `${place} belongs to no account: what is sent there would be lost; name another recipient`;
  throw new ClientError("MalformedAddress", message, { to: place });
}
