import { readFileSync } from "node:fs";
import type { DiffEntry } from "../../src/ground/protocol/diff-list.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { Pubdata } from "../../src/ground/protocol/pubdata.ts";

/** A diff entry as JSON has it: big numbers as hexadecimal text. */
export type EntryVector =
  | { readonly type: "update"; readonly index: number; readonly isCode: boolean; readonly value: Hex }
  | { readonly type: "insertion"; readonly leafKind: number; readonly address: Hex; readonly slot: Hex; readonly value: Hex };

export type LogVector =
  | { readonly type: "message"; readonly sender: Hex; readonly body: Hex }
  | { readonly type: "priorityOp"; readonly success: boolean };

/** One batch from its content to its statement. */
export interface BatchVector {
  readonly name: string;
  readonly oldLeafCount: number;
  readonly canonicalTxHashes: readonly Hex[];
  readonly importedRoots: readonly { readonly registryIndex: number; readonly root: Hex }[];
  readonly logs: readonly LogVector[];
  readonly bytecodes: readonly Hex[];
  readonly changes: readonly EntryVector[];
  readonly outputs: {
    readonly batchNumber: number;
    readonly firstBlock: number;
    readonly lastBlock: number;
    readonly firstTimestamp: number;
    readonly lastTimestamp: number;
    readonly cheatCount: number;
    readonly extensions: Hex;
    readonly coinbase: Hex;
  };
  readonly batch: {
    readonly protocolVersion: number;
    readonly settlementChainId: number;
    readonly hyperchainAddress: Hex;
    readonly chainId: number;
    readonly previousCommitment: Hex;
    readonly oldStateRoot: Hex;
    readonly newStateRoot: Hex;
    readonly daPolicy: number;
    readonly flowsHash: Hex;
    readonly policyData: Hex;
    readonly partition: Hex;
    readonly partitionDa: Hex;
  };
  readonly expected: {
    readonly pubdata: Hex;
    readonly pubdataHash: Hex;
    readonly logLeaves: readonly Hex[];
    readonly l2LogsTreeRoot: Hex;
    readonly priorityOpsRollingHash: Hex;
    readonly importedRootsRollingHash: Hex;
    readonly outputsHash: Hex;
    readonly diffDigest: Hex;
    readonly preCommitment: Hex;
    readonly point: Hex;
    readonly evaluation: Hex;
    readonly codeHashes: readonly Hex[];
    readonly daCommitment: Hex;
    readonly commitment: Hex;
    readonly statement: Hex;
  };
}

/** Bytes that are not pubdata; written by hand. */
export interface RejectionVector {
  readonly name: string;
  readonly pubdata: Hex;
  readonly oldLeafCount: number;
  readonly priorityOpCount: number;
  readonly code: string;
  readonly offset: number;
}

/** Bytes that an independent program wrote: what they say, or why they are refused. */
export type PubdataVector = Pick<RejectionVector, "pubdata" | "oldLeafCount" | "priorityOpCount"> &
  (
    | { readonly content: Pick<BatchVector, "logs" | "bytecodes" | "changes">; readonly code?: undefined }
    | Pick<RejectionVector, "code" | "offset">
  );

export const BATCH_VECTORS_FILE = new URL("../../fixtures/protocol/batches.json", import.meta.url);
const REJECTION_VECTORS_FILE = new URL("../../fixtures/protocol/pubdata-rejections.json", import.meta.url);

const PUBDATA_VECTORS_FILE = new URL("../../fixtures/protocol/pubdata.json", import.meta.url);

export function readBatchVectors(): BatchVector[] {
  return JSON.parse(readFileSync(BATCH_VECTORS_FILE, "utf8")) as BatchVector[];
}

export function readRejectionVectors(): RejectionVector[] {
  return JSON.parse(readFileSync(REJECTION_VECTORS_FILE, "utf8")) as RejectionVector[];
}

export function readPubdataVectors(): PubdataVector[] {
  return JSON.parse(readFileSync(PUBDATA_VECTORS_FILE, "utf8")) as PubdataVector[];
}

export function entryOf(vector: EntryVector): DiffEntry {
  if (vector.type === "update") return { ...vector, value: BigInt(vector.value) };
  const leafKind = Object.values(LeafKind).find((kind) => kind === vector.leafKind);
  if (leafKind === undefined) throw new RangeError(`no leaf kind ${vector.leafKind}`);
  return { type: "insertion", leafKind, address: BigInt(vector.address), slot: BigInt(vector.slot), value: BigInt(vector.value) };
}

export function pubdataOf(vector: Pick<BatchVector, "logs" | "bytecodes" | "changes">): Pubdata {
  return {
    logs: vector.logs.map((log) => (log.type === "message" ? { ...log, body: fromHex(log.body) } : log)),
    bytecodes: vector.bytecodes.map((code) => fromHex(code)),
    changes: vector.changes.map(entryOf),
  };
}
