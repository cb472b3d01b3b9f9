import { isProvenVersion } from "../../src/protocol/no-proof.ts";
import { fromHex, hashTag } from "../../src/protocol/hex.ts";
import { readProvenRecord, type ProvenRecord } from "../../src/protocol/proven-record.ts";
import type { BatchProofInfo } from "../answers.ts";
import { ask } from "../rpc.ts";
import { type BatchToVerify, type Check, executionChecks, type LayersWord, recordChecks } from "./record-checks.ts";
import type { VerifyReply, VerifyRequest } from "./verify-worker.ts";

/** How a proof came out, and which proof it is. */
export interface CheckedBatch {
  /** Of execution the proof itself is not checked here: what checks it are contracts on L1. */
  readonly kind: BatchProofInfo["kind"];
  readonly checks: readonly Check[];
}

/**
 * Checks a batch's proof in this browser, against what the chain settles on: the transaction that proved it, and the record that
 * the chain's contract keeps. Of what the chain answers nothing is believed. `tamper` alters the proof before, to see it refused.
 * `member` and `layerMember`: the chain, and what it settles on, as the page's server names them.
 */
export async function verifyBatch(
  { member, layerMember, ...batch }: BatchToVerify & Readonly<Record<"member" | "layerMember", string>>,
  tamper: (proof: Uint8Array) => Uint8Array = (proof) => proof,
): Promise<CheckedBatch> {
  const { batchNumber, hyperchain, proveTransaction, layer } = batch;
  const [shown, receipt, transaction, storedHash] = await Promise.all([
    ask<BatchProofInfo | null>(member, "hyperchain_proof", [Number(member), batchNumber]),
    ask<LayersWord["receipt"]>(layerMember, "eth_getTransactionReceipt", [proveTransaction]),
    ask<LayersWord["transaction"]>(layerMember, "eth_getTransactionByHash", [proveTransaction]),
    ask<string>(layerMember, "eth_call", [
      { to: hyperchain, data: STORED_BATCH_HASH + batchNumber.toString(16).padStart(64, "0") },
      "latest",
    ]),
  ]);
  const record = shown === null ? undefined : readProvenRecord(shown.storedBatch);
  if (shown === null || record === undefined) {
    const check = { what: "the chain shows the proof and its record", holds: false, detail: "it shows neither" };
    return { kind: "changes", checks: [check] };
  }
  const word: LayersWord = { receipt, transaction, storedHash };
  const proof = tamper(fromHex(shown.proof));
  if (shown.kind === "execution") {
    const { proofTransactionHash } = shown;
    const storing =
      proofTransactionHash === undefined
        ? transaction
        : await ask<LayersWord["transaction"]>(layerMember, "eth_getTransactionByHash", [proofTransactionHash]);
    const checks = executionChecks(batch, record, { ...shown, proof }, { ...word, transaction: storing });
    return { kind: "execution", checks };
  }
  const accepted = receipt?.status === "0x1" && receipt.to?.toLowerCase() === hyperchain.toLowerCase();
  return {
    kind: "changes",
    checks: [
      { what: `the transaction that proved it succeeded on ${layer}`, holds: accepted, detail: proveTransaction },
      ...recordChecks(batch, record, word),
      await proofCheck(record, proof),
    ],
  };
}

/** Selector of `storedBatchHash(uint256)`. */
const STORED_BATCH_HASH = hashTag("storedBatchHash(uint256)").slice(0, 10);

async function proofCheck({ protocolVersion, statement }: ProvenRecord, proof: Uint8Array): Promise<Check> {
  const what = "the proof of the published changes holds for this record, checked in this browser";
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
