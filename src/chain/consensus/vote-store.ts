import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  encodeRecord,
  readDecisionRecords,
  readVoteRecords,
  recordsAbove,
  type DecisionRecord,
  type VoteRecord,
} from "./records.ts";
import { RecordFile } from "../../ground/runtime/record-file.ts";
import type { Stored } from "./restore.ts";

/** Size of the file of votes above which it is rewritten without the votes that decisions have made needless. */
const MAX_VOTE_BYTES = 4_194_304;

interface Place {
  readonly view: number;
  readonly position: number;
  readonly length: number;
}

/** Votes and decisions of a node, which outlive it. */
export interface GroupStore {
  /** Content when the node starts. */
  readonly stored: Stored;
  /** Milliseconds of the last sync of the votes. */
  readonly syncMs: number;
  /** Resolves when the record is stored. */
  appendVote(record: VoteRecord): Promise<void>;
  appendDecision(record: DecisionRecord): Promise<void>;
  /** Stored decisions above a view, the oldest first. */
  decisionsAbove(view: number, count: number): readonly DecisionRecord[];
  close(): Promise<void>;
}

/** A node's two files: `votes`, with the certificates that ended views, and `decisions`. */
export class VoteStore implements GroupStore {
  /** Content when it was opened. */
  readonly stored: Stored;
  readonly #votes: RecordFile;
  readonly #decisions: RecordFile;
  readonly #places: Place[];

  private constructor(parts: {
    readonly stored: Stored;
    readonly votes: RecordFile;
    readonly decisions: RecordFile;
    readonly places: Place[];
  }) {
    this.stored = parts.stored;
    this.#votes = parts.votes;
    this.#decisions = parts.decisions;
    this.#places = parts.places;
  }

  /** Opens a node's files, or creates them. Throws `DamagedFileError` if stored records are damaged: restore them. */
  static async open(folder: string): Promise<VoteStore> {
    await mkdir(folder, { recursive: true });
    let voteRecords: readonly VoteRecord[] = [];
    let decisionRecords: readonly DecisionRecord[] = [];
    const votes = await RecordFile.open(join(folder, "votes"), (bytes) => {
      const { records, wholeBytes } = readVoteRecords(bytes);
      voteRecords = records;
      return wholeBytes;
    });
    const decisions = await RecordFile.open(join(folder, "decisions"), (bytes) => {
      const { records, wholeBytes } = readDecisionRecords(bytes);
      decisionRecords = records;
      return wholeBytes;
    });
    const places: Place[] = [];
    for (const record of decisionRecords) places.push(nextPlace(places, record, encodeRecord(record).length));
    const stored = { votes: voteRecords, newest: decisionRecords.at(-1) };
    return new VoteStore({ stored, votes, decisions, places });
  }

  /** Milliseconds of the last sync of the votes. */
  get syncMs(): number {
    return this.#votes.syncMs;
  }

  /** Resolves when the record is on disk. */
  appendVote(record: VoteRecord): Promise<void> {
    return this.#votes.append(encodeRecord(record));
  }

  /** Resolves when the record is on disk; then votes that it makes needless may be dropped. */
  async appendDecision(record: DecisionRecord): Promise<void> {
    const frame = encodeRecord(record);
    this.#places.push(nextPlace(this.#places, record, frame.length));
    await this.#decisions.append(frame);
    if (this.#votes.bytes > MAX_VOTE_BYTES) await this.#votes.replace((content) => withoutNeedless(content, record));
  }

  /** Decisions on disk above a view, the oldest first. */
  decisionsAbove(view: number, count: number): readonly DecisionRecord[] {
    const first = this.#places.findIndex((place) => place.view > view);
    if (first < 0) return [];
    const stored = this.#places
      .slice(first, first + count)
      .filter((place) => place.position + place.length <= this.#decisions.bytes);
    return stored.flatMap(({ position, length }) => readDecisionRecords(this.#decisions.read(position, length)).records);
  }

  async close(): Promise<void> {
    await Promise.all([this.#votes.close(), this.#decisions.close()]);
  }
}

function nextPlace(places: readonly Place[], { certificate }: DecisionRecord, length: number): Place {
  const last = places.at(-1);
  return { view: certificate.view, position: last === undefined ? 0 : last.position + last.length, length };
}

function withoutNeedless(content: Uint8Array, { certificate }: DecisionRecord): Uint8Array {
  const frames = recordsAbove(readVoteRecords(content).records, certificate.view).map((record) => encodeRecord(record));
  return new Uint8Array(Buffer.concat(frames));
}
