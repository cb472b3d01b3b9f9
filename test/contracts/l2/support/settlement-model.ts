import { AssetMessageKind, assetId, decodeAssetMessage, isAssetSender } from "../../../../src/ground/protocol/asset-message.ts";
import { hashRefusedDestinations, type BatchRecord } from "../../../../src/ground/protocol/batch-record.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { transactionTreeLeaf, transactionTreeRoot } from "../../../../src/ground/protocol/transaction-tree.ts";
import { sampleRecord } from "../../../support/batch-record.ts";

/** Message in a batch's pubdata. */
export interface SentMessage {
  readonly sender: Hex;
  readonly body: Uint8Array;
}

/**
 * Model of L1's state, by docs/protocol.md and independent of its contracts: the registry of executed batches, and for each
 * asset the balance of each chain, the sums in transit to each, and the claimable sums.
 */
export class SettlementModel {
  readonly registryLeaves: Hex[] = [];
  /** When L1 created the chains that there are. */
  readonly bornAt = new Map<bigint, bigint>();
  private readonly held = new Map<string, bigint>();
  private readonly inTransit = new Map<string, bigint>();
  private readonly claimable = new Map<Hex, bigint>();

  /** Locks a deposit for a chain. */
  deposit(chainId: bigint, asset: Hex, amount: bigint): void {
    add(this.held, key(chainId, asset), amount);
  }

  /**
   * Executes a batch: moves its assets, arrivals first, except transfers to ids that no chain had when it began. Then
   * appends its log root with the returned record and those ids. Throws when a chain overdraws.
   */
  execute(
    chainId: bigint,
    batchNumber: bigint,
    logRoot: Hex,
    messages: readonly SentMessage[],
    firstTimestamp: bigint,
  ): { readonly record: BatchRecord; readonly refused: readonly bigint[] } {
    const refused = new Set<bigint>();
    const transfers = messages.flatMap(({ sender, body }) => (isAssetSender(sender) ? [decodeAssetMessage(body)] : []));
    for (const deliveries of [true, false]) {
      for (const transfer of transfers) {
        if (transfer === undefined) throw new Error("an asset predeploy sent something else than an asset message");
        if ((transfer.kind === AssetMessageKind.hyperbridgeDelivery) !== deliveries) continue;
        const asset = assetId(transfer.originChainId, transfer.originToken);
        const native = transfer.originChainId === chainId;
        if (transfer.kind === AssetMessageKind.hyperbridgeDelivery) {
          take(this.inTransit, key(transfer.destinationChainId, asset), transfer.amount);
          if (!native) add(this.held, key(chainId, asset), transfer.amount);
          continue;
        }
        const isSend = transfer.kind === AssetMessageKind.hyperbridgeSend;
        if (isSend && (this.bornAt.get(transfer.destinationChainId) ?? firstTimestamp) >= firstTimestamp) {
          refused.add(transfer.destinationChainId);
          continue;
        }
        if (!native) take(this.held, key(chainId, asset), transfer.amount);
        if (!isSend) add(this.claimable, asset, transfer.amount);
        else add(this.inTransit, key(transfer.destinationChainId, asset), transfer.amount);
      }
    }
    const record = sampleRecord({
      provenSince: batchNumber + 1n,
      firstTimestamp,
      refused: hashRefusedDestinations([...refused]),
    });
    this.registryLeaves.push(transactionTreeLeaf({ chainId, batchNumber, logRoot, record }));
    return { record, refused: [...refused] };
  }

  heldFor(chainId: bigint, asset: Hex): bigint {
    return this.held.get(key(chainId, asset)) ?? 0n;
  }

  inTransitTo(chainId: bigint, asset: Hex): bigint {
    return this.inTransit.get(key(chainId, asset)) ?? 0n;
  }

  claimableOf(asset: Hex): bigint {
    return this.claimable.get(asset) ?? 0n;
  }

  get latestRoot(): { readonly registryIndex: bigint; readonly root: Hex } {
    return { registryIndex: BigInt(this.registryLeaves.length), root: transactionTreeRoot(this.registryLeaves) };
  }
}

function key(chainId: bigint, asset: Hex): string {
  return `${chainId}/${asset}`;
}

function add<K>(amounts: Map<K, bigint>, at: K, amount: bigint): void {
  amounts.set(at, (amounts.get(at) ?? 0n) + amount);
}

function take(amounts: Map<string, bigint>, at: string, amount: bigint): void {
  const before = amounts.get(at) ?? 0n;
  if (before < amount) throw new Error(`overdraft of ${at}: holds ${before}, asked for ${amount}`);
  amounts.set(at, before - amount);
}
