import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isComplete, type Certificate } from "../../src/chain/consensus/certificates.ts";
import type { ConsensusEffect, ConsensusEvent } from "../../src/chain/consensus/events.ts";
import type { Header } from "../../src/chain/consensus/proposals.ts";
import { step } from "../../src/chain/consensus/reducer.ts";
import { NOTHING_STORED, start, type State } from "../../src/chain/consensus/state.ts";
import {
  areContrary,
  FINALIZE,
  liarsOf,
  NO_ID,
  NOTARIZE,
  NULLIFY,
  quorumOf,
  type CountedVote,
  type VoteKind,
} from "../../src/chain/consensus/votes.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const idOf = (name: string): Hex => `0x${Buffer.from(name).toString("hex").padStart(64, "0")}`;
const ROOT: Header = { id: idOf("root"), view: 0, parent: NO_ID };
const headerOf = (name: string, view: number, parent: Header = ROOT): Header => ({ id: idOf(name), view, parent: parent.id });

function vote(voter: number, kind: VoteKind, view: number, id: Hex = NO_ID): CountedVote {
  return { kind, epoch: 0, view, id, signedAt: 0, signature: "0x", voter };
}

function certificate(kind: VoteKind, view: number, id: Hex = NO_ID, voters = [0, 1, 3]): Certificate {
  return { kind, view, id, votes: voters.map((voter) => vote(voter, kind, view, id)) };
}

function proposal(header: Header, from: number, certificates: readonly Certificate[] = []): ConsensusEvent {
  return { type: "proposal", header, vote: vote(from, NOTARIZE, header.view, header.id), certificates };
}

/** Node 2 of four, whose views are led in turn: view 1 by node 1. All that it executes is valid unless told otherwise. */
class Node {
  state: State;
  readonly effects: ConsensusEffect[] = [];
  #verdict: "valid" | "invalid" | "later" = "valid";

  constructor(state = start(ROOT, 1)) {
    this.state = state;
    this.take({ type: "work", hasWork: true });
  }

  answering(verdict: "valid" | "invalid" | "later"): this {
    this.#verdict = verdict;
    return this;
  }

  take(...events: readonly ConsensusEvent[]): readonly ConsensusEffect[] {
    const before = this.effects.length;
    const rules = {
      voters: { count: 4, epoch: 0, leaderOf: (view: number) => view % 4 },
      self: 2,
      proposalMs: 1_000,
      viewMs: 2_500,
    };
    for (const event of events) {
      const { state, effects } = step(rules, this.state, event);
      this.state = state;
      this.effects.push(...effects);
      for (const effect of effects)
        if (effect.type === "execute") this.take({ type: "executed", id: effect.header.id, verdict: this.#verdict });
    }
    return this.effects.slice(before);
  }

  /** Votes so far, as `kind/view/name`. */
  get votes(): string[] {
    return this.effects.flatMap((effect) =>
      effect.type === "vote" ? [`${effect.vote.kind}/${effect.vote.view}/${nameOf(effect.vote.id)}`] : [],
    );
  }

  get decided(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "decided" ? effect.headers.map(({ id }) => nameOf(id)) : []));
  }
}

function nameOf(id: Hex): string {
  return Buffer.from(id.slice(2).replace(/^(00)*/, ""), "hex").toString();
}

describe("quorums", () => {
  it("have an honest voter in common, any two, and are reached without the liars", () => {
    for (let count = 1; count <= 7; count++) {
      assert.ok(2 * quorumOf(count) - count > liarsOf(count), `${count} voters`);
      assert.ok(quorumOf(count) <= count - liarsOf(count), `${count} voters`);
    }
    assert.deepEqual([4, 7].map(quorumOf), [3, 5]);
  });

  it("are not met by one signer twice in a certificate, by another vote, or by another epoch", () => {
    const { id } = headerOf("a", 1);
    assert.equal(isComplete(certificate(NOTARIZE, 1, id), 4, 0), true);
    assert.equal(isComplete(certificate(NOTARIZE, 1, id, [0, 1, 1]), 4, 0), false);
    assert.equal(isComplete(certificate(NOTARIZE, 1, id, [0, 1]), 4, 0), false);
    assert.equal(isComplete(certificate(NOTARIZE, 1, id), 4, 1), false);
    const mixed = {
      ...certificate(NOTARIZE, 1, id, [0, 1]),
      votes: [...certificate(NOTARIZE, 1, id, [0, 1]).votes, vote(3, NOTARIZE, 1)],
    };
    assert.equal(isComplete(mixed, 4, 0), false);
  });
});

