import type { Provider, Signer } from "ethers";
import {
  ASSET_ROUTER_ADDRESS,
  AssetMessageKind,
  BASE_TOKEN_ADDRESS,
  decodeAssetMessage,
} from "../../../ground/protocol/asset-message.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { withHops, type ForwardingHop } from "../../relayer/forwarding.ts";
import { proveWithdrawal } from "../../relayer/inclusion-proof.ts";
import { L1View, type MessagePlace } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { waitUntil, type WaitOptions } from "../ecosystem/wait-until.ts";
import { assetRouter, baseToken, bridge, topicOf } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { bringPaid, claimPaid, paidHopOf } from "./paid-claim.ts";
import { sentMessages, type SentMessage } from "./sent-messages.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { positive, senderOn, submit } from "../sending/submit.ts";
import { findToken, requireTokens } from "../tokens/token.ts";

/** Money on its way from a chain to L1. */
export interface WithdrawRequest {
  readonly chain: ChainName;
  /** Smallest units. */
  readonly amount: bigint;
  /** The token's address on the chain or on L1; default: the base token. */
  readonly token?: string | undefined;
  /** Account on L1; default: the signer's own. */
  readonly to?: string | undefined;
  /** Forwarders after the withdrawal; `to` is the first. */
  readonly hops?: readonly ForwardingHop[] | undefined;
}

/**
 * Takes money out of a chain, to L1 or to the chain on which it settles. When that has executed its batch,
 * `finalizeWithdrawal` pays it. `signer` is on the chain. Throws ClientError; NotWithdrawable for a token
 * that does not originate on L1.
 */
export async function withdraw(all: Ecosystem, request: WithdrawRequest, signer: Signer): Promise<SentMessage> {
  const chain = findChain(all, request.chain);
  const ecosystem = ecosystemOf(all, chain);
  const amount = positive(request.amount, "withdrawal");
  const sender = await senderOn(signer, chain);
  const recipient = request.to === undefined ? sender.address : parseAccount(request.to);
  const token = await findToken(ecosystem, chain, request.token, sender.provider);
  requireWithdrawable(ecosystem, token.originChainId, token.address);
  if (!token.isBase) await requireTokens(sender, token.address, amount);
  const transaction = token.isBase
    ? { to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [recipient]), value: amount }
    : {
        to: PREDEPLOYS.L2AssetRouter,
        data: assetRouter.encodeFunctionData("withdraw(address,address,uint256)", [recipient, token.address, amount]),
      };
  const receipt = await submit(sender, { ...transaction, data: withHops(transaction.data, request.hops ?? []) });
  const message = sentMessages(chain.chainId, ecosystem.l1.chainId, receipt).find(({ type }) => type === "withdrawal");
  if (message === undefined) throw new Error(`transaction ${receipt.hash} sent no withdrawal`);
  return message;
}

/** Throws ClientError NotWithdrawable for a token that does not originate on L1. */
export function requireWithdrawable(ecosystem: Ecosystem, originChainId: number, token: Hex): void {
  if (originChainId === ecosystem.l1.chainId) return;
  const message = `${token} originates on chain ${originChainId}, not on L1, so L1 has nothing to pay it with; send it to that chain instead`;
  throw new ClientError("NotWithdrawable", message, { token, originChainId });
}

/** Which withdrawal is claimed. */
export interface WithdrawalName {
  readonly chain: ChainName;
  readonly messageHash: Hex;
}

/** A withdrawal, and what it pays its claimer. */
export interface ClaimedWithdrawal extends WithdrawalName {
  /**
   * Forwarders of a send with a fee, from `send` or `hopsOf`. Without them the payment goes to the address
   * that waits for the recipient.
   */
  readonly hops?: readonly ForwardingHop[] | undefined;
}

/** State of a withdrawal on L1. `ready`: its batch is executed, and it can be claimed. */
export type WithdrawalState = "unknown" | "committed" | "proven" | "ready" | "paid";

/** A withdrawal's claim. */
export type FinalizedWithdrawal =
  | { readonly state: "paid"; readonly l1TransactionHash: Hex }
  /** Nothing was sent: it has been claimed, by this account or another; undefined where L1's node keeps no log of that. */
  | { readonly state: "paidBefore"; readonly l1TransactionHash: Hex | undefined }
  /** Nothing was sent: it cannot be claimed yet. */
  | { readonly state: Exclude<WithdrawalState, "ready" | "paid"> };

/**
 * Pays a withdrawal to its recipient through the bridge on L1; anyone may. Reads all data from L1. `signer`
 * is on L1, or on the chain's settlement layer, pays the gas, and receives the fee of `hops`. Pass `view` to
 * spare reading L1 from the start. Throws ClientError.
 */
