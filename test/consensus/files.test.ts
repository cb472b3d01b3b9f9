import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { frameOf, readFrames } from "../../src/chain/consensus/frames.ts";
import { encodeProposal, headerOf, MAX_PROPOSAL_BYTES } from "../../src/chain/consensus/proposals.ts";
import { encodeRecord, readVoteRecords, type VoteRecord } from "../../src/chain/consensus/records.ts";
import { restore } from "../../src/chain/consensus/restore.ts";
import { VoteStore } from "../../src/chain/consensus/vote-store.ts";
import { FINALIZE, NOTARIZE, NULLIFY, type CountedVote } from "../../src/chain/consensus/votes.ts";
import { keccak, type Hex } from "../../src/ground/protocol/hex.ts";

const ROOT = { id: keccak(), view: 0, parent: keccak() };
const ID: Hex = `0x${"a1".repeat(32)}`;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const vote = (view: number): VoteRecord => ({
  type: "vote",
  vote: { kind: NULLIFY, epoch: 0, view, id: ID, signedAt: 1, signature: "0x01", voter: 0 },
});

describe("framed records", () => {
  const frames = ["first", "", "third"].map((content) => frameOf(text(content)));
  const whole = new Uint8Array(Buffer.concat(frames));

  it("are read unchanged", () => {
    const { contents, wholeBytes } = readFrames(whole);
    assert.deepEqual(
      contents.map((content) => new TextDecoder().decode(content)),
      ["first", "", "third"],
    );
    assert.equal(wholeBytes, whole.length);
  });

  it("lose only an unfinished last one, at whatever byte it was cut, with zeros after it or without", () => {
    const last = frames[2]!;
    const start = whole.length - last.length;
    for (let cut = start; cut < whole.length; cut++) {
      for (const zeros of [0, 1, 30]) {
        const file = new Uint8Array([...whole.subarray(0, cut), ...new Uint8Array(zeros)]);
        const { contents, wholeBytes } = readFrames(file);
        assert.deepEqual([contents.length, wholeBytes], [2, start], `cut at ${cut}, ${zeros} zeros`);
      }
    }
  });

  it("are refused if one in the middle is damaged, at whatever byte", () => {
    for (let at = 0; at < whole.length - frames[2]!.length; at++) {
      const damaged = whole.slice();
      damaged[at]! ^= 1;
      assert.throws(() => readFrames(damaged), { name: "DamagedFileError", code: "DamagedFile" }, `byte ${at}`);
    }
  });
});

describe("a proposal", () => {
  it("has its view and parent in its bytes, whose hash is its id", () => {
    const bytes = encodeProposal({ view: 2 ** 40, parent: ID }, text("content"));
    assert.deepEqual(headerOf(bytes), { id: keccak(bytes), view: 2 ** 40, parent: ID });
  });

  it("empty and huge decisions: has at most 1 MiB, and at least a header", () => {
    const most = encodeProposal({ view: 1, parent: ID }, new Uint8Array(MAX_PROPOSAL_BYTES - 40));
    assert.notEqual(headerOf(most), undefined);
    assert.equal(headerOf(new Uint8Array([...most, 0])), undefined);
    assert.equal(headerOf(most.subarray(0, 39)), undefined);
    assert.throws(() => encodeProposal({ view: 1, parent: ID }, most), { name: "ProposalTooLongError" });
  });

  it("is refused with a view above the safe integers", () => {
    const bytes = encodeProposal({ view: 1, parent: ID }, text(""));
    bytes.fill(0xff, 0, 8);
    assert.equal(headerOf(bytes), undefined);
  });
});