describe("contrary votes", () => {
  const [a, b] = [idOf("a"), idOf("b")];
  it("are two notarizations, two finalizations, or nullify and finalize, of one view", () => {
    const pairs = [
      [vote(0, NOTARIZE, 1, a), vote(0, NOTARIZE, 1, b)],
      [vote(0, FINALIZE, 1, a), vote(0, FINALIZE, 1, b)],
      [vote(0, NULLIFY, 1), vote(0, FINALIZE, 1, a)],
    ] as const;
    for (const [first, second] of pairs) {
      assert.equal(areContrary(first, second), true);
      assert.equal(areContrary(second, first), true);
    }
  });

  it("are never two votes of an honest voter", () => {
    const pairs = [
      [vote(0, NOTARIZE, 1, a), vote(0, FINALIZE, 1, b)],
      [vote(0, NOTARIZE, 1, a), vote(0, NULLIFY, 1)],
      [vote(0, NOTARIZE, 1, a), vote(0, NOTARIZE, 2, b)],
      [vote(0, NOTARIZE, 1, a), { ...vote(0, NOTARIZE, 1, b), epoch: 1 }],
      [vote(0, NULLIFY, 1), vote(0, NULLIFY, 1)],
    ] as const;
    for (const [first, second] of pairs) assert.equal(areContrary(first, second), false);
  });
});