export async function finalizeWithdrawal(
  all: Ecosystem,
  name: ClaimedWithdrawal,
  signer: Signer,
  view?: L1View,
): Promise<FinalizedWithdrawal> {
  const chain = findChain(all, name.chain);
  const ecosystem = ecosystemOf(all, chain);
  const sender = await senderOn(signer, ecosystem.l1);
  const seen = view ?? viewL1(ecosystem, sender.provider);
  await seen.poll();
  const { state, place } = await findWithdrawal(ecosystem, name, seen, sender.provider);
  if (place === undefined) return { state: "unknown" };
  const hop = paidHopOf(ecosystem, place.body, name.hops ?? []);
  if (state === "paid") {
    const brought = hop === undefined ? undefined : await bringPaid(ecosystem, hop, sender);
    if (brought !== undefined) return { state: "paid", l1TransactionHash: brought };
    return { state: "paidBefore", l1TransactionHash: await claimOf(ecosystem.l1.contracts.bridge, place, sender.provider) };
  }
  if (state !== "ready") return { state };
  const claim = proveWithdrawal(place);
  if (claim === undefined) throw new Error(`withdrawal ${name.messageHash} of ${chain.name} is ready and cannot be proven`);
  if (hop !== undefined) return { state: "paid", l1TransactionHash: await claimPaid(ecosystem, hop, claim, sender) };
  const receipt = await submit(sender, {
    to: ecosystem.l1.contracts.bridge,
    data: bridge.encodeFunctionData("finalizeDeposit", [claim]),
  });
  return { state: "paid", l1TransactionHash: receipt.hash as Hex };
}

/**
 * Waits until L1 has executed a withdrawal's batch, and claims it. `signer` as for {@link finalizeWithdrawal}. Throws
 * ClientError, TimedOut with the state.
 */
export async function claimWithdrawal(
  ecosystem: Ecosystem,
  name: ClaimedWithdrawal,
  signer: Signer,
  options: WaitOptions = {},
): Promise<FinalizedWithdrawal & { readonly state: "paid" | "paidBefore" }> {
  let state: FinalizedWithdrawal["state"] = "unknown";
  const look = async () => {
    const claim = await finalizeWithdrawal(ecosystem, name, signer);
    ({ state } = claim);
    return claim.state === "paid" || claim.state === "paidBefore" ? claim : undefined;
  };
  const late = (timeoutMs: number): ClientError =>
    new ClientError("TimedOut", `withdrawal ${name.messageHash} was not ready within ${timeoutMs} ms; it is ${state} on L1`, {
      state,
    });
  return waitUntil(look, late, options);
}

/** Withdrawal, and its state. */
export interface FoundWithdrawal {
  readonly state: WithdrawalState;
  /** Undefined where the state is unknown. */
  readonly place: MessagePlace | undefined;
}

const PROGRESS: readonly WithdrawalState[] = ["ready", "proven", "committed", "paid"];

/**
 * The withdrawal of this name that can be claimed soonest, by what `view` has read: a chain may have sent the same several times.
 * Messages with this body from other senders do not count.
 */
export async function findWithdrawal(
  ecosystem: Ecosystem,
  name: WithdrawalName,
  view: L1View,
  l1: Provider,
): Promise<FoundWithdrawal> {
  const chain = findChain(ecosystem, name.chain);
  const places = [ASSET_ROUTER_ADDRESS, BASE_TOKEN_ADDRESS]
    .flatMap((sender) => view.messages(BigInt(chain.chainId), sender, name.messageHash))
    .filter(({ body }) => decodeAssetMessage(body)?.kind === AssetMessageKind.withdrawal);
  let soonest: FoundWithdrawal = { state: "unknown", place: undefined };
  for (const place of places) {
    const state = await stateOf(ecosystem, place, l1);
    if (state === "ready") return { state, place };
    if (soonest.place === undefined || PROGRESS.indexOf(state) < PROGRESS.indexOf(soonest.state)) soonest = { state, place };
  }
  return soonest;
}

async function stateOf(ecosystem: Ecosystem, { batch, index }: MessagePlace, l1: Provider): Promise<WithdrawalState> {
  if (batch.executed === undefined) return batch.proven === undefined ? "committed" : "proven";
  const data = bridge.encodeFunctionData("isWithdrawalFinalized", [batch.chainId, batch.batchNumber, index]);
  const answer = await l1.call({ to: ecosystem.l1.contracts.bridge, data });
  return bridge.decodeFunctionResult("isWithdrawalFinalized", answer)[0] === true ? "paid" : "ready";
}

/** The transaction in which the bridge on L1 paid a withdrawal; undefined where it has not. */
async function claimOf(
  address: Hex,
  { batch: { chainId, batchNumber, executed }, index }: MessagePlace,
  l1: Provider,
): Promise<Hex | undefined> {
  const topics = [withdrawalClaimed(), wordToHex(chainId), wordToHex(batchNumber), wordToHex(BigInt(index))];
  const question = { address, topics, fromBlock: executed?.blockNumber ?? 0, toBlock: await l1.getBlockNumber() };
  const [log] = await readLogs(l1, question, DEFAULT_BLOCKS_PER_PAGE);
  return log?.transactionHash as Hex | undefined;
}

/** Topic of the event with which L1's bridge pays a withdrawal. */
export const withdrawalClaimed = (): string => topicOf(bridge, "WithdrawalClaimed");

/** Reads of L1 what withdrawals need; polled by those that use it. */
export function viewL1(ecosystem: Ecosystem, l1: Provider): L1View {
  const chains = ecosystem.chains.map(({ chainId, hyperchain }) => ({ chainId: BigInt(chainId), hyperchain }));
  return new L1View({ chains, registry: ecosystem.l1.contracts.roots, fromBlock: ecosystem.l1.fromBlock ?? 0 }, { provider: l1 });
}
