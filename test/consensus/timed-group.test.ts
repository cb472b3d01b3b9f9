import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openGroup, type RunningNode, type Workshop } from "../../src/chain/consensus/group.ts";
import { MemoryVotes } from "../../src/chain/consensus/memory-votes.ts";
import type { GroupStore } from "../../src/chain/consensus/vote-store.ts";
import type { GroupMessage } from "../../src/chain/consensus/messages.ts";
import { isTimely, NO_ID, NULLIFY, type CountedVote, type SignedVote, type Vote } from "../../src/chain/consensus/votes.ts";
import { keccak } from "../../src/ground/protocol/hex.ts";
import { TestClock } from "../chain/support/clock.ts";
import { TestKeys } from "./support/test-keys.ts";

const ROOT = { id: keccak(), view: 0, parent: keccak() };
const COUNT = 4;
const STEP_MS = 20;
const START_SECONDS = 1_000_000;
const keys = new TestKeys(COUNT);

/** Four nodes in simulated time, which decide words; messages of some nodes are lost. */
class TimedGroup {
  readonly clock = new TestClock(0);
  readonly lost = new Set<number>();
  readonly evidence: CountedVote[] = [];
  readonly decided: string[][] = Array.from({ length: COUNT }, () => []);
  readonly sent: SignedVote[] = [];
  /** Seconds of the nodes' clock. */
  second = START_SECONDS;
  readonly nodes: RunningNode[];
  readonly #listeners = new Map<number, (message: GroupMessage, from: number) => void>();
  #word = "";

