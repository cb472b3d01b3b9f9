import type { AnswerCalls, RouteRequest } from "../rpc/transport/http-route.ts";
import { invalid, notFound } from "./rest-error.ts";
import { stageOf, type Stages } from "./stages.ts";

interface BlockAnswer {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
  readonly timestamp: string;
  readonly gasUsed: string;
  readonly gasLimit: string;
  readonly miner: string;
  readonly transactions: readonly string[];
}

const TAGS = new Set(["latest", "safe", "finalized", "committed", "earliest"]);

/** Block in JSON-RPC's form: a tag, or a number in hexadecimal digits. Throws RestError. */
export function blockTag(value: unknown): string {
  if (typeof value === "string" && TAGS.has(value)) return value;
  if (typeof value === "string" && /^\d{1,15}$/.test(value)) return `0x${BigInt(value).toString(16)}`;
  throw invalid("block", value, `a number or one of ${[...TAGS].join(", ")}`);
}

export async function readBlock({ path: { block = "" }, ask }: RouteRequest): Promise<object> {
  const isHash = /^0x[0-9a-fA-F]{64}$/.test(block);
  const [found] = await ask(isHash ? ["eth_getBlockByHash", block, false] : ["eth_getBlockByNumber", blockTag(block), false]);
  if (found === null) throw notFound(`block ${block}`);
  const { number, hash, parentHash, timestamp, gasUsed, gasLimit, miner, transactions } = found as BlockAnswer;
  return {
    number: Number(number),
    hash,
    parentHash,
    timestamp: Number(timestamp),
    gasUsed: Number(gasUsed),
    gasLimit: Number(gasLimit),
    coinbase: miner,
    ...(await batchOf(ask, number)),
    transactions,
  };
}

/** The batch of a block, and its stage; a batch has a number before it is sealed. */
async function batchOf(ask: AnswerCalls, number: string): Promise<{ readonly batch: number; readonly stage: string }> {
  const [details] = (await ask(["zks_getBlockDetails", number])) as readonly [{ readonly l1BatchNumber: number } & Stages];
  return { batch: details.l1BatchNumber, stage: stageOf(details) };
}