describe("a node's files", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "votes-"));
  });
  after(() => rm(folder, { recursive: true }));

  const decision = (view: number, votedView: number) => {
    const bytes = encodeProposal({ view, parent: ROOT.id }, text(`decision ${view}`));
    const { id } = headerOf(bytes)!;
    const cast: CountedVote = { kind: FINALIZE, epoch: 0, view, id, signedAt: 0, signature: "0x02", voter: 1 };
    return { proposals: [bytes], certificate: { kind: FINALIZE, view, id, votes: [cast] }, votedView } as const;
  };

  it("return votes with their bytes, certificates and decisions", async () => {
    const path = join(folder, "whole");
    const store = await VoteStore.open(path);
    const bytes = encodeProposal({ view: 3, parent: ROOT.id }, text("three"));
    const { id } = headerOf(bytes)!;
    const records: readonly VoteRecord[] = [
      { type: "vote", vote: { kind: NOTARIZE, epoch: 0, view: 3, id, signedAt: 9, signature: "0x03", voter: 0 }, bytes },
      { type: "certificate", certificate: decision(3, 0).certificate },
    ];
    await Promise.all(records.map((record) => store.appendVote(record)));
    for (const view of [1, 2, 3]) await store.appendDecision(decision(view, 3));
    assert.deepEqual(store.decisionsAbove(1, 5), [decision(2, 3), decision(3, 3)]);
    assert.deepEqual(store.decisionsAbove(0, 1), [decision(1, 3)]);
    assert.deepEqual(store.decisionsAbove(3, 1), []);
    await store.close();
    const again = await VoteStore.open(path);
    assert.deepEqual(again.stored.votes, records);
    assert.deepEqual(again.stored.newest, decision(3, 3));
    assert.deepEqual(again.decisionsAbove(2, 5), [decision(3, 3)]);
    await again.close();
  });

  it("have a record when its append resolves, however many wait", async () => {
    const path = join(folder, "waiting");
    const store = await VoteStore.open(path);
    const views = Array.from({ length: 20 }, (_, i) => i + 1);
    const stored = await Promise.all(
      views.map(async (view) => {
        await store.appendVote(vote(view));
        return readVoteRecords(new Uint8Array(readFileSync(join(path, "votes")))).records.length >= view;
      }),
    );
    await store.close();
    assert.deepEqual(
      stored,
      views.map(() => true),
    );
  });

  it("torn record, a vote, another start: the torn end is cut off, and the vote follows the last whole record", async () => {
    const path = join(folder, "torn");
    const store = await VoteStore.open(path);
    await store.appendVote(vote(1));
    await store.close();
    await appendFile(join(path, "votes"), encodeRecord(vote(2)).subarray(0, 30));
    const second = await VoteStore.open(path);
    assert.deepEqual(second.stored.votes, [vote(1)]);
    await second.appendVote(vote(3));
    await second.close();
    const third = await VoteStore.open(path);
    assert.deepEqual(third.stored.votes, [vote(1), vote(3)]);
    await third.close();
  });

  it("bad record in the middle: the files are refused", async () => {
    const path = join(folder, "damaged");
    const store = await VoteStore.open(path);
    await Promise.all([store.appendVote(vote(1)), store.appendVote(vote(2))]);
    await store.close();
    const file = await readFile(join(path, "votes"));
    file[40]! ^= 1;
    await writeFile(join(path, "votes"), file);
    await assert.rejects(VoteStore.open(path), { name: "DamagedFileError" });
  });

  it("votes lost: silent; caught up by certificate: votes", async () => {
    const path = join(folder, "lost");
    const store = await VoteStore.open(path);
    await store.appendVote(vote(5));
    await store.appendDecision(decision(6, 5));
    await store.close();
    const whole = await VoteStore.open(path);
    assert.equal(restore(whole.stored, { root: ROOT, firstView: 1 }).areVotesLost, false);
    await whole.close();
    await truncate(join(path, "votes"));
    const lost = await VoteStore.open(path);
    assert.equal(restore(lost.stored, { root: ROOT, firstView: 1 }).areVotesLost, true);
    await lost.close();
  });

  it("drop votes that decisions made needless, and remember the highest view voted in", async () => {
    const path = join(folder, "long");
    const store = await VoteStore.open(path);
    const bytes = new Uint8Array(1_000_000);
    for (const view of [1, 2, 3]) await store.appendVote({ ...vote(view), bytes } as VoteRecord);
    await store.appendDecision(decision(2, 3));
    const { records } = readVoteRecords(new Uint8Array(await readFile(join(path, "votes"))));
    assert.deepEqual(records, [
      { type: "dropped", view: 3 },
      { ...vote(3), bytes },
    ]);
    await store.appendVote(vote(4));
    await store.close();
    const again = await VoteStore.open(path);
    assert.deepEqual(again.stored.votes.at(-1), vote(4));
    assert.equal(restore(again.stored, { root: ROOT, firstView: 1 }).votedView, 4);
    await again.close();
  });

  it("retain votes of an earlier life of the group, which no longer count", () => {
    const stored = { votes: [vote(3), vote(8)], newest: decision(2, 3) };
    const { state, votedView } = restore(stored, { root: ROOT, firstView: 7 });
    assert.deepEqual([state.decided.id, state.decided.view, state.view, votedView], [ROOT.id, 6, 8, 8]);
    assert.deepEqual([...state.ballots.keys()], [8]);
  });
});