  /** `syncMs`: time of a sync of each node's disk. */
  constructor(syncMs: readonly number[] = []) {
    this.nodes = Array.from({ length: COUNT }, (_, index) => this.#open(index, syncMs[index] ?? 0));
  }

  /** Lets all nodes decide a word. Resolves with the simulated milliseconds until those of `honest` have it. */
  async decide(word: string, honest: readonly number[], maxMs = 60_000): Promise<number> {
    this.#word = word;
    for (const node of this.nodes) node.work(true);
    for (let ms = 0; ms < maxMs; ms += STEP_MS) {
      if (honest.every((index) => this.decided[index]?.includes(word) === true)) return ms;
      await this.step();
    }
    return Infinity;
  }

  /** Ends all work, and waits until the nodes are idle. */
  async rest(): Promise<void> {
    for (const node of this.nodes) node.work(false);
    for (let ms = 0; ms < 2_000; ms += STEP_MS) await this.step();
  }

  async step(): Promise<void> {
    // Promises of a node's files and workshop, and messages that they cause.
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    this.clock.advance(STEP_MS);
  }

  receive(to: number, message: GroupMessage, from: number): void {
    this.#listeners.get(to)?.(message, from);
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  #open(index: number, syncMs: number): RunningNode {
    const store = new SlowVotes(this.clock, syncMs);
    return openGroup({
      ...{ voters: keys.voters, self: index, root: ROOT, firstView: 1, proposalMs: 1_000, viewMs: 2_500 },
      ...{ store, clock: this.clock, workshop: this.#workshop(index) },
      net: {
        send: (message, to) => this.#send(message, index, to),
        listen: (listener) => {
          this.#listeners.set(index, listener);
          return () => this.#listeners.delete(index);
        },
      },
      nowSeconds: () => this.second,
      sign: (vote) => keys.sign(index, vote, this.second),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: (first) => void this.evidence.push(first),
      onFailure: (error) => assert.fail(String(error)),
    });
  }

  #send(message: GroupMessage, from: number, to: number | undefined): void {
    if (this.lost.has(from)) return;
    if (message.type === "votes") this.sent.push(...message.votes);
    for (let other = 0; other < COUNT; other++)
      if (other !== from && !this.lost.has(other) && (to === undefined || to === other))
        setImmediate(() => this.receive(other, message, from));
  }

  #workshop(index: number): Workshop {
    return {
      build: () => Promise.resolve(new TextEncoder().encode(this.#word)),
      execute: () => Promise.resolve("valid"),
      decide: (_, content) => {
        this.decided[index]?.push(new TextDecoder().decode(content));
        return Promise.resolve();
      },
    };
  }
}

/** Votes in memory, each stored after a sync of this length. */
class SlowVotes implements GroupStore {
  readonly syncMs: number;
  readonly #clock: TestClock;
  readonly #votes = new MemoryVotes();

  constructor(clock: TestClock, syncMs: number) {
    this.#clock = clock;
    this.syncMs = syncMs;
  }

  get stored(): GroupStore["stored"] {
    return this.#votes.stored;
  }

  async appendVote(record: Parameters<GroupStore["appendVote"]>[0]): Promise<void> {
    if (this.syncMs > 0) await new Promise<void>((resolve) => void this.#clock.after(this.syncMs, resolve));
    return this.#votes.appendVote(record);
  }

  appendDecision(record: Parameters<GroupStore["appendDecision"]>[0]): Promise<void> {
    return this.#votes.appendDecision(record);
  }

  decisionsAbove(view: number, count: number): ReturnType<GroupStore["decisionsAbove"]> {
    return this.#votes.decisionsAbove(view, count);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe("a group of four nodes in simulated time", () => {
  it("decides within three seconds after the leader has died", async () => {
    const group = new TimedGroup();
    assert.ok((await group.decide("first", [0, 1, 2, 3])) < 500);
    await group.rest();
    const view = Math.max(...group.nodes.map(({ state }) => state.view));
    const dead = view % COUNT;
    group.lost.add(dead);
    const others = [0, 1, 2, 3].filter((index) => index !== dead);
    const ms = await group.decide("second", others);
    assert.ok(ms > 500 && ms <= 3_000, `${ms} ms`);
    await group.close();
  });

  it("fdatasync + 900 ms: decides, though each vote waits for a sync", async () => {
    const group = new TimedGroup([900, 900, 900, 900]);
    const ms = await group.decide("slow", [0, 1, 2, 3]);
    assert.ok(ms >= 1_800 && ms < 10_000, `${ms} ms`);
    await group.close();
  });

  it("decides without the one slow disk of four", async () => {
    const group = new TimedGroup([0, 0, 0, 2_000]);
    const fast = [0, 1, 2];
    for (const word of ["a", "b", "c", "d"]) assert.ok((await group.decide(word, fast)) < 12_000);
    await group.close();
  });

  it("counts no vote that is sent alone with a second far from the receiver's", async () => {
    const group = new TimedGroup();
    await group.decide("first", [0, 1, 2, 3]);
    const { view } = group.nodes[0]!.state;
    const nullify: Vote = { kind: NULLIFY, epoch: 0, view, id: NO_ID };
    const countOf = (): number => group.nodes[0]!.state.votes.size;
    const before = countOf();
    for (const second of [0, START_SECONDS - 601, START_SECONDS + 61]) {
      const vote = await keys.sign(3, nullify, second);
      assert.equal(isTimely(vote, START_SECONDS), false);
      group.receive(0, { type: "votes", votes: [vote] }, 3);
    }
    assert.equal(countOf(), before);
    group.receive(0, { type: "votes", votes: [await keys.sign(3, nullify, START_SECONDS - 600)] }, 3);
    assert.notEqual(countOf(), before);
    await group.close();
  });

  it("continues after half of the nodes were away for hours: they sign their votes again", async () => {
    const group = new TimedGroup();
    await group.decide("first", [0, 1, 2, 3]);
    for (const index of [2, 3]) group.lost.add(index);
    assert.equal(await group.decide("second", [0, 1], 4_000), Infinity);
    group.second += 10_000;
    group.lost.clear();
    assert.ok((await group.decide("second", [0, 1, 2, 3])) < 30_000);
    const views = new Map<string, Set<number>>();
    for (const vote of group.sent) {
      const name = `${vote.kind} ${vote.view} ${keys.signerOf(vote)}`;
      views.set(name, (views.get(name) ?? new Set()).add(vote.signedAt));
    }
    // Some vote was signed at both times, and none is evidence.
    assert.ok([...views.values()].some((seconds) => seconds.size > 1));
    assert.deepEqual(group.evidence, []);
    await group.close();
  });
});
