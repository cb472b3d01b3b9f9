import type { Signer } from "ethers";
import { readCrossChainMessage } from "../../../ground/protocol/cross-chain-message.ts";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { buildDelivery, listGas, type Deliverable, type Delivery } from "../../relayer/delivery.ts";
import { carriersOf, describeSentTooEarly, isSentTooEarly } from "../../relayer/sent-too-early.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { sendRoot } from "../queue/l1-word.ts";
import { encodeDirectRequest, queuedRequest, requestCost, type QueuedRequest } from "../queue/l1-request.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { ensureAllowance, ETHER, l1TokenOf } from "../tokens/token.ts";
import type { SentList } from "./transfer-list.ts";
import { viewL1 } from "../messages/withdraw.ts";

/** A message that L1's queue shall bring to its destination. */
export interface ForcedDeliveryRequest {
  /** The chain that sent it. */
  readonly chain: ChainName;
  readonly messageHash: Hex;
  /**
   * Registry index of a root with the message that the destination has, or, of a transfer that L1 refused, the chain
   * that sent it.
   * Default: none, and L1 sends it the latest.
   */
  readonly rootIndex?: bigint | undefined;
  /** Content of a list of transfers, which L1 does not have (`findSentList`). */
  readonly list?: SentList | undefined;
  /**
   * For the delivery, on the destination. A transfer's costs no base token up to 500,000, which is its default; for others
   * the default is 2,000,000, for a list 1,500,000 and 45,000 an entry, and the signer pays them on L1, as more for a transfer.
   */
  readonly gasLimit?: bigint | undefined;
}

/** A message's delivery in its destination's queue. */
export interface ForcedDelivery {
  /** Recipient chain; for a transfer that L1 refused, the chain that sent it. */
  readonly destinationChainId: number;
  /** Registry index of the root that it is proven against. */
  readonly rootIndex: bigint;
  /** Hash of the transaction on the destination that records the root; absent where the destination had one. */
  readonly rootTransactionHash?: Hex;
  /** Hash of the transaction on the destination that delivers the message, or gives it back. */
  readonly deliveryTransactionHash: Hex;
  /** The last of them on L1. */
  readonly l1TransactionHash: Hex;
}

/** Maximum gas of a transfer's delivery that costs no base token. */
const FREE_GAS = 500_000n;
const PAID_GAS = 2_000_000n;
/** Contracts whose messages another chain must execute. */
const SENDERS = [PREDEPLOYS.L2AssetRouter, PREDEPLOYS.InteropCenter, PREDEPLOYS.InteropHandler] as const;

/**
 * Delivers a message through the queue of its destination, which must accept it or stop: for a chain that
 * imports no root, or whose operator admits no delivery. A transfer that L1 refused is refunded to its sender
 * through the queue of the chain that sent it. So is each transfer of a refused bundle. L1's records suffice:
 * neither chain is queried. `view` must contain the bodies that a chain withholds from L1. `signer` is on L1
 * and pays the gas there. Throws ClientError; NotDeliverable for a message that L1 does not have, and for a
 * bundle that was sent before its destination existed.
 */
export async function forceDelivery(
  ecosystem: Ecosystem,
  request: ForcedDeliveryRequest,
  signer: Signer,
  view?: L1View,
): Promise<ForcedDelivery> {
  const source = findChain(ecosystem, request.chain);
  const sender = await senderOn(signer, ecosystem.l1);
  const seen = view ?? viewL1(ecosystem, sender.provider);
  await seen.poll();
  const message = findRefund(seen, source, request.messageHash) ?? findMessage(seen, BigInt(source.chainId), request.messageHash);
  if (message !== undefined && isSentTooEarly(seen, message)) throw nothingToDeliver(message);
  const rootIndex = request.rootIndex ?? BigInt(seen.registry.leafCount);
  const bodyOf = (chainId: bigint, bundleHash: Hex): Uint8Array | undefined =>
    seen.messages(chainId, PREDEPLOYS.InteropCenter, bundleHash)[0]?.body;
  const known = { bundleBodies: bodyOf, findList: () => request.list };
  const delivery = message === undefined ? undefined : buildDelivery(seen, message, { root: rootIndex }, 0, known);
  if (message === undefined || delivery === undefined) throw notDeliverable(source, request);
  const destination = findChain(ecosystem, Number(message.destinationChainId));
  const root = request.rootIndex === undefined ? await sendRoot(ecosystem, destination, rootIndex, sender) : undefined;
  const queued = await queueDelivery(
    ecosystem,
    destination,
    { delivery, gasLimit: request.gasLimit ?? (request.list && listGas(request.list)) },
    sender,
  );
  return {
    destinationChainId: destination.chainId,
    rootIndex,
    ...(root === undefined ? {} : { rootTransactionHash: root }),
    deliveryTransactionHash: queued.canonicalTxHash,
    l1TransactionHash: queued.receipt.hash as Hex,
  };
}

