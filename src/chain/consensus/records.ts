import { fromHex, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import { frameOf, readFrames } from "./frames.ts";
import type { CountedVote } from "./votes.ts";

/** Record in a node's file of votes. */
export type VoteRecord =
  /** A vote of this node; one to notarize with the proposal's bytes. */
  | { readonly type: "vote"; readonly vote: CountedVote; readonly bytes?: Uint8Array }
  /** Certificate that ended a view. */
  | { readonly type: "certificate"; readonly certificate: Certificate }
  /** Highest view of the votes that were dropped from the file, because a decision is newer. */
  | { readonly type: "dropped"; readonly view: number };

/** Record in a node's file of decisions: proposals that became final together, with their certificate. */
export interface DecisionRecord {
  readonly proposals: readonly Uint8Array[];
  readonly certificate: Certificate;
  /** Highest view of this node's stored votes; 0 before its first. */
  readonly votedView: number;
}

/** A node's files as read: their records, and the bytes that are whole. */
interface StoredRecords<R> {
  readonly records: readonly R[];
  readonly wholeBytes: number;
}

export function encodeRecord(record: VoteRecord | DecisionRecord): Uint8Array {
  return frameOf(new TextEncoder().encode(JSON.stringify(plain(record))));
}

export function readVoteRecords(file: Uint8Array): StoredRecords<VoteRecord> {
  return read(file, (json) => {
    const { bytes, ...record } = json as VoteRecord & { readonly bytes?: Hex };
    return bytes === undefined ? record : ({ ...record, bytes: fromHex(bytes) } as VoteRecord);
  });
}

export function readDecisionRecords(file: Uint8Array): StoredRecords<DecisionRecord> {
  return read(file, (json) => {
    const record = json as Omit<DecisionRecord, "proposals"> & { readonly proposals: readonly Hex[] };
    return { ...record, proposals: record.proposals.map((bytes) => fromHex(bytes)) };
  });
}

/** The record with bytes as hex. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** Highest view of a stored vote, 0 if there is none. */
export function votedViewOf(records: readonly VoteRecord[]): number {
  const views = records.map((record) =>
    record.type === "vote" ? record.vote.view : record.type === "dropped" ? record.view : 0,
  );
  return Math.max(0, ...views);
}

/** Records that a node with this newest decision still needs. */
export function recordsAbove(records: readonly VoteRecord[], decidedView: number): readonly VoteRecord[] {
  const young = records.filter(
    (record) =>
      (record.type === "vote" && record.vote.view > decidedView) ||
      (record.type === "certificate" && record.certificate.view > decidedView),
  );
  return [{ type: "dropped", view: votedViewOf(records) }, ...young];
}

function read<R>(file: Uint8Array, decode: (json: unknown) => R): StoredRecords<R> {
  const { contents, wholeBytes } = readFrames(file);
  return { records: contents.map((content) => decode(JSON.parse(new TextDecoder().decode(content)))), wholeBytes };
}
