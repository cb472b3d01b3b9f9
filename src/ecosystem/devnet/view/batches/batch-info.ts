import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { BatchProving } from "../../../../chain/node/settling/batch-proving.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { SettlementStage } from "../../../../ground/protocol/settlement-stage.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { ProofStage } from "../books/ecosystem-info.ts";

type BatchStage = "sealed" | "committed" | "proven" | "executed";

/** A sealed batch; element of `hyperchain_batches`. */
export interface BatchSummary {
  readonly chainId: number;
  readonly number: number;
  readonly protocolVersion: number;
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** Seconds, of the last block. */
  readonly timestamp: number;
  /** Number of transactions that users signed. */
  readonly transactions: number;
  /** Taken from L1's queue. */
  readonly operations: number;
  /** Roots of other chains that it imports. */
  readonly importedRoots: number;
  readonly stateRoot: Hex;
  readonly commitment: Hex;
  /** Stage of the batch on L1. */
  readonly stage: BatchStage;
  /** Stage of its proof; absent after L1 has accepted it, and if nothing is proven. */
  readonly proof?: ProofStage;
}

/** A sealed batch, with L1's transactions. */
export interface SettledStages extends BatchSummary {
  /** With L1's seconds; those that have not happened are absent. */
  readonly l1: Readonly<Partial<Record<SettlementStage, { readonly transactionHash: Hex; readonly timestamp: number }>>>;
}

const MOST_BATCHES = 100;
const DEFAULT_BATCHES = 25;

/** A chain whose batches are looked at. */
export type BatchSource = Pick<DevnetChain, "chainId" | "answer" | "pipeline">;

/** The newest sealed batches before this number, newest first. Throws RpcError. */
export function newestBatches(chain: BatchSource, before: unknown, count: unknown): readonly BatchSummary[] {
  const { archive } = chain.pipeline.chain;
  const end = Number((archive.last?.number ?? -1n) + 1n);
  const from = Math.min(end, optional(before, end, Number.MAX_SAFE_INTEGER, "the number of a batch")) - 1;
  const most = optional(count, DEFAULT_BATCHES, MOST_BATCHES, `how many batches, ${MOST_BATCHES} at most`);
  const found: BatchSummary[] = [];
  for (let number = from; number >= 0 && found.length < most; number--) {
    const summary = summaryOf(chain, number);
    if (summary === undefined) break;
    found.push(summary);
  }
  return found;
}

/** One batch, with L1's transactions; null before it is sealed. Rejects with RpcError, or L1's error. */
export async function settledStages(
  chain: BatchSource,
  number: unknown,
  client: RpcClient | undefined,
): Promise<SettledStages | null> {
  const wanted = optional(number, undefined, Number.MAX_SAFE_INTEGER, "the number of a batch");
  const summary = summaryOf(chain, wanted);
  if (summary === undefined) return null;
  const stages = (await chain.answer("zks_getL1BatchDetails", [wanted], client)) as StageTimes | null;
  const at = (hash: Hex | null | undefined, time: string | null | undefined) =>
    hash === null || hash === undefined || time === null || time === undefined
      ? undefined
      : { transactionHash: hash, timestamp: Date.parse(time) / 1000 };
  const commit = at(stages?.commitTxHash, stages?.committedAt);
  const prove = at(stages?.proveTxHash, stages?.provenAt);
  const secondCheck = at(stages?.secondCheckTxHash, stages?.secondCheckAt);
  const execute = at(stages?.executeTxHash, stages?.executedAt);
  return {
    ...summary,
    l1: {
      ...(commit === undefined ? {} : { commit }),
      ...(prove === undefined ? {} : { prove }),
      ...(secondCheck === undefined ? {} : { secondCheck }),
      ...(execute === undefined ? {} : { execute }),
    },
  };
}

/** Times in the answer of `zks_getL1BatchDetails`. */
interface StageTimes {
  readonly commitTxHash: Hex | null;
  readonly committedAt: string | null;
  readonly proveTxHash: Hex | null;
  readonly provenAt: string | null;
  readonly secondCheckTxHash?: Hex;
  readonly secondCheckAt?: string;
  readonly executeTxHash: Hex | null;
  readonly executedAt: string | null;
}

function summaryOf({ chainId, pipeline }: BatchSource, number: number): BatchSummary | undefined {
  const batch = pipeline.chain.archive.batch(BigInt(number));
  if (batch === undefined) return undefined;
  const { committed, proven, executed } = pipeline.progress();
  const proof = number < proven ? undefined : pipeline.proving().find(({ batchNumber }) => Number(batchNumber) === number);
  const stage = number < executed ? "executed" : number < proven ? "proven" : number < committed ? "committed" : "sealed";
  return {
    chainId: Number(chainId),
    number,
    protocolVersion: Number(batch.protocolVersion),
    firstBlock: Number(batch.firstBlock),
    lastBlock: Number(batch.lastBlock),
    timestamp: Number(batch.timestamp),
    transactions: batch.transactionCount,
    operations: Number(batch.priorityOpCount),
    importedRoots: batch.importedRoots.length,
    stateRoot: batch.stateRoot,
    commitment: batch.commitment,
    stage,
    ...(proof === undefined ? {} : { proof: stageOf(proof) }),
  };
}

function stageOf({ batchNumber: _, ...stage }: BatchProving): ProofStage {
  return stage;
}

function optional(value: unknown, otherwise: number | undefined, maximum: number, expected: string): number {
  if ((value === undefined || value === null) && otherwise !== undefined) return otherwise;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= maximum) return value;
  throw new RpcError(RpcCode.invalidParams, `a parameter is ${expected}`);
}