function findMessage(view: L1View, sourceChainId: bigint, messageHash: Hex): Deliverable | undefined {
  for (const sender of SENDERS) {
    for (const { body } of view.messages(sourceChainId, sender, messageHash)) {
      const message = readCrossChainMessage(sender, body);
      if (message !== undefined) return { sourceChainId, sender, messageHash, ...message };
    }
  }
  return undefined;
}

/** Finds a transfer, also one of a bundle, that can only be refunded. */
function findRefund(view: L1View, { chainId }: EcosystemChain, messageHash: Hex): Deliverable | undefined {
  const refused = view
    .refusedTransfers()
    .find(({ batch, body }) => batch.chainId === BigInt(chainId) && keccak(body) === messageHash);
  if (refused === undefined) return undefined;
  const { batch, sender, transfer } = refused;
  const { chainId: sourceChainId, refusedDestinations } = batch;
  const { destinationChainId } = transfer;
  const asSent = { sourceChainId, destinationChainId, messageHash, content: { type: "transfer", transfer } } as const;
  if (!isSentTooEarly(view, asSent)) return undefined;
  const content = { type: "refund", transfer, refused: refusedDestinations } as const;
  return { sourceChainId, destinationChainId: sourceChainId, sender, messageHash, content };
}

function nothingToDeliver(message: Deliverable): ClientError {
  const { messageHash } = message;
  const carriers = carriersOf(message);
  return new ClientError(
    "NotDeliverable",
    `${describeSentTooEarly(message, false)}; it is in ${carriers.join(", ")}: refund each`,
    { messageHash, carriers },
  );
}

function notDeliverable({ name }: EcosystemChain, { messageHash, rootIndex }: ForcedDeliveryRequest): ClientError {
  const known = rootIndex === undefined ? "L1 has executed no batch" : `root ${rootIndex} holds no batch`;
  return new ClientError(
    "NotDeliverable",
    `${known} of ${name} that sends ${messageHash} to another chain; wait until its batch is executed, or check the hash`,
    { messageHash, rootIndex },
  );
}

async function queueDelivery(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  { delivery, gasLimit: given }: { readonly delivery: Delivery; readonly gasLimit: bigint | undefined },
  sender: Sender,
): Promise<QueuedRequest> {
  const { factory, bridge: bridgeAddress } = ecosystem.l1.contracts;
  const chainId = BigInt(chain.chainId);
  const isTransfer = delivery.to === PREDEPLOYS.L2AssetRouter;
  const gasLimit = given ?? (isTransfer ? FREE_GAS : PAID_GAS);
  const mintValue = isTransfer && gasLimit <= FREE_GAS ? 0n : await requestCost(factory, chainId, gasLimit, sender.signer);
  const base = l1TokenOf(chain, undefined);
  if (mintValue > 0n && base !== ETHER) await ensureAllowance(sender, base, bridgeAddress, mintValue);
  const terms = { chainId, hyperchain: chain.hyperchain, mintValue, gasLimit, refundRecipient: sender.address };
  const data = encodeDirectRequest({ ...terms, to: delivery.to, value: 0n, data: delivery.data });
  const value = base === ETHER ? mintValue : 0n;
  return queuedRequest(await submit(sender, { to: factory, data, value }), chain.hyperchain);
}