describe("a node", () => {
  const a = headerOf("a", 1);
  const b = headerOf("b", 1);

  it("two proposals to two halves: notarizes the leader's first alone, and reports both", () => {
    const node = new Node();
    node.take(proposal(a, 1), proposal(b, 1));
    assert.deepEqual(node.votes, ["1/1/a"]);
    assert.equal(node.effects.filter(({ type }) => type === "evidence").length, 1);
    assert.equal(node.state.headers.has(b.id), false, "bytes of the second are dropped");
  });

  it("ignores a proposal out of turn, and one whose vote is for another", () => {
    const node = new Node();
    node.take(proposal(a, 3));
    node.take({ type: "proposal", header: b, vote: vote(1, NOTARIZE, 1, a.id), certificates: [] });
    node.take({ type: "proposal", header: b, vote: vote(1, NOTARIZE, 2, b.id), certificates: [] });
    assert.deepEqual(node.votes, []);
    assert.deepEqual([...node.state.headers.keys()], [ROOT.id]);
  });

  it("1,000 blocks of one view, 10,000 votes of a view: takes one block and 10 votes, and none of a view far ahead", () => {
    const node = new Node();
    for (let i = 0; i < 1_000; i++) node.take(proposal(headerOf(`x${i}`, 61), 1));
    node.take(proposal(headerOf("far", 101), 1));
    assert.deepEqual(
      [...node.state.headers.values()].map(({ view }) => view),
      [0, 61],
    );
    for (let i = 0; i < 10_000; i++) node.take({ type: "votes", votes: [vote(3, FINALIZE, 30 + (i % 10), idOf(`y${i}`))] });
    assert.equal([...node.state.votes.values()].filter(({ voter }) => voter === 3).length, 10);
    node.take({ type: "votes", votes: [vote(3, FINALIZE, 66, a.id), { ...vote(3, FINALIZE, 5, a.id), epoch: 1 }] });
    assert.equal([...node.state.votes.values()].filter(({ voter }) => voter === 3).length, 10);
  });

  it("nullifications withheld: notarizes nothing after a view that was not nullified, or whose parent was not notarized", () => {
    const node = new Node();
    node.take(proposal(a, 1), { type: "certificate", certificate: certificate(NULLIFY, 1) });
    const c = headerOf("c", 2, a);
    node.take({ type: "certificate", certificate: certificate(NULLIFY, 2) });
    node.take(proposal({ ...c, view: 3 }, 3));
    assert.deepEqual(node.votes, ["1/1/a"], "a was never notarized by a quorum");
    const other = new Node();
    other.take(proposal(a, 1), { type: "certificate", certificate: certificate(NOTARIZE, 1, a.id) });
    other.take({ type: "certificate", certificate: certificate(NOTARIZE, 2, idOf("d")) });
    other.take(proposal(headerOf("e", 3, a), 3));
    assert.deepEqual(other.votes, ["1/1/a", "3/1/a"], "view 2 is notarized, so nothing may pass it over");
  });

  it("finalizes a proposal that a quorum notarized, unless it nullified the view", () => {
    const node = new Node();
    node.take(proposal(a, 1), { type: "certificate", certificate: certificate(NOTARIZE, 1, a.id) });
    assert.deepEqual(node.votes, ["1/1/a", "3/1/a"]);
    const late = new Node();
    late.take({ type: "timeout", view: 1, timer: "proposal" }, proposal(a, 1));
    late.take({ type: "certificate", certificate: certificate(NOTARIZE, 1, a.id) });
    assert.deepEqual(late.votes, ["2/1/"]);
  });

  it("certificates lost with all nodes: never nullifies a view with a stored vote to finalize", () => {
    const stored = { ...NOTHING_STORED, votes: [vote(2, FINALIZE, 1, a.id)] };
    const node = new Node(start(ROOT, 1, stored));
    node.take({ type: "timeout", view: 1, timer: "view" });
    assert.deepEqual(node.votes, []);
  });

  it("repeats no stored vote with another id", () => {
    const stored = { ...NOTHING_STORED, votes: [vote(2, NOTARIZE, 1, a.id)], headers: [a] };
    const node = new Node(start(ROOT, 1, stored));
    node.take(proposal(b, 1), { type: "timeout", view: 1, timer: "proposal" });
    assert.deepEqual(node.votes, [], "nor does it drop a proposal that it has");
    node.take({ type: "timeout", view: 1, timer: "view" });
    assert.deepEqual(node.votes, ["2/1/"]);
  });

  it("decides a finalized proposal with its ancestors, in order", () => {
    const node = new Node();
    const c = headerOf("c", 2, a);
    node.take(proposal(a, 1), { type: "certificate", certificate: certificate(NOTARIZE, 1, a.id) }, proposal(c, 2));
    node.take({ type: "certificate", certificate: certificate(FINALIZE, 2, c.id) });
    assert.deepEqual(node.decided, ["a", "c"]);
    assert.equal(node.state.view, 3);
    assert.deepEqual([...node.state.headers.keys()], [c.id], "ancestors are forgotten");
  });

  it("away for 66 views, and for 200: comes back by requested pages, whatever their views", () => {
    for (const away of [66, 200]) {
      const node = new Node();
      const chain: Header[] = [];
      for (let view = 1; view <= away; view++) chain.push(headerOf(`v${view}`, view, chain.at(-1) ?? ROOT));
      const newest = certificate(FINALIZE, away, chain.at(-1)!.id);
      assert.deepEqual(
        node.take({ type: "certificate", certificate: newest }).filter(({ type }) => type === "fetch"),
        [{ type: "fetch", id: chain.at(-1)!.id }],
      );
      const half = chain.slice(0, away / 2);
      node.take({ type: "page", headers: half, certificate: certificate(FINALIZE, away / 2, half.at(-1)!.id) });
      node.take({ type: "page", headers: chain.slice(away / 2), certificate: newest });
      assert.equal(node.decided.length, away);
    }
  });

  it("refuses a page that skips a decision, or whose certificate finalizes another", () => {
    const c = headerOf("c", 2, a);
    const node = new Node();
    node.take({ type: "page", headers: [c], certificate: certificate(FINALIZE, 2, c.id) });
    node.take({ type: "page", headers: [a, c], certificate: certificate(FINALIZE, 2, b.id) });
    node.take({ type: "page", headers: [a, c], certificate: certificate(NOTARIZE, 2, c.id) });
    assert.deepEqual(node.decided, []);
  });

  it("stops with Forked if a final decision follows another one than this node's", () => {
    const node = new Node();
    node.take(proposal(a, 1), { type: "certificate", certificate: certificate(FINALIZE, 1, a.id) });
    const c = headerOf("c", 2, b);
    node.take(proposal(c, 2));
    node.take({ type: "certificate", certificate: certificate(FINALIZE, 2, c.id) });
    assert.throws(() => node.take({ type: "answer", header: b }), { name: "ForkedError", code: "Forked" });
  });

  it("executes a refused proposal a second time if a quorum notarizes it", () => {
    const node = new Node().answering("later");
    node.take(proposal(a, 1));
    assert.deepEqual(node.votes, []);
    node.answering("valid").take({ type: "certificate", certificate: certificate(NOTARIZE, 1, a.id, [0, 1, 3]) });
    assert.deepEqual(node.votes, ["3/1/a"]);
    const executions = node.effects.filter(({ type }) => type === "execute");
    assert.deepEqual(executions, [
      { type: "execute", header: a, isNotarized: false },
      { type: "execute", header: a, isNotarized: true },
    ]);
  });

  it("lagging clock: executes an early proposal in the next second", () => {
    const node = new Node().answering("later");
    node.take(proposal(a, 1));
    node.answering("valid").take({ type: "second" });
    assert.deepEqual(node.votes, ["1/1/a"]);
  });

  it("one nullify on an idle chain: sets no timer and builds nothing, whatever one voter does", () => {
    const node = new Node();
    node.state = start({ ...ROOT, view: 1 }, 2);
    const quiet = node.take({ type: "votes", votes: [vote(3, NULLIFY, 2)] });
    assert.deepEqual(quiet, []);
    const woken = node.take({ type: "votes", votes: [vote(0, NULLIFY, 2)] });
    assert.deepEqual(
      woken.map(({ type }) => type),
      ["timer", "timer", "build"],
    );
  });

  it("sends nothing after the first minute of rest", () => {
    const node = new Node();
    node.take({ type: "work", hasWork: false }, proposal(a, 1), {
      type: "certificate",
      certificate: certificate(FINALIZE, 1, a.id),
    });
    const seconds = Array.from({ length: 200 }, () => node.take({ type: "second" }).length);
    assert.deepEqual(
      seconds.flatMap((count, i) => (count > 0 ? [i] : [])),
      [0, 1, 3, 7, 15, 31, 63],
    );
    node.take({ type: "connected" });
    assert.equal(node.take({ type: "second" }).length, 1, "a node that is connected again receives it");
  });

  it("slow transaction nullifies for a while only: timers double with each nullified view up to four times, and shorten slowly", () => {
    const node = new Node();
    const msOf = (effects: readonly ConsensusEffect[]): number[] =>
      effects.flatMap((effect) => (effect.type === "timer" && effect.timer === "view" ? [effect.ms] : []));
    const slower = [1, 2, 3, 4].flatMap((view) =>
      msOf(node.take({ type: "certificate", certificate: certificate(NULLIFY, view) })),
    );
    assert.deepEqual(slower, [5_000, 10_000, 10_000, 10_000]);
    const quicker = [5, 6].flatMap((view) =>
      msOf(node.take({ type: "certificate", certificate: certificate(NOTARIZE, view, idOf(`n${view}`)) })),
    );
    assert.deepEqual(quicker.map(Math.round), [9_170, 8_409]);
  });
});
