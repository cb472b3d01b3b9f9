import { isProvenVersion } from "../../src/protocol/no-proof.ts";
import { hashTag } from "../../src/protocol/hex.ts";
import { ask } from "../rpc.ts";
import { readProveCall } from "./prove-call.ts";
import type { ProveCall } from "./prove-call.ts";
import type { VerifyReply, VerifyRequest } from "./verify-worker.ts";

/** One thing that was looked at, and how it came out. */
export interface Check {
  readonly what: string;
  readonly holds: boolean;
  readonly detail: string;
}

export interface BatchToVerify {
  readonly batchNumber: number;
  /** The chain's contract on L1. */
  readonly hyperchain: string;
  readonly proveTransaction: string;
  /** What the chain says its new state is. */
  readonly stateRoot: string;
  readonly commitment: string;
}

/**
 * Checks a batch's proof in this browser, against what L1 has: the transaction that proved it, and the record that the chain's
 * contract keeps. The chain is asked for nothing. `tamper` alters the proof before, to see it refused.
 */
export async function verifyBatch(
  batch: BatchToVerify,
  tamper: (proof: Uint8Array) => Uint8Array = (proof) => proof,
): Promise<readonly Check[]> {
  const { batchNumber, hyperchain, proveTransaction } = batch;
  const [transaction, receipt, stored] = await Promise.all([
    ask<{ readonly input: string; readonly to: string | null } | null>("l1", "eth_getTransactionByHash", [proveTransaction]),
    ask<{ readonly status: string } | null>("l1", "eth_getTransactionReceipt", [proveTransaction]),
    ask<string>("l1", "eth_call", [
      { to: hyperchain, data: STORED_BATCH_HASH + batchNumber.toString(16).padStart(64, "0") },
      "latest",
    ]),
  ]);
  const call = transaction?.to?.toLowerCase() === hyperchain.toLowerCase() ? readProveCall(transaction.input) : undefined;
  if (call === undefined) {
    return [
      {
        what: "L1's transaction shows the proof",
        holds: false,
        detail: "it is no direct call of proveBatch, so this page cannot read the proof from it",
      },
    ];
  }
  const same = (what: string, here: string, there: string): Check => ({
    what,
    holds: here === there,
    detail: here === there ? here : `${here}, not ${there}`,
  });
  return [
    { what: "the transaction that proved it succeeded on L1", holds: receipt?.status === "0x1", detail: proveTransaction },
    same("the transaction is about this batch", String(call.batchNumber), String(batchNumber)),
    same("L1's contract keeps the hash of the record that was proven", call.storedHash, stored),
    same("the commitment is the chain's", call.commitment, batch.commitment),
    await proofCheck(call, tamper),
  ];
}

/** Selector of `storedBatchHash(uint256)`. */
const STORED_BATCH_HASH = hashTag("storedBatchHash(uint256)").slice(0, 10);

async function proofCheck(call: ProveCall, tamper: (proof: Uint8Array) => Uint8Array): Promise<Check> {
  const what = "the validity proof holds for this record, checked in this browser";
  if (!isProvenVersion(call.protocolVersion)) {
    return { what, holds: false, detail: "NOTHING IS PROVEN: the batch's protocol version takes a marker instead of a proof" };
  }
  const proof = tamper(call.proof.slice());
  const { code, milliseconds } = await verifyApart({ statement: call.statement.slice(), proof });
  const bytes = `${proof.length.toLocaleString("en")} bytes, ${Math.round(milliseconds)} ms`;
  return { what, holds: code === undefined, detail: code === undefined ? bytes : `${code}: the proof is false` };
}

/** Asks a worker of its own. Rejects where it could not be loaded. */
function verifyApart(request: VerifyRequest): Promise<VerifyReply> {
  const worker = new Worker("/verify-worker.js", { type: "module" });
  return new Promise<VerifyReply>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<VerifyReply>) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(`the verifier could not run: ${message}`)));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
