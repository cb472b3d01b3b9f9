import { isProvenVersion } from "../../src/ground/protocol/no-proof.ts";
import { digestFromHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, hashTag } from "../../src/ground/protocol/hex.ts";
import { provenBatches, readProvenRecord, type ProvenRecord } from "../../src/ground/protocol/proven-record.ts";
import type { BatchProofInfo } from "../answers.ts";
import { ask } from "../rpc.ts";
import { type BatchToVerify, type Check, executionChecks, type LayersWord, recordChecks } from "./record-checks.ts";
import type { VerifyReply, VerifyRequest } from "./verify-request.ts";

/**
 * Checks a batch's proof in this browser, against what the chain settles on: the transaction that proved it, and the record that
 * the chain's contract keeps. Of what the chain answers nothing is believed. `tamper` alters the proof before, to see it refused.
 * `member` and `layerMember`: the chain, and what it settles on, as the page's server names them.
 */
export async function verifyBatch(
  { member, layerMember, ...batch }: BatchToVerify & Readonly<Record<"member" | "layerMember", string>>,
  tamper: (proof: Uint8Array) => Uint8Array = (proof) => proof,
): Promise<readonly Check[]> {
  const { batchNumber, hyperchain, proveTransaction, layer } = batch;
  const [shown, receipt, storedHash] = await Promise.all([
    ask<BatchProofInfo | null>(member, "hyperchain_proof", [Number(member), batchNumber]),
    ask<LayersWord["receipt"]>(layerMember, "eth_getTransactionReceipt", [proveTransaction]),
    ask<string>(layerMember, "eth_call", [
      { to: hyperchain, data: STORED_BATCH_HASH + batchNumber.toString(16).padStart(64, "0") },
      "latest",
    ]),
  ]);
  const record = shown === null ? undefined : readProvenRecord(shown.storedBatch);
  if (shown === null || record === undefined)
    return [{ what: "the chain shows the proof and its record", holds: false, detail: "it shows neither" }];
  const word: LayersWord = { receipt, storedHash };
  const proof = tamper(fromHex(shown.proof));
  if (shown.kind === "execution") {
    const proven = provenBatches(shown.batches);
    if (proven === undefined)
      return [{ what: "the records of the proof are those of its batches", holds: false, detail: "they differ" }];
    const { hub } = shown;
    const request = { kind: "execution", batches: proven, digest: digestFromHex(shown.digest), hub, proof } as const;
    const isAmong = shown.batches.some((each) => each.chainId === Number(member) && each.storedBatch === shown.storedBatch);
    const among = { what: "the record is among those of the proof", holds: isAmong, detail: record.storedHash };
    return [...executionChecks(batch, record, proven, word), among, await proofCheck(record, request)];
  }
  const accepted = receipt?.status === "0x1" && receipt.to?.toLowerCase() === hyperchain.toLowerCase();
  return [
    { what: `the transaction that proved it succeeded on ${layer}`, holds: accepted, detail: proveTransaction },
    ...recordChecks(batch, record, word),
    await proofCheck(record, { kind: "changes", statement: record.statement, proof }),
  ];
}

/** Selector of `storedBatchHash(uint256)`. */
const STORED_BATCH_HASH = hashTag("storedBatchHash(uint256)").slice(0, 10);

const SUBJECTS = { changes: "published changes", execution: "execution" } as const;

async function proofCheck({ protocolVersion }: ProvenRecord, request: VerifyRequest): Promise<Check> {
  const what = `the proof of the ${SUBJECTS[request.kind]} holds for this record, checked in this browser`;
  if (!isProvenVersion(protocolVersion)) {
    return { what, holds: false, detail: "NOTHING IS PROVEN: the batch's protocol version takes a marker instead of a proof" };
  }
  const { code, milliseconds } = await verifyApart(request);
  const bytes = `${request.proof.length.toLocaleString("en")} bytes, ${Math.round(milliseconds)} ms`;
  return { what, holds: code === undefined, detail: code === undefined ? bytes : `${code}: the proof is false` };
}

/** Verifies in a separate worker. Rejects if the worker could not be loaded. */
function verifyApart(request: VerifyRequest): Promise<VerifyReply> {
  const worker = new Worker("/verify-worker.js", { type: "module" });
  return new Promise<VerifyReply>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<VerifyReply>) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(`the verifier could not run: ${message}`)));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
