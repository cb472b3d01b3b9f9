import {
  ASSET_ROUTER_ADDRESS,
  AssetMessageKind,
  decodeAssetMessage,
  isAssetSender,
  type AssetTransfer,
} from "../../../src/ground/protocol/asset-message.ts";
import { keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { l2LogProof } from "../../../src/ground/protocol/log-proof.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { WithdrawalClaim } from "../model/bridge.ts";
import type { Chain, Configuration, World } from "../model/world.ts";
import type { Scene } from "../support/scene.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { flowFact } from "../../../src/ground/protocol/atomic-flow.ts";
import { leafIndexOf, type FactRecord, type FlowRecord } from "./flows.ts";
import { L2Chain, type BatchRecord } from "./l2-chain.ts";
import { logsOf } from "./form.ts";

/** A token deposit that an operation carries. */
export interface DepositRecord {
  readonly chainId: bigint;
  readonly index: bigint;
  readonly hash: Hex;
  readonly depositor: Hex;
  readonly token: Hex;
  readonly amount: bigint;
  /** On the chain. */
  readonly receiver: Hex;
}

/** A withdrawal of an executed batch. */
export interface WithdrawalRecord {
  readonly claim: WithdrawalClaim;
  readonly transfer: AssetTransfer;
}

/** A transfer to another chain, in an executed batch. */
export interface TransferRecord {
  readonly sourceChainId: bigint;
  readonly batchNumber: bigint;
  readonly messageIndex: bigint;
  readonly body: Uint8Array;
  readonly messageHash: Hex;
  readonly merkleProof: readonly Hex[];
  readonly transfer: AssetTransfer;
  /** True if it was sent before a chain had the destination's id: the sending chain refunds it. */
  readonly isRefused: boolean;
}

/** Whether L1 refuses what a batch sends there: no chain had the id before the batch's first block. */
export function isRefusedIn(world: World, { firstTimestamp }: StoredBatch, destinationChainId: bigint): boolean {
  const bornAt = world.chains.get(destinationChainId)?.bornAt;
  return bornAt === undefined || bornAt >= firstTimestamp;
}

/** Chain on which a transfer ends, in either outcome. */
export function endOf({ isRefused, sourceChainId, transfer }: TransferRecord): bigint {
  return isRefused ? sourceChainId : transfer.destinationChainId;
}

/** A deposit whose operation failed, in an executed batch. */
export interface FailureRecord {
  readonly deposit: DepositRecord;
  readonly batchNumber: bigint;
  readonly logIndex: bigint;
  readonly merkleProof: readonly Hex[];
}

/** A chain that someone has announced. */
export interface Announcement {
  readonly configuration: Configuration;
  readonly secret: Hex;
  readonly creator: Hex;
  readonly isHonest: boolean;
}

/** Operator's part of a chain's creation. */
export interface Founding {
  /** Whether the quorum says the truth. */
  readonly isHonest: boolean;
  /** The second from which on the operator commits nothing more. */
  readonly leavesAt: bigint;
}

/** Knowledge of users and operators beyond the contracts' state. */
export class Records {
  readonly scene: Scene;
  readonly chains: L2Chain[] = [];
  readonly deposits: DepositRecord[] = [];
  readonly withdrawals: WithdrawalRecord[] = [];
  readonly transfers: TransferRecord[] = [];
  readonly failures: FailureRecord[] = [];
  /** Flows between honest chains, oldest first. */
  readonly flows: FlowRecord[] = [];
  readonly #facts = new Map<Hex, FactRecord>();
  readonly announcements: Announcement[] = [];
  /** Length of the processed part of each chain's queue. */
  readonly queueLengths = new Map<bigint, bigint>();

  constructor(scene: Scene) {
    this.scene = scene;
  }

  l2(chainId: bigint): L2Chain | undefined {
    return this.chains.find(({ chain }) => chain.id === chainId);
  }

  addChain(world: World, chain: Chain, { isHonest, leavesAt }: Founding): void {
    this.chains.push(new L2Chain(chain, isHonest, leavesAt, world.l1ChainId));
  }

  /** Adds a flow; a step that only tries may add it again. */
  addFlow(flow: FlowRecord): void {
    if (this.flows.every(({ id }) => id !== flow.id)) this.flows.push(flow);
  }

  /** The message of a flow's leg, in the first executed batch that has it. */
  fact(id: Hex, leg: number): FactRecord | undefined {
    return this.#facts.get(toHex(flowFact(id, leg)));
  }

  depositOf(chainId: bigint, index: bigint): DepositRecord | undefined {
    return this.deposits.find((deposit) => deposit.chainId === chainId && deposit.index === index);
  }

  /** Transfers to a chain that its batches do not deliver yet. */
  undeliveredTo(l2: L2Chain): TransferRecord[] {
    const isFor = ({ transfer, messageHash, isRefused }: TransferRecord): boolean =>
      transfer.destinationChainId === l2.chain.id && !isRefused && !l2.hasDelivered(messageHash);
    return this.transfers.filter(isFor);
  }

  /** Transfers of a chain that L1 refused and that its batches have not refunded. */
  refusedOf(l2: L2Chain): TransferRecord[] {
    const isOf = ({ sourceChainId, messageHash, isRefused }: TransferRecord): boolean =>
      sourceChainId === l2.chain.id && isRefused && !l2.hasDelivered(messageHash);
    return this.transfers.filter(isOf);
  }

  /** Learns what an executed batch said. */
  learn(world: World, l2: L2Chain, record: BatchRecord): void {
    const { stored, leaves, content } = record;
    const [chainId, batchNumber] = [l2.chain.id, stored.batchNumber];
    logsOf(content).forEach((log, i) => {
      const index = BigInt(i);
      const proof = (): readonly Hex[] => l2LogProof(leaves, i);
      if (log.type === "priorityOp") {
        const deposit = this.depositOf(chainId, content.operations[i]!.operation.operation.nonce);
        if (deposit !== undefined && !log.success)
          this.failures.push({ deposit, batchNumber, logIndex: index, merkleProof: proof() });
        return;
      }
      if (log.sender === ATOMIC_FLOWS_ADDRESS && !this.#facts.has(toHex(log.body))) {
        const leafIndex = leafIndexOf(world, chainId, batchNumber);
        const { executedAt } = world.rootContents.value[leafIndex]!.record;
        this.#facts.set(toHex(log.body), { leafIndex, messageIndex: index, logProof: proof(), executedAt });
      }
      const transfer = isAssetSender(log.sender) ? decodeAssetMessage(log.body) : undefined;
      if (transfer?.kind === AssetMessageKind.withdrawal && transfer.destinationChainId === world.l1ChainId) {
        const place = { chainId, l2BatchNumber: batchNumber, l2MessageIndex: index, l2TxNumberInBatch: 0n };
        this.withdrawals.push({
          claim: { ...place, l2Sender: log.sender, message: toHex(log.body), merkleProof: proof() },
          transfer,
        });
      } else if (transfer?.kind === AssetMessageKind.hyperbridgeSend && log.sender === ASSET_ROUTER_ADDRESS) {
        const sent = { sourceChainId: chainId, batchNumber, messageIndex: index, merkleProof: proof() };
        const isRefused = isRefusedIn(world, stored, transfer.destinationChainId);
        this.transfers.push({ ...sent, body: log.body, messageHash: keccak(log.body), transfer, isRefused });
      }
    });
  }
}
