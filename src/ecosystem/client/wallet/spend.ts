import type { Signer } from "ethers";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import {
  formatChainAddress,
  parseAccount,
  parseChainAddress,
  type ChainAddress,
  type ChainAddressLike,
} from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { estimateSend, type ProviderOf } from "../transfers/estimate.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";
import { routeOf, type Route } from "../ecosystem/route.ts";
import { requireRecipient, send, type Sent } from "../transfers/send.ts";
import { findAsset, holdingsOf, tokenOn, type AssetOrigin, type Holding } from "./spendable.ts";
import { positive } from "../sending/submit.ts";
import { requireWithdrawable } from "../messages/withdraw.ts";

/** A payment out of what an account has on all members together. */
export interface SpendRequest {
  /**
   * "ETH", the symbol of a chain's base token, a token's address on L1, or `0x…@chain` for any other. The
   * name that a token reports is not accepted, because another token can report the same.
   */
  readonly asset: string;
  /** Smallest units. */
  readonly amount: bigint;
  /** `0x…@chain`, ERC-7930 bytes, or the parts; L1 too. */
  readonly to: ChainAddressLike;
}

/** A payment to plan. */
export interface SpendToEstimate extends SpendRequest {
  readonly sender: string;
  /**
   * Coins that remain on a member, if other accounts pay for gas (`bringPlan`). Default: 600,000 gas at the
   * current fees.
   */
  readonly keep?: ((chainId: number) => bigint) | undefined;
}

/** Part of a payment from one member. */
export interface SpendPart {
  readonly name: string;
  readonly chainId: number;
  readonly route: Route;
  readonly amount: bigint;
  /** The token there. */
  readonly token: Hex;
  /** Gas of the delivery, without a proof's check. */
  readonly deliveryGas: bigint;
  /** Why money on this member may be out of reach: such members give last. */
  readonly cautions: readonly string[];
}

/** Sources of a payment. */
export interface SpendPlan {
  readonly origin: AssetOrigin;
  readonly sender: Hex;
  readonly to: ChainAddress;
  /** The destination's own first. Their amounts make up the whole. */
  readonly parts: readonly SpendPart[];
}

/** A payment on its way. */
export interface Spent extends Omit<SpendPlan, "parts"> {
  readonly parts: readonly (SpendPart & { readonly sent: Sent })[];
}

/**
 * Plans a payment: first what the sender has on the destination, then the members that nothing speaks against, the largest
 * balances first, so that the parts are few; members with cautions last. Every part is run on the destination once. Sends
 * nothing. Throws ClientError: InsufficientFunds where all members together have too little, and what `estimateSend` throws.
 */
export async function estimateSpend(ecosystem: Ecosystem, request: SpendToEstimate, providerOf: ProviderOf): Promise<SpendPlan> {
  const to = parseChainAddress(ecosystem, request.to);
  requireRecipient(ecosystem, to);
  const amount = positive(request.amount, "payment");
  const sender = parseAccount(request.sender);
  const origin = await findAsset(ecosystem, request.asset, providerOf);
  if (to.chainId === ecosystem.l1.chainId) requireWithdrawable(ecosystem, origin.originChainId, origin.originToken);
  const holdings = await holdingsOf(ecosystem, origin, { sender, to, keep: request.keep }, providerOf);
  const chosen = chooseParts(holdings, amount, to.chainId);
  if (chosen === undefined) throw tooLittle(request, holdings, sender);
  const parts: SpendPart[] = [];
  for (const { name, chainId, token, cautions, taken } of chosen) {
    const part = { chain: chainId, to: placeOf(to), amount: taken, token: tokenOn(ecosystem, { chainId, token }), sender };
    const { deliveryGas } = await estimateSend(ecosystem, part, providerOf);
    const route = routeOf(ecosystem, chainId, to.chainId);
    parts.push({ name, chainId, route, amount: taken, token, deliveryGas, cautions });
  }
  return { origin, sender, to, parts };
}

/**
 * Pays out of the sender's balances on all members, by one transaction on each that gives a part. The destination's own part,
 * which cannot come back, is paid last. `signerOf` gives the sender's signer on a member. Throws ClientError as `estimateSpend`
 * does, before anything is sent; PartFailed where a part cannot be sent, with what was `sent`, is `missing` and is `unsure` in
 * `details`: an unsure part may have left, and its member does not tell.
 */
