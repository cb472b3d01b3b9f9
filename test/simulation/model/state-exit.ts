import { AssetMessageKind, ASSET_ROUTER_ADDRESS, decodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { deliveryFlagKey } from "../../../src/ground/protocol/delivery-flag.ts";
import { fromHex, keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingAmount, holdingKey } from "../../../src/ground/protocol/holding.ts";
import { hashL2Log, messageLogOfHash } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { l2Sender, plain, ZERO_ADDRESS } from "./aliases.ts";
import { escrows, stoppedChain } from "./escrows.ts";
import type { Frame } from "./frame.ts";
import { isIncluded } from "./log-inclusion.ts";
import { Refusal } from "./refusal.ts";
import { computeRoot, computeRootWithout, type LeafPath, type LowLeaf } from "./state-tree.ts";

const FIRST_ACCOUNT = 0x100000n;

const refuse = (error: string, ...args: readonly unknown[]): never => {
  throw new Refusal("StateExit", error, args);
};

/** A holding as claims show it. */
export interface HoldingProof {
  readonly value: bigint;
  readonly path: LeafPath;
}

/** A transfer as refunds show it. */
export interface UndeliveredTransfer {
  readonly sourceChainId: bigint;
  readonly batchNumber: bigint;
  readonly messageIndex: bigint;
  readonly message: Hex;
  readonly merkleProof: readonly Hex[];
  readonly low: LowLeaf;
  readonly path: LeafPath;
}

function holdingOf(frame: Frame, chainId: bigint, token: Hex, account: Hex, proof: HoldingProof): bigint {
  const { world } = frame;
  const chain = stoppedChain(frame, chainId);
  const { baseToken } = chain.configuration;
  const key = holdingKey({ settlementChainId: world.l1ChainId, baseToken, token, account });
  const expected = chain.executedStateRoot.value;
  const actual = computeRoot({ ...key, value: proof.value }, proof.path);
  if (actual !== expected) refuse("StateRootMismatch", expected, actual);
  return holdingAmount(key.leafKind, proof.value);
}

export const stateExit = {
  ...escrows,

  claimHolding(frame: Frame, chainId: bigint, named: Hex, amount: bigint, recipient: Hex, proof: HoldingProof): void {
    const { claimed, addresses } = frame.world;
    const token = plain(named);
    if (amount === 0n) refuse("NothingToClaim");
    if (recipient === ZERO_ADDRESS) refuse("ZeroRecipient");
    const account = l2Sender(frame, frame.sender);
    if (BigInt(account) < FIRST_ACCOUNT) refuse("ReservedAccount", account);
    const holding = holdingOf(frame, chainId, token, account, proof);
    const before = claimed.get(chainId, account, token);
    if (before > holding || amount > holding - before) refuse("ClaimTooLarge", holding, before, amount);
    claimed.add(amount, chainId, account, token);
    frame.call({ to: addresses.bridge, fn: "payHolding", args: [chainId, token, recipient, amount], value: 0n });
  },

  refundTransfer(frame: Frame, sent: UndeliveredTransfer, recipient: Hex): void {
    const { world } = frame;
    if (recipient === ZERO_ADDRESS) refuse("ZeroRecipient");
    const transfer = decodeAssetMessage(fromHex(sent.message));
    if (transfer?.kind !== AssetMessageKind.hyperbridgeSend) return refuse("NotATransfer");
    if (transfer.originChainId !== world.l1ChainId) refuse("AssetNotOnL1", transfer.originChainId, transfer.originToken);
    const owner = transfer.sender === PREDEPLOYS.InteropHandler ? transfer.recipient : transfer.sender;
    const account = l2Sender(frame, frame.sender);
    if (account !== owner) refuse("NotTheOwner", owner, account);
    const messageHash = keccak(fromHex(sent.message));
    const { sourceChainId, batchNumber, messageIndex, merkleProof } = sent;
    const leaf = hashL2Log(messageLogOfHash(ASSET_ROUTER_ADDRESS, messageHash));
    const isSent = isIncluded(world, sourceChainId, batchNumber, messageIndex, leaf, merkleProof);
    if (!isSent) refuse("MessageNotIncluded", sourceChainId, batchNumber, messageIndex);
    const { destinationChainId: destination, amount } = transfer;
    const token = plain(transfer.originToken);
    const isRefused = world.bridge.refusals.get(sourceChainId, batchNumber, destination) !== undefined;
    requireNotPaid(frame, isRefused ? sourceChainId : destination, messageHash, sent);
    if (world.refundedTransfers.get(sourceChainId, messageHash)) refuse("TransferAlreadyRefunded", sourceChainId, messageHash);
    world.refundedTransfers.set(true, sourceChainId, messageHash);
    const [fn, payer] = isRefused ? ["payHolding", sourceChainId] : ["payTransit", destination];
    frame.call({ to: world.addresses.bridge, fn, args: [payer, token, recipient, amount], value: 0n });
  },
};

function requireNotPaid(
  frame: Frame,
  stopped: bigint,
  messageHash: Hex,
  { sourceChainId, low, path }: UndeliveredTransfer,
): void {
  const expected = stoppedChain(frame, stopped).executedStateRoot.value;
  const actual = computeRootWithout(deliveryFlagKey(sourceChainId, messageHash), low, path);
  if (actual !== expected) refuse("StateRootMismatch", expected, actual);
}
