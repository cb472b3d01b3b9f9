import { id } from "ethers";
import {
  assetId,
  AssetMessageKind,
  decodeAssetMessage,
  isAssetSender,
  type AssetTransfer,
} from "../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { BatchRecord } from "../l2/l2-chain.ts";
import { endOf, isRefusedIn, type Records, type TransferRecord } from "../l2/records.ts";
import type { World } from "../model/world.ts";
import type { Log } from "../support/l1.ts";
import type { Audit } from "./audit.ts";
import { invariant } from "./violation.ts";

const TRANSFER_REFUNDED = id("TransferRefunded(uint256,bytes32,uint256,address,address,uint256)");

/** Outcome of a transfer. */
type End = "delivered" | "returned" | "refunded";

/** Batches' messages about an asset that a chain issues. */
interface Issue {
  /** Sent or withdrawn by its own chain. */
  issued: bigint;
  /** Released by its own chain. */
  released: bigint;
  /** Sent by others to its own chain. */
  returned: bigint;
}

/**
 * Follows each transfer from the batch that sent it, by the messages of executed batches and L1's events alone: it is
 * delivered, or returned by the chain that sent it, or refunded on L1, or in transit, always exactly one of them.
 */
export class Transfers {
  /** Without an end, by the message's hash. */
  readonly #open = new Map<Hex, TransferRecord>();
  readonly #ends = new Map<Hex, End>();
  /** Sum that batches sent, less the sum that batches and refunds took, by destination and asset. */
  readonly #transit = new Map<string, bigint>();
  /** Issued sums by asset. */
  readonly #issues = new Map<Hex, Issue>();
  /** Number of batches read, by chain. */
  readonly #read = new Map<bigint, number>();
  #transfersRead = 0;

  /** Transfers without an end. */
  get open(): readonly TransferRecord[] {
    return [...this.#open.values()];
  }

  /** Number of transfers. */
  get count(): number {
    return this.#transfersRead;
  }

  /** Reads what was executed since, and what L1 paid in these events. */
  read(world: World, records: Records, logs: readonly Log[]): void {
    for (; this.#transfersRead < records.transfers.length; this.#transfersRead++) {
      const record = records.transfers[this.#transfersRead]!;
      this.#open.set(record.messageHash, record);
    }
    for (const { chain, executed } of records.chains) {
      const read = this.#read.get(chain.id) ?? 0;
      for (const batch of executed.slice(read)) this.#readBatch(world, chain.id, batch);
      this.#read.set(chain.id, executed.length);
    }
    for (const { topics } of logs) if (topics[0] === TRANSFER_REFUNDED) this.#refund(topics[2]!);
  }

  /** L1 holds in transit what is open, and of an asset that a chain issues what that chain has let go, wherever it is. */
  check(audit: Audit, records: Records): void {
    for (const chain of audit.chains) {
      const isHonest = records.l2(chain.id)?.isHonest !== false;
      const open = this.open.filter((record) => !record.isRefused && record.transfer.destinationChainId === chain.id);
      audit.assetIds.forEach((asset, i) => {
        const [, , transit] = chain.assets[i]!;
        const sent = this.#transit.get(`${chain.id},${asset}`) ?? 0n;
        invariant(
          transit === sent,
          () => `${transit} of ${asset} are on their way to chain ${chain.id}, and ${sent} were sent and not taken`,
        );
        // A quorum that lies can say that it paid out what is on the way to its own users.
        const waiting = open
          .filter(({ transfer }) => assetOf(transfer) === asset)
          .reduce((sum, { transfer }) => sum + transfer.amount, 0n);
        invariant(
          isHonest ? transit === waiting : transit <= waiting,
          () => `${transit} of ${asset} are on their way to chain ${chain.id} for open transfers of ${waiting}`,
        );
      });
    }
    for (const [asset, { issued, released, returned }] of this.#issues) {
      const i = audit.assetIds.indexOf(asset);
      const elsewhere = audit.chains.reduce((sum, { assets }) => sum + assets[i]!.reduce((a, b) => a + b), 0n);
      invariant(
        released <= returned,
        () => `the chain of asset ${asset} released ${released}, and ${returned} were sent back to it`,
      );
      invariant(
        elsewhere === issued - released,
        () => `there are ${elsewhere} of asset ${asset} elsewhere, of which its chain issued ${issued} and released ${released}`,
      );
    }
  }

  /** At the end of everything: of the transfers that someone could finish none is without an end. */
  checkClosed(canFinish: (record: TransferRecord) => boolean): void {
    const left = this.open.find(canFinish);
    invariant(
      left === undefined,
      () =>
        `transfer ${left!.messageHash} of chain ${left!.sourceChainId} to ${left!.transfer.destinationChainId} was neither delivered nor refunded`,
    );
  }

  #readBatch(world: World, chainId: bigint, batch: BatchRecord): void {
    const { content } = batch;
    for (const { sender, body } of content.messages) {
      const transfer = isAssetSender(sender) ? decodeAssetMessage(body) : undefined;
      if (transfer !== undefined) this.#book(world, chainId, batch, transfer);
    }
    for (const hash of content.deliveries) {
      const record = this.#open.get(hash);
      this.#end(hash, record?.isRefused === true ? "returned" : "delivered");
    }
  }

  #book(world: World, chainId: bigint, { stored }: BatchRecord, transfer: AssetTransfer): void {
    const { kind, destinationChainId, originChainId, amount } = transfer;
    const asset = assetOf(transfer);
    const isDelivery = kind === AssetMessageKind.hyperbridgeDelivery;
    const isSend = kind === AssetMessageKind.hyperbridgeSend;
    if (kind === AssetMessageKind.withdrawal && destinationChainId !== world.l1ChainId) return;
    if (isSend && isRefusedIn(world, stored, destinationChainId)) return;
    if (isDelivery) this.#move(chainId, asset, -amount);
    else if (isSend) this.#move(destinationChainId, asset, amount);
    if (originChainId === world.l1ChainId) return;
    const issue = this.#issues.get(asset) ?? { issued: 0n, released: 0n, returned: 0n };
    this.#issues.set(asset, issue);
    if (chainId === originChainId && isDelivery) issue.released += amount;
    if (chainId === originChainId && !isDelivery) issue.issued += amount;
    if (isSend && destinationChainId === originChainId) issue.returned += amount;
  }

  #refund(hash: Hex): void {
    const record = this.#open.get(hash);
    this.#end(hash, "refunded");
    if (record?.isRefused === false) this.#move(endOf(record), assetOf(record.transfer), -record.transfer.amount);
  }

  #move(chainId: bigint, asset: Hex, amount: bigint): void {
    const key = `${chainId},${asset}`;
    this.#transit.set(key, (this.#transit.get(key) ?? 0n) + amount);
  }

  #end(hash: Hex, end: End): void {
    const earlier = this.#ends.get(hash);
    invariant(earlier === undefined, () => `transfer ${hash} was ${earlier} and then ${end}`);
    invariant(this.#open.delete(hash), () => `transfer ${hash} was ${end}, and no chain sent it`);
    this.#ends.set(hash, end);
  }
}

function assetOf({ originChainId, originToken }: AssetTransfer): Hex {
  return assetId(originChainId, originToken);
}
