import type { Provider, Signer } from "ethers";
import { AssetMessageKind, assetId, decodeAssetMessage } from "../../../ground/protocol/asset-message.ts";
import { deliveryFlagKey } from "../../../ground/protocol/delivery-flag.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { l2LogProof } from "../../../ground/protocol/log-proof.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { decodeListEntry, listFee } from "../../../ground/protocol/transfer-list.ts";
import { askSlot, slotProof, type AskedNode } from "../../relayer/state-proof.ts";
import type { L1View, MessagePlace } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { assetRouter, stateExit } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { hasExited, lastExecuted, stateExitOf } from "../standing/ended-chain.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { findToken, type ChainToken } from "../tokens/token.ts";
import type { SentList } from "./transfer-list.ts";
import { viewL1 } from "../messages/withdraw.ts";

/** Amount of a list's entry that its token refused to pay; the destination chain of the list owes it. */
export interface OwedListed {
  /** The chain that owes it. */
  readonly chain: ChainName;
  /** The token's address there. */
  readonly token: string;
  readonly recipient: string;
}

/** Amount that `claimListed` would pay, in smallest units. `provider` is on the chain. Throws ClientError. */
export async function owedListed(ecosystem: Ecosystem, owed: OwedListed, provider: Provider): Promise<bigint> {
  return amountOwed(await owedToken(ecosystem, owed, provider), owed, provider);
}

/**
 * Claims on a chain the amount that lists owe an account; any account may. `signer` is on the chain. Throws
 * ClientError.
 */
export async function claimListed(
  ecosystem: Ecosystem,
  owed: OwedListed,
  signer: Signer,
): Promise<{ readonly amount: bigint; readonly transactionHash: Hex }> {
  const sender = await senderOn(signer, findChain(ecosystem, owed.chain));
  const token = await owedToken(ecosystem, owed, sender.provider);
  const amount = await amountOwed(token, owed, sender.provider);
  const args = [token.originChainId, token.originToken, parseAccount(owed.recipient)];
  const { hash } = await submit(sender, {
    to: PREDEPLOYS.L2AssetRouter,
    data: assetRouter.encodeFunctionData("claimListed", args),
  });
  return { amount, transactionHash: hash as Hex };
}

function owedToken(all: Ecosystem, { chain: name, token }: OwedListed, provider: Provider): Promise<ChainToken> {
  const chain = findChain(all, name);
  return findToken(ecosystemOf(all, chain), chain, token, provider);
}

async function amountOwed(
  { originChainId, originToken }: ChainToken,
  { recipient }: OwedListed,
  provider: Provider,
): Promise<bigint> {
  const args = [assetId(BigInt(originChainId), originToken), parseAccount(recipient)];
  const data = assetRouter.encodeFunctionData("owedOf", args);
  return BigInt(await provider.call({ to: PREDEPLOYS.L2AssetRouter, data }));
}

/** One entry of a list that its chain has not taken, and never will. */
export interface LostEntry {
  /** The chain that sent the list. */
  readonly chain: ChainName;
  /** List from `findSentList`. */
  readonly list: SentList;
  readonly place: number;
  /** Account on L1. Default: the signer's. */
  readonly to?: string | undefined;
}

/** Amount that L1 refunded for an entry. */
export interface RefundedEntry {
  readonly amount: bigint;
  readonly to: Hex;
  readonly l1TransactionHash: Hex;
}

/**
 * Refunds on L1 an entry of a list whose destination ended before it took the list; of a list that L1
 * refused, whose source ended. `signer` is the entry's recipient, on L1 or on the common settlement layer.
 * `nodeOf` returns a node of the ended chain, or another source of its state; the node proves the state, and
 * L1 verifies it. Throws ClientError; Refused with the reason if L1 would not pay.
 */