export async function spend(
  ecosystem: Ecosystem,
  request: SpendRequest,
  signerOf: (chainId: number) => Signer | Promise<Signer>,
  providerOf: ProviderOf,
): Promise<Spent> {
  const { chainId } = parseChainAddress(ecosystem, request.to);
  const sender = await (await signerOf(chainId)).getAddress();
  const plan = await estimateSpend(ecosystem, { ...request, sender }, providerOf);
  const sent = new Map<SpendPart, Sent>();
  for (const part of plan.parts.toReversed()) {
    let isUnderWay = false;
    try {
      const signer = await signerOf(part.chainId);
      await requireSame(signer, plan.sender, part);
      const order = { chain: part.chainId, to: placeOf(plan.to), amount: part.amount, token: tokenOn(ecosystem, part) };
      isUnderWay = true;
      sent.set(part, await send(ecosystem, order, signer));
    } catch (error) {
      const isUnsure = isUnderWay && !(error instanceof ClientError && error.code !== "Unconfirmed");
      throw partFailed(ecosystem, plan, { part, isUnsure }, sent, error);
    }
  }
  return { ...plan, parts: plan.parts.flatMap((part) => whole(part, sent.get(part))) };
}

/** The fewest parts, in the order of the rules; undefined where there is not enough. */
function chooseParts(
  holdings: readonly Holding[],
  amount: bigint,
  destination: number,
): readonly (Holding & { readonly taken: bigint })[] | undefined {
  const rank = ({ chainId, cautions }: Holding): number => (chainId === destination ? 0 : cautions.length === 0 ? 1 : 2);
  const inOrder = holdings
    .filter(({ spendable }) => spendable > 0n)
    .toSorted(
      (a, b) => rank(a) - rank(b) || (a.spendable === b.spendable ? a.chainId - b.chainId : a.spendable < b.spendable ? 1 : -1),
    );
  let missing = amount;
  const chosen: (Holding & { readonly taken: bigint })[] = [];
  for (const holding of inOrder) {
    if (missing === 0n) break;
    const taken = holding.spendable < missing ? holding.spendable : missing;
    chosen.push({ ...holding, taken });
    missing -= taken;
  }
  return missing === 0n ? chosen : undefined;
}

function whole(part: SpendPart, sent: Sent | undefined): Spent["parts"] {
  return sent === undefined ? [] : [{ ...part, sent }];
}

async function requireSame(signer: Signer, sender: Hex, { name }: SpendPart): Promise<void> {
  const address = parseAccount(await signer.getAddress());
  if (address === sender) return;
  throw new ClientError("WrongChain", `the signer on ${name} is ${address}, and the payment is ${sender}'s: use one account`, {
    expected: sender,
    got: address,
  });
}

function placeOf({ chainId, account }: ChainAddress): ChainAddressLike {
  return { chain: chainId, account };
}

function tooLittle({ asset, amount }: SpendRequest, holdings: readonly Holding[], sender: Hex): ClientError {
  const spendable = holdings.reduce((sum, holding) => sum + holding.spendable, 0n);
  const found = holdings.map(({ name, spendable: units, why }) => `${units} on ${name}${why === undefined ? "" : ` (${why})`}`);
  const message =
    `${sender} can spend ${spendable} units of ${asset}, and ${amount} are asked: ${found.join(", ")}; ` +
    "wait for what is on its way, or spend less";
  return new ClientError("InsufficientFunds", message, { address: sender, balance: spendable, needed: amount });
}

function partFailed(
  ecosystem: Ecosystem,
  { parts, to }: SpendPlan,
  { part: failed, isUnsure }: { readonly part: SpendPart; readonly isUnsure: boolean },
  sent: ReadonlyMap<SpendPart, Sent>,
  cause: unknown,
): ClientError {
  const { amount: own, name: member } = failed;
  const isMissing = (part: SpendPart): boolean => !sent.has(part) && !(isUnsure && part === failed);
  const missing = parts.reduce((sum, part) => (isMissing(part) ? sum + part.amount : sum), 0n);
  const before = [...sent].map(([{ amount, name }, { transactionHash }]) => `${amount} from ${name} (${transactionHash})`);
  const underWay = `On its way to ${formatChainAddress(ecosystem, to)}: ${before.length === 0 ? "nothing" : before.join(", ")}`;
  const what = isUnsure
    ? `whether the part of ${own} from ${member} has left is not known`
    : `the part of ${own} from ${member} was not sent`;
  const remedy = isUnsure
    ? `look for it on ${member} first, and spend ${missing + own} again if it has not left, ${missing} if it has`
    : `spend ${missing} again, after the cause is fixed`;
  const message = `${what}: ${reasonOf(cause)}. ${underWay}. The other ${missing} have not left the sender: ${remedy}`;
  const details = { sent: [...sent.values()], failed, missing, unsure: isUnsure ? own : 0n };
  return new ClientError("PartFailed", message, details, { cause });
}
