import type { Clock } from "../../ground/runtime/clock.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { GroupMessage } from "./messages.ts";
import { ConsensusNode, type ConsensusPorts } from "./node.ts";
import { contentOf, requireHeader, type Header } from "./proposals.ts";
import { restore } from "./restore.ts";
import type { State, DecisionVerdict, Voters } from "./state.ts";
import type { GroupStore } from "./vote-store.ts";
import { isTimely, type CountedVote, type SignedVote, type Vote } from "./votes.ts";

/** Makes, executes and applies decisions. One call runs at a time. */
export interface Workshop {
  /** Content of a decision that follows `parent`; undefined if none can be made. */
  build(view: number, parent: Hex, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Executes a decision. After an abort the verdict is ignored. */
  execute(header: Header, content: Uint8Array, options: ExecutionOptions): Promise<DecisionVerdict>;
  /** Applies a final decision. After a crash it may get one a second time. */
  decide(header: Header, content: Uint8Array): Promise<void>;
}

interface ExecutionOptions {
  /** True if a quorum has notarized the decision: rules of time do not apply, and nothing aborts it. */
  readonly isNotarized: boolean;
  readonly signal: AbortSignal;
}

export interface Net {
  send(message: GroupMessage, to?: number): void;
  /** Calls back with each message and the index of its sender; returns the function that ends it. */
  listen(listener: (message: GroupMessage, from: number) => void): () => void;
}

interface GroupParts {
  readonly voters: Voters & { indexOf(address: Hex): number | undefined };
  /** Index of this node; undefined for one that follows without a vote. */
  readonly self: number | undefined;
  /** Decision that the group starts from, and the first view, above all that were used before. */
  readonly root: Header;
  readonly firstView: number;
  readonly proposalMs: number;
  readonly viewMs: number;
  readonly store: GroupStore;
  readonly net: Net;
  readonly workshop: Workshop;
  readonly clock: Clock;
  /** Second of the node's clock. Default: the seconds in votes do not matter, because no stake answers for them. */
  nowSeconds?(): number;
  sign(vote: Vote): Promise<SignedVote>;
  /** Address that signed the vote; undefined if it is not a signature. */
  signerOf(vote: SignedVote): Hex | undefined;
  onEvidence(first: CountedVote, second: CountedVote): void;
  /** The node has stopped: its files cannot be written, its decisions fork, or the workshop failed. */
  onFailure(error: unknown): void;
}

/** A running node of a group. */
export interface RunningNode {
  readonly state: State;
  work(hasWork: boolean): void;
  connected(): void;
  close(): Promise<void>;
}

const SECOND_MS = 1_000;

/** Starts a node from its files: with the votes that it has cast, unless they are lost; then it follows without a vote. */
export function openGroup(parts: GroupParts): RunningNode {
  const group = new Group(parts);
  group.begin();
  return group;
}

class Group implements RunningNode {
  readonly #parts: GroupParts;
  readonly #node: ConsensusNode;
  readonly #ends: (() => void)[] = [];
  #queue: Promise<void> = Promise.resolve();
  #view = new AbortController();
  #isClosed = false;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    const { voters, proposalMs, viewMs, root, firstView } = parts;
    const restored = restore(parts.store.stored, { root, firstView });
    const self = restored.areVotesLost ? undefined : parts.self;
    this.#node = new ConsensusNode({ voters, self, proposalMs, viewMs }, this.#ports(), restored);
  }

  get state(): State {
    return this.#node.state;
  }

  begin(): void {
    this.#ends.push(this.#parts.net.listen((message, from) => this.#node.receive(message, from)));
    this.#tick();
    this.#node.begin();
  }

  work(hasWork: boolean): void {
    this.#node.work(hasWork);
  }

  connected(): void {
    this.#node.connected();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#node.close();
    this.#view.abort();
    for (const end of this.#ends.splice(0)) end();
    await this.#queue;
    await this.#parts.store.close();
  }

  #tick(): void {
    this.#after(SECOND_MS, () => {
      this.#node.second();
      this.#tick();
    });
  }

  #after(ms: number, callback: () => void): void {
    if (this.#isClosed) return;
    const cancel = this.#parts.clock.after(ms, () => {
      this.#ends.splice(this.#ends.indexOf(cancel), 1);
      callback();
    });
    this.#ends.push(cancel);
  }

  #ports(): ConsensusPorts {
    const { net, store, voters, sign, signerOf, onEvidence } = this.#parts;
    return {
      sign: (vote, signed) => this.#then(sign(vote), signed),
      voterOf: (vote) => {
        const signer = signerOf(vote);
        return signer === undefined ? undefined : voters.indexOf(signer);
      },
      isTimely: (vote) => {
        const now = this.#parts.nowSeconds?.();
        return now === undefined || isTimely(vote, now);
      },
      storeVote: (record, stored) => this.#then(store.appendVote(record), stored),
      storeDecision: (record, stored) => this.#then(store.appendDecision(record), stored),
      decisionsAbove: (view, count) => store.decisionsAbove(view, count),
      send: (message, to) => net.send(message, to),
      build: (view, parent) => this.#build(view, parent),
      execute: (proposal, header, isNotarized) => this.#execute(proposal, header, isNotarized),
      abort: () => {
        this.#view.abort();
        this.#view = new AbortController();
      },
      decided: (proposals) =>
        this.#run(async () => {
          for (const bytes of proposals) await this.#parts.workshop.decide(requireHeader(bytes), contentOf(bytes));
        }),
      // A slow disk makes every node late: the timers wait as long as a sync takes.
      after: (ms, callback) => this.#after(ms + store.syncMs, callback),
      evidence: (first, second) => onEvidence(first, second),
      failed: (error) => this.#fail(error),
    };
  }

  #build(view: number, parent: Hex): void {
    const { signal } = this.#view;
    this.#run(async () => {
      if (signal.aborted) return;
      const content = await this.#parts.workshop.build(view, parent, signal);
      if (!signal.aborted) this.#node.built(view, parent, content);
    });
  }

  #execute(proposal: Uint8Array, header: Header, isNotarized: boolean): void {
    const signal = isNotarized ? new AbortController().signal : this.#view.signal;
    this.#run(async () => {
      const options = { isNotarized, signal };
      const verdict = signal.aborted ? "later" : await this.#parts.workshop.execute(header, contentOf(proposal), options);
      this.#node.executed(header.id, signal.aborted ? "later" : verdict);
    });
  }

  /** Runs after the workshop's current job. */
  #run(job: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#isClosed) return;
      try {
        await job();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #then<T>(promise: Promise<T>, next: (value: T) => void): void {
    promise.then(next, (error: unknown) => this.#fail(error)).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#node.close();
    this.#view.abort();
    for (const end of this.#ends.splice(0)) end();
    this.#parts.onFailure(error);
  }
}
