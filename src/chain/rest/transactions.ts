import { setTimeout } from "node:timers/promises";
import type { AnswerCalls, RouteAnswer, RouteRequest } from "../rpc/transport/http-route.ts";
import type { SharedPlaces } from "../rpc/request/shared-places.ts";
import { memberOf } from "./json-body.ts";
import { invalid, notFound } from "./rest-error.ts";
import { stageOf } from "./stages.ts";

interface TransactionAnswer {
  readonly from: string;
  readonly to: string | null;
  readonly value: string;
  readonly nonce: string;
  readonly blockNumber: string | null;
}

interface ReceiptAnswer {
  readonly status: string;
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly contractAddress: string | null;
  readonly l1BatchNumber?: string | null;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

interface DetailsAnswer {
  readonly isL1Originated: boolean;
  readonly ethCommitTxHash: string | null;
  readonly ethProveTxHash: string | null;
  readonly ethExecuteTxHash: string | null;
}

interface Transaction {
  readonly hash: string;
  /** `pending`, `included`, `committed`, `proven` or `executed`. */
  readonly stage: string;
}

/** Milliseconds to wait for a stage: by default, and at most. */
const DEFAULT_WAIT_MS = 20_000;
const MOST_WAIT_MS = 60_000;
/** L1 tells of its blocks only when it is asked. */
const LOOK_MS = 250;
/** Maximum number of waits of all clients, since each wait polls. */
export const MAX_WAITS = 64;
const STAGES = ["pending", "included", "committed", "proven", "executed"];

/** `GET /transactions/:hash`. */
export async function readTransaction(waits: SharedPlaces, request: RouteRequest): Promise<RouteAnswer> {
  const { hash = "" } = request.path;
  if (!/^0x[0-9a-fA-F]{64}$/.test(hash)) throw invalid("hash", hash, "32 bytes in hexadecimal digits");
  return await awaited(waits, request, hash, 200);
}

/** `POST /transactions`. */
export async function sendTransaction(waits: SharedPlaces, request: RouteRequest): Promise<RouteAnswer> {
  // Checked before it is sent: a malformed request has no effect.
  waitOf(request);
  const [hash] = (await request.ask(["eth_sendRawTransaction", rawOf(request.body)])) as readonly [string];
  const answer = await awaited(waits, request, hash, 201);
  return { ...answer, headers: { location: `/transactions/${hash}` } };
}

function rawOf(body: string): string {
  const raw = memberOf(body, "raw", '{"raw": "0x…"}');
  if (typeof raw !== "string" || !/^0x([0-9a-fA-F]{2})+$/.test(raw))
    throw invalid("raw", typeof raw === "string" ? raw : undefined, "a signed transaction in hexadecimal digits");
  return raw;
}

/**
 * The transaction once it has reached the stage that the request waits for, or after the time that it gives: then status 202, as
 * where too many wait.
 */
async function awaited(waits: SharedPlaces, request: RouteRequest, hash: string, status: number): Promise<RouteAnswer> {
  const { ask, client } = request;
  const { stage, waitMs } = waitOf(request);
  const end = performance.now() + waitMs;
  const look = async (): Promise<RouteAnswer> => {
    const transaction = await lookUp(ask, hash);
    return { status: STAGES.indexOf(transaction.stage) < STAGES.indexOf(stage) ? 202 : status, body: transaction };
  };
  let answer = await look();
  if (answer.status !== 202 || waitMs === 0) return answer;
  const leave = waits.take(client, 1);
  if (leave === undefined) return answer;
  try {
    for (let left = waitMs; answer.status === 202 && left > 0; left = end - performance.now()) {
      // Rejects when the client has gone: nothing is read on for it.
      await setTimeout(Math.min(LOOK_MS, left), undefined, { signal: client.gone, ref: false });
      answer = await look();
    }
    return answer;
  } finally {
    leave();
  }
}

function waitOf({ query: { wait, seconds } }: RouteRequest): { readonly stage: string; readonly waitMs: number } {
  if (wait === undefined) return { stage: "pending", waitMs: 0 };
  if (typeof wait !== "string" || !STAGES.includes(wait)) throw invalid("wait", wait, `one of ${STAGES.join(", ")}`);
  if (seconds === undefined) return { stage: wait, waitMs: DEFAULT_WAIT_MS };
  if (typeof seconds !== "string" || !/^\d{1,9}$/.test(seconds)) throw invalid("seconds", seconds, "a whole number");
  return { stage: wait, waitMs: Math.min(Number(seconds) * 1000, MOST_WAIT_MS) };
}

async function lookUp(ask: AnswerCalls, hash: string): Promise<Transaction & Readonly<Record<string, unknown>>> {
  const [found, receipt, details] = (await ask(
    ["eth_getTransactionByHash", hash],
    ["eth_getTransactionReceipt", hash],
    ["zks_getTransactionDetails", hash],
  )) as readonly [TransactionAnswer | null, ReceiptAnswer | null, DetailsAnswer | null];
  if (found === null || details === null) throw notFound(`transaction ${hash}`);
  const stage = stageOf({
    commitTxHash: details.ethCommitTxHash,
    proveTxHash: details.ethProveTxHash,
    executeTxHash: details.ethExecuteTxHash,
  });
  return {
    hash: hash.toLowerCase(),
    stage: receipt === null ? "pending" : stage,
    from: found.from,
    to: found.to,
    valueWei: BigInt(found.value).toString(),
    nonce: Number(found.nonce),
    isPriorityOperation: details.isL1Originated,
    block: receipt === null ? null : Number(found.blockNumber),
    batch: receipt?.l1BatchNumber == null ? null : Number(receipt.l1BatchNumber),
    receipt: receipt === null ? null : receiptOf(receipt),
    l1: { committed: details.ethCommitTxHash, proven: details.ethProveTxHash, executed: details.ethExecuteTxHash },
  };
}

function receiptOf({ status, gasUsed, effectiveGasPrice, contractAddress, logs }: ReceiptAnswer): object {
  return {
    success: BigInt(status) === 1n,
    gasUsed: Number(gasUsed),
    gasPriceWei: BigInt(effectiveGasPrice).toString(),
    contractAddress,
    logs: logs.map(({ address, topics, data }) => ({ address, topics, data })),
  };
}