export async function refundListed(
  all: Ecosystem,
  { chain, list, place, to }: LostEntry,
  signer: Signer,
  nodeOf: (chainId: number) => AskedNode,
  given?: L1View,
): Promise<RefundedEntry> {
  const source = findChain(all, chain);
  const ecosystem = ecosystemOf(all, source);
  const sender = await senderOn(signer, ecosystem.l1);
  const entry = list.entries[place];
  if (entry === undefined) throw refused(`the list has places 0 to ${list.entries.length - 1}, and no place ${place}`);
  const { recipient, amount } = decodeListEntry(entry);
  if (sender.address !== recipient)
    throw refused(`entry ${place} is ${recipient}'s, the signer is ${sender.address}: sign with that account's key`);
  const view = given ?? viewL1(ecosystem, sender.provider);
  await view.poll();
  const sent = executedPlace(view, source, list.messageHash);
  const transfer = decodeAssetMessage(sent.body);
  if (transfer?.kind !== AssetMessageKind.hyperbridgeSend) throw refused(`${list.messageHash} is the message of no list`);
  const isRefused = sent.batch.refusedDestinations.includes(transfer.destinationChainId);
  const ended = findChain(all, isRefused ? source.chainId : Number(transfer.destinationChainId));
  await requireEnded(ended, sender);
  const absence = await proveUntaken(view, { source, ended, messageHash: list.messageHash }, nodeOf(ended.chainId));
  const undelivered = {
    sourceChainId: sent.batch.chainId,
    batchNumber: sent.batch.batchNumber,
    messageIndex: sent.index,
    message: toHex(sent.body),
    merkleProof: l2LogProof(sent.logLeaves, sent.index),
    ...absence,
  };
  const account = to === undefined ? sender.address : parseAccount(to);
  const data = stateExit.encodeFunctionData("refundListed", [undelivered, list.number, list.entries, place, account]);
  const exit = await stateExitOf(ecosystem.l1.contracts.bridge, sender.provider);
  const { hash } = await submit(sender, { to: exit, data });
  // The first entry's owner gets what was given for the delivery.
  const fee = place === 0 ? listFee(transfer.amount, list.entries) : 0n;
  return { amount: amount + fee, to: account, l1TransactionHash: hash as Hex };
}

function executedPlace(view: L1View, { chainId, name, settlesOn }: EcosystemChain, messageHash: Hex): MessagePlace {
  const places = view.messages(BigInt(chainId), PREDEPLOYS.L2AssetRouter, messageHash);
  const executed = places.find(({ batch }) => batch.executed !== undefined);
  if (executed !== undefined) return executed;
  throw refused(
    `${settlesOn?.name ?? "L1"} has executed no batch of ${name} that sent the list ${messageHash}: wait until its batch is executed`,
  );
}

async function requireEnded({ chainId, name, hyperchain }: EcosystemChain, { provider }: Sender): Promise<void> {
  if (await hasExited(hyperchain, provider)) return;
  throw refused(
    `${name} has not ended, so it can still take the list (hyperchain:deliver brings it); a chain that ignores its ` +
      "queue is ended by hyperchain:exit --activate",
    { chainId },
  );
}

/** That the ended chain's last executed state has no mark of the list. */
async function proveUntaken(
  view: L1View,
  { source, ended, messageHash }: { readonly source: EcosystemChain; readonly ended: EcosystemChain; readonly messageHash: Hex },
  node: AskedNode,
) {
  const last = lastExecuted(view, ended.chainId);
  const { slot } = deliveryFlagKey(BigInt(source.chainId), messageHash);
  if (last === undefined)
    throw refused(
      `${ended.settlesOn?.name ?? "L1"} has executed no batch of ${ended.name}, and nodes prove only states after batches: this client cannot show that it took nothing`,
    );
  const shown = await askSlot(node, PREDEPLOYS.L2AssetRouter, slot, last);
  if (BigInt(shown.value) !== 0n) throw refused(`${ended.name} has taken the list ${messageHash}, so its entries are paid there`);
  const { leaf: low, path } = slotProof(shown, false);
  return { low, path };
}

function refused(reason: string, details: Readonly<Record<string, unknown>> = {}): ClientError {
  return new ClientError("Refused", reason, details);
}
