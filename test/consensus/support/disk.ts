import type { DecisionRecord, VoteRecord } from "../../../src/chain/consensus/records.ts";
import type { ConsensusModules } from "./product.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

interface Waiting {
  readonly frame: Uint8Array;
  readonly stored: () => void;
}

/** A simulated file: synced records stay, waiting ones may be whole, torn or missing after a crash. */
export class SimulatedFile {
  readonly #timeline: Timeline;
  readonly #syncMs: () => number;
  #synced: Uint8Array[] = [];
  #waiting: Waiting[] = [];
  #isSyncing = false;
  #generation = 0;

  constructor(timeline: Timeline, syncMs: () => number) {
    this.#timeline = timeline;
    this.#syncMs = syncMs;
  }

  append(frame: Uint8Array, stored: () => void): void {
    this.#waiting.push({ frame, stored });
    if (!this.#isSyncing) this.#sync();
  }

  /** Loses power: a part of the waiting records is on the disk, perhaps with a torn end, perhaps with zeros after it. */
  crash(random: Random): void {
    const bytes = joined(this.#waiting.map(({ frame }) => frame));
    const length = random.isLikely(0.3) ? 0 : random.isLikely(0.3) ? bytes.length : random.below(bytes.length + 1);
    const zeros = random.isLikely(0.2) ? random.below(40) : 0;
    this.#synced.push(bytes.subarray(0, length), new Uint8Array(zeros));
    this.#waiting = [];
    this.#isSyncing = false;
    this.#generation++;
  }

  /** Content after a start, without the bytes after the last whole record. */
  open(wholeBytes: (content: Uint8Array) => number): Uint8Array {
    const content = joined(this.#synced);
    const whole = content.subarray(0, wholeBytes(content));
    this.#synced = [whole];
    return whole;
  }

  clear(): void {
    this.#synced = [];
  }

  #sync(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    const generation = this.#generation;
    const size = batch.length;
    this.#isSyncing = true;
    this.#timeline.after(this.#syncMs(), () => {
      if (generation !== this.#generation) return;
      const done = this.#waiting.splice(0, size);
      this.#synced.push(...done.map(({ frame }) => frame));
      this.#isSyncing = false;
      for (const { stored } of done) if (generation === this.#generation) stored();
      if (generation === this.#generation && !this.#isSyncing) this.#sync();
    });
  }
}

/** The two files of a simulated node. */
export class SimulatedDisk {
  readonly #modules: ConsensusModules;
  readonly #votes: SimulatedFile;
  readonly #decisions: SimulatedFile;

  constructor(modules: ConsensusModules, timeline: Timeline, syncMs: () => number) {
    this.#modules = modules;
    this.#votes = new SimulatedFile(timeline, syncMs);
    this.#decisions = new SimulatedFile(timeline, syncMs);
  }

  storeVote(record: VoteRecord, stored: () => void): void {
    this.#votes.append(this.#modules.encodeRecord(record), stored);
  }

  storeDecision(record: DecisionRecord, stored: () => void): void {
    this.#decisions.append(this.#modules.encodeRecord(record), stored);
  }

  crash(random: Random): void {
    this.#votes.crash(random);
    this.#decisions.crash(random);
  }

  loseVotes(): void {
    this.#votes.clear();
  }

  open(): { readonly votes: readonly VoteRecord[]; readonly decisions: readonly DecisionRecord[] } {
    const { readVoteRecords, readDecisionRecords } = this.#modules;
    const votes = this.#votes.open((content) => readVoteRecords(content).wholeBytes);
    const decisions = this.#decisions.open((content) => readDecisionRecords(content).wholeBytes);
    return { votes: readVoteRecords(votes).records, decisions: readDecisionRecords(decisions).records };
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
