import type { Interface } from "ethers";
import { bundleAssetMessages } from "../../ground/protocol/interop-message.ts";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { factIndex } from "../../ground/protocol/import-kinds.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { isTransferList } from "../../ground/protocol/transfer-list.ts";
import type { BatchOnL1, L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { ATOMIC_FLOWS_ADDRESS } from "./atomic-flows-address.ts";
import { assetRouter, atomicFlows, interopHandler, tokenVault } from "./contract-interfaces.ts";
import { proveByFact, proveMessage, type MessageInclusionProof, type MessageInBatch } from "./inclusion-proof.ts";
import type { Journey, JourneyImport } from "./journey.ts";
import type { FindList, KnownList } from "./list-book.ts";
import type { OwnCall } from "./own-call.ts";
import type { PromisedMessages } from "./promised-messages.ts";

/** A call that executes a message on its destination, or ends a flow after its messages have decided. */
export interface Delivery extends OwnCall {
  /**
   * Gas that certainly suffices, if known; only a delivery by another account can make the call fail. A
   * node's search for the minimum would repeat every payment of a list.
   */
  readonly gas?: bigint;
  /** Gas that suffices unless the message's chain lies, or another account delivers first. */
  readonly usualGas?: bigint;
}

/**
 * Gas of a transfer without external code: proof, message, a token's first arrival, a payment and a fee to
 * new accounts.
 */
const TRANSFER_GAS = 1_500_000n;
/**
 * Gas of a list without its payments: proof, message, a token's first arrival, and the rest that must be left
 * when the last entry is paid.
 */
const LIST_GAS = 1_500_000n;
/** Gas of a payment to a new account. */
const LIST_ENTRY_GAS = 45_000n;

/**
 * Every call that a relayer makes on a chain, by its contract and its function's selector. Not a constant, because
 * the bundler of a front-end would retain it.
 */
export function deliveryCalls(): readonly { readonly to: Hex; readonly selector: Hex }[] {
  return [
    ...["deliver", "refundTransfer", "deliverList", "refundList"].map((name) =>
      callOf(PREDEPLOYS.L2AssetRouter, assetRouter, name),
    ),
    ...["executeBundle", "executeCallback"].map((name) => callOf(PREDEPLOYS.InteropHandler, interopHandler, name)),
    callOf(PREDEPLOYS.L2NativeTokenVault, tokenVault, "importDescription"),
    ...["release", "refund"].map((name) => callOf(ATOMIC_FLOWS_ADDRESS, atomicFlows, name)),
  ];
}

function callOf(to: Hex, contract: Interface, name: string): { readonly to: Hex; readonly selector: Hex } {
  const named = contract.getFunction(name);
  if (named === null) throw new TypeError(`${to} has no function ${name}`);
  return { to, selector: named.selector as Hex };
}

/** Fields of a message that its delivery needs; all observers agree on them. */
export type Deliverable = Pick<Journey, "sourceChainId" | "destinationChainId" | "sender" | "messageHash" | "content">;

function factOf({ batch: { chainId, batchNumber } }: MessageInBatch): bigint {
  return factIndex(chainId, batchNumber);
}

/** True if the import proves messages of this batch. */
function isUnder({ chainId, batchNumber, registryLeaf }: BatchOnL1, against: JourneyImport): boolean {
  if ("fact" in against) return factIndex(chainId, batchNumber) === against.fact;
  return registryLeaf !== undefined && BigInt(registryLeaf.index) < against.root;
}

/** Source of bundles' bodies. */
type BundleBodies = (sourceChainId: ChainId, bundleHash: MessageHash) => Uint8Array | undefined;

/** Contents that a message names by a hash only, and that its delivery contains. */
export interface KnownContents {
  readonly bundleBodies: BundleBodies;
  readonly findList: FindList;
  /** Messages of promised batches that L1 may not have yet. Default: none. */
  readonly promised?: Pick<PromisedMessages, "find"> | undefined;
}

/** Gas of delivering a list whose payments run no external code. */
export function listGas({ entries }: KnownList): bigint {
  return LIST_GAS + LIST_ENTRY_GAS * BigInt(entries.length);
}

function callRouter(name: string, args: readonly unknown[]): Delivery {
  return { to: PREDEPLOYS.L2AssetRouter, data: assetRouter.encodeFunctionData(name, args) as Hex };
}

/**
 * The call that brings a message with its proofs to its destination, against this import. Undefined where that
 * does not hold the message, or L1 does not have what must come with it. A chain may have sent the same message several
 * times: each attempt takes the next of them.
 */
export function buildDelivery(
  view: L1View,
  journey: Deliverable,
  against: JourneyImport,
  attempt: number,
  { bundleBodies, findList, promised }: KnownContents,
): Delivery | undefined {
  const { content, sourceChainId, destinationChainId } = journey;
  const proofOf = (sender: Hex, messageHash: MessageHash): MessageInclusionProof | undefined => {
    const places = view.messages(sourceChainId, sender, messageHash).filter(({ batch }) => isUnder(batch, against));
    const place = places[attempt % places.length];
    if ("root" in against) return place && proveMessage(view, place, against.root);
    const found = place ?? promised?.find(sourceChainId, sender, messageHash).find((each) => factOf(each) === against.fact);
    return found && proveByFact(found);
  };
  const proof = proofOf(journey.sender, journey.messageHash);
  if (proof === undefined) return undefined;
  switch (content.type) {
    case "transfer": {
      const { transfer } = content;
      if (!isTransferList(transfer)) {
        const single = callRouter("deliver", [proof]);
        return transfer.originChainId === destinationChainId ? single : { ...single, usualGas: TRANSFER_GAS };
      }
      const list = findList(sourceChainId, proof.l1BatchNumber, transfer);
      const delivery = list && callRouter("deliverList", [proof, list.number, list.entries]);
      // Tokens of the destination run custom code.
      return delivery && transfer.originChainId !== destinationChainId ? { ...delivery, gas: listGas(list) } : delivery;
    }
    case "refund": {
      const { refused, transfer } = content;
      if (!isTransferList(transfer)) return callRouter("refundTransfer", [proof, refused, transfer.sender]);
      const list = findList(sourceChainId, proof.l1BatchNumber, transfer);
      return list && callRouter("refundList", [proof, refused, list.number, list.entries]);
    }
    case "bundle": {
      const assets = bundleAssetMessages(content.bundle).map((messageHash) => proofOf(PREDEPLOYS.L2AssetRouter, messageHash));
      if (assets.includes(undefined)) return undefined;
      return { to: PREDEPLOYS.InteropHandler, data: interopHandler.encodeFunctionData("executeBundle", [proof, assets]) as Hex };
    }
    case "result": {
      const bundle = bundleBodies(destinationChainId, content.result.bundleHash);
      if (bundle === undefined) return undefined;
      const data = interopHandler.encodeFunctionData("executeCallback", [toHex(bundle), proof]) as Hex;
      return { to: PREDEPLOYS.InteropHandler, data };
    }
  }
}
