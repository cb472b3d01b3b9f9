import type { Chain } from "../../chain.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import type { ArchivedBatch } from "../../index/batch-archive.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { hashParameter } from "../request/parameters.ts";
import { quantity } from "../request/quantities.ts";
import { NO_SYSTEM_CONTRACTS } from "./zks-versions.ts";
import type { BatchStages, SettlementPlace, SettlementView } from "./settlement-view.ts";

const NOWHERE: BatchStages = { committed: undefined, proven: undefined, executed: undefined, registryLeafIndex: undefined };

/** ZK Stack's methods about batches, and about blocks and transactions as parts of them. */
export function zksBatchMethods(
  chain: Chain,
  gasPrice: Pick<GasPrice, "toldWei">,
  settlement: SettlementView | undefined,
): ReadonlyMap<string, RpcMethod> {
  const { blocks, index, archive } = chain;
  const stagesOf = async (batch: bigint | undefined): Promise<BatchStages> =>
    batch === undefined || settlement === undefined ? NOWHERE : settlement.stages(batch);

  const batchDetails: RpcMethod = async ([number]) => {
    const batch = archive.batch(quantity(number));
    if (batch === undefined) return null;
    return {
      number: Number(batch.number),
      timestamp: Number(batch.timestamp),
      l1TxCount: Number(batch.priorityOpCount),
      l2TxCount: batch.transactionCount,
      rootHash: batch.stateRoot,
      commitment: batch.commitment,
      ...settled(await stagesOf(batch.number)),
      l1GasPrice: 0,
      l2FairGasPrice: Number(gasPrice.toldWei),
      baseSystemContractsHashes: NO_SYSTEM_CONTRACTS,
    };
  };

  const blockDetails: RpcMethod = async ([number]) => {
    const block = await blocks.block(quantity(number));
    if (block === undefined) return null;
    const batch = index.batchOf(BigInt(block.number));
    const counts = index.countsOf(BigInt(block.number));
    return {
      number: Number(block.number),
      timestamp: Number(block.timestamp),
      l1BatchNumber: Number(batch ?? 0n),
      l1TxCount: counts.priorityOps,
      l2TxCount: counts.signed,
      rootHash: block.hash,
      ...settled(await stagesOf(batch)),
      l1GasPrice: 0,
      l2FairGasPrice: Number(gasPrice.toldWei),
      baseSystemContractsHashes: NO_SYSTEM_CONTRACTS,
      operatorAddress: block["miner"],
      protocolVersion: null,
    };
  };

  return new Map<string, RpcMethod>([
    ["zks_L1BatchNumber", async () => hexQuantity(archive.last?.number ?? 0n)],
    ["zks_getL1BatchDetails", batchDetails],
    ["zks_getL1BatchBlockRange", async ([number]) => blockRange(archive.batch(quantity(number)))],
    ["zks_getBlockDetails", blockDetails],
    ["zks_getBlockMetadataByNumber", blockMetadata(chain)],
    ["zks_getTransactionDetails", transactionDetails(chain, stagesOf)],
  ]);
}

/** `zks_getTransactionDetails`. */
function transactionDetails(
  { blocks, index, mempool }: Chain,
  stagesOf: (batch: bigint | undefined) => Promise<BatchStages>,
): RpcMethod {
  return async ([value]) => {
    const hash = hashParameter(value);
    const engineHash = index.engineHash(hash);
    const place = blocks.place(engineHash);
    const receipt = place === undefined ? undefined : (blocks.receipt(place) as ReceiptAnswer | undefined);
    if (receipt === undefined) {
      const waiting = mempool.find(hash);
      return waiting === undefined ? null : { ...details("pending", 0n, waiting.from, NOWHERE), isL1Originated: false };
    }
    const operation = index.priorityOp(index.publicHash(engineHash));
    const number = BigInt(receipt.blockNumber);
    const [stages, block] = await Promise.all([stagesOf(index.batchOf(number)), blocks.block(number)]);
    const succeeded = operation?.success ?? BigInt(receipt.status) === 1n;
    const status = !succeeded ? "failed" : stages.executed === undefined ? "included" : "verified";
    const fee = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
    return {
      ...details(status, fee, receipt.from, stages),
      isL1Originated: operation !== undefined,
      receivedAt: block === undefined ? null : time(BigInt(block.timestamp)),
    };
  };
}

/** `zks_getBlockMetadataByNumber`. */
function blockMetadata(chain: Chain): RpcMethod {
  const { blocks, index, archive } = chain;
  return async ([number]) => {
    const place = quantity(number);
    if (place > blocks.newest) return null;
    const batch = index.batchOf(place);
    const sealed = batch === undefined ? undefined : archive.batch(batch);
    const version = sealed?.protocolVersion ?? chain.protocolVersion();
    // The gas itself pays for pubdata and proofs.
    return { pubdata_price_per_byte: "0x0", native_price: "0x0", execution_version: Number(version) };
  };
}

interface ReceiptAnswer {
  readonly from: Hex;
  readonly blockNumber: Hex;
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly effectiveGasPrice: Hex;
}

function blockRange(batch: ArchivedBatch | undefined): readonly Hex[] | null {
  return batch === undefined ? null : [hexQuantity(batch.firstBlock), hexQuantity(batch.lastBlock)];
}

function details(status: string, fee: bigint, initiatorAddress: Hex, { committed, proven, executed }: BatchStages): object {
  return {
    status,
    fee: hexQuantity(fee),
    gasPerPubdata: hexQuantity(0n),
    initiatorAddress,
    receivedAt: null,
    ethCommitTxHash: committed?.transactionHash ?? null,
    ethProveTxHash: proven?.transactionHash ?? null,
    ethExecuteTxHash: executed?.transactionHash ?? null,
  };
}

/** A batch is `verified` once L1 has executed it. */
function settled({ committed, proven, secondCheck, executed }: BatchStages): object {
  const at = (place: SettlementPlace | undefined): string | null => (place === undefined ? null : time(place.timestamp));
  return {
    status: executed === undefined ? "sealed" : "verified",
    commitTxHash: committed?.transactionHash ?? null,
    committedAt: at(committed),
    proveTxHash: proven?.transactionHash ?? null,
    provenAt: at(proven),
    ...(secondCheck === undefined ? {} : { secondCheckTxHash: secondCheck.transactionHash, secondCheckAt: at(secondCheck) }),
    executeTxHash: executed?.transactionHash ?? null,
    executedAt: at(executed),
  };
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString();
}
