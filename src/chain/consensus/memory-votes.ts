import { recordsAbove, type DecisionRecord, type VoteRecord } from "./records.ts";
import type { Stored } from "./restore.ts";
import type { GroupStore } from "./vote-store.ts";

/** Newest decisions that are stored. */
const MAX_DECISIONS = 2_000;

/** Votes and decisions of a node whose process ends with the group: they outlive the node, and not the process. */
export class MemoryVotes implements GroupStore {
  readonly syncMs = 0;
  #votes: readonly VoteRecord[] = [];
  #decisions: readonly DecisionRecord[] = [];

  get stored(): Stored {
    return { votes: this.#votes, newest: this.#decisions.at(-1) };
  }

  appendVote(record: VoteRecord): Promise<void> {
    this.#votes = [...this.#votes, record];
    return Promise.resolve();
  }

  appendDecision(record: DecisionRecord): Promise<void> {
    this.#decisions = [...this.#decisions.slice(1 - MAX_DECISIONS), record];
    this.#votes = recordsAbove(this.#votes, record.certificate.view);
    return Promise.resolve();
  }

  decisionsAbove(view: number, count: number): readonly DecisionRecord[] {
    const first = this.#decisions.findIndex(({ certificate }) => certificate.view > view);
    return first < 0 ? [] : this.#decisions.slice(first, first + count);
  }

  /** True if the decisions after that view are stored. */
  follows(view: number): boolean {
    const oldest = this.#decisions[0]?.certificate.view ?? 0;
    return oldest <= view || this.#decisions.length < MAX_DECISIONS;
  }

  /** Adopts the newest decision of another node, whose older decisions no node has. */
  adopt(newest: DecisionRecord): void {
    this.#decisions = [{ ...newest, votedView: 0 }];
    this.#votes = recordsAbove(this.#votes, newest.certificate.view);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
