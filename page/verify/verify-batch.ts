import { isProvenVersion } from "../../src/protocol/no-proof.ts";
import { fromHex, hashTag } from "../../src/protocol/hex.ts";
import { readProvenRecord, type ProvenRecord } from "../../src/protocol/proven-record.ts";
import type { BatchProofInfo } from "../answers.ts";
import { ask } from "../rpc.ts";
import type { SettlementBase } from "../settlement-base.ts";
import type { VerifyReply, VerifyRequest } from "./verify-worker.ts";

/** One thing that was looked at, and how it came out. */
export interface Check {
  readonly what: string;
  readonly holds: boolean;
  readonly detail: string;
}

export interface BatchToVerify {
  readonly member: string;
  readonly base: SettlementBase;
  readonly batchNumber: number;
  /** The chain's contract on what it settles on. */
  readonly hyperchain: string;
  readonly proveTransaction: string;
  readonly commitment: string;
}

/**
 * Checks a batch's proof in this browser, against what the chain settles on: the transaction that proved it, and the record that
 * the chain's contract keeps. Of what the chain answers nothing is believed. `tamper` alters the proof before, to see it refused.
 */
export async function verifyBatch(
  batch: BatchToVerify,
  tamper: (proof: Uint8Array) => Uint8Array = (proof) => proof,
): Promise<readonly Check[]> {
  const { member, base, batchNumber, hyperchain, proveTransaction } = batch;
  const [shown, receipt, kept] = await Promise.all([
    ask<BatchProofInfo | null>(member, "hyperchain_proof", [Number(member), batchNumber]),
    ask<BaseReceipt | null>(base.member, "eth_getTransactionReceipt", [proveTransaction]),
    ask<string>(base.member, "eth_call", [
      { to: hyperchain, data: STORED_BATCH_HASH + batchNumber.toString(16).padStart(64, "0") },
      "latest",
    ]),
  ]);
  const record = shown === null ? undefined : readProvenRecord(shown.storedBatch);
  if (shown === null || record === undefined) {
    return [{ what: "the chain shows the proof and its record", holds: false, detail: "it shows neither" }];
  }
  const same = (what: string, here: string, there: string): Check => ({
    what,
    holds: here === there,
    detail: here === there ? here : `${here}, not ${there}`,
  });
  const accepted = receipt?.status === "0x1" && receipt.to?.toLowerCase() === hyperchain.toLowerCase();
  return [
    { what: `the transaction that proved it succeeded on ${base.words}`, holds: accepted, detail: proveTransaction },
    same("the record is of this batch", String(record.batchNumber), String(batchNumber)),
    same(`the contract on ${base.words} keeps the hash of this record`, record.storedHash, kept),
    same("the commitment is the chain's", record.commitment, batch.commitment),
    await proofCheck(record, tamper(fromHex(shown.proof))),
  ];
}

/** Of `eth_getTransactionReceipt`. */
interface BaseReceipt {
  readonly status: string;
  readonly to: string | null;
}

/** Selector of `storedBatchHash(uint256)`. */
const STORED_BATCH_HASH = hashTag("storedBatchHash(uint256)").slice(0, 10);

async function proofCheck({ protocolVersion, statement }: ProvenRecord, proof: Uint8Array): Promise<Check> {
  const what = "the validity proof holds for this record, checked in this browser";
  if (!isProvenVersion(protocolVersion)) {
    return { what, holds: false, detail: "NOTHING IS PROVEN: the batch's protocol version takes a marker instead of a proof" };
  }
  const { code, milliseconds } = await verifyApart({ statement, proof });
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
