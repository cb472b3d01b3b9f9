import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressOfKey } from "../../src/ground/transaction/digest-signature.ts";
import type { GroupMessage } from "../../src/chain/consensus/messages.ts";
import { ConsensusNode } from "../../src/chain/consensus/node.ts";
import { encodeProposal, requireHeader, type Header } from "../../src/chain/consensus/proposals.ts";
import { restore } from "../../src/chain/consensus/restore.ts";
import { FINALIZE, NOTARIZE, NULLIFY, type SignedVote, type Vote, type VoteKind } from "../../src/chain/consensus/votes.ts";
import { keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { VoteKeys } from "../../src/ecosystem/sequencing/local/vote-keys.ts";

const ROOT: Header = { id: keccak(), view: 0, parent: keccak() };
const LIAR = 1;
const keys = new VoteKeys(
  Array.from({ length: 4 }, (_, i) => {
    const privateKey: Hex = `0x${String(i + 1).padStart(64, "0")}`;
    return { privateKey, address: addressOfKey(privateKey) };
  }),
  { name: "Hyperchain", version: "1", chainId: 1n, verifyingContract: `0x${"11".repeat(20)}`, salt: keccak() },
);

/** Node 2 of four, alone with the messages of a test. */
class Victim {
  readonly sent: { readonly message: GroupMessage; readonly to: number | undefined }[] = [];
  readonly evidence: number[] = [];
  readonly node: ConsensusNode;

  constructor() {
    const rules = { voters: keys, self: 2, proposalMs: 1_000, viewMs: 2_500 };
    const none = (): void => undefined;
    this.node = new ConsensusNode(
      rules,
      {
        sign: none,
        voterOf: (vote) => {
          const signer = keys.signerOf(vote);
          return signer === undefined ? undefined : keys.indexOf(signer);
        },
        isTimely: () => true,
        storeVote: none,
        storeDecision: none,
        decisionsAbove: () => [
          { proposals: [new Uint8Array(50)], certificate: { kind: FINALIZE, view: 1, id: ROOT.id, votes: [] }, votedView: 0 },
        ],
        send: (message, to) => this.sent.push({ message, to }),
        ...{ build: none, execute: none, abort: none, decided: none, after: none },
        evidence: ({ voter }) => this.evidence.push(voter),
        failed: (error) => assert.fail(String(error)),
      },
      restore({ votes: [], newest: undefined }, { root: ROOT, firstView: 1 }),
    );
    this.node.work(true);
  }

  receive(message: unknown, from = LIAR): void {
    this.node.receive(message as GroupMessage, from);
  }
}

function vote(index: number, kind: VoteKind, view: number, id: Hex): SignedVote {
  const unsigned: Vote = { kind, epoch: 0, view, id };
  return keys.sign(index, unsigned, 7);
}

const capital = <V extends { readonly id: Hex }>(signed: V): V => ({ ...signed, id: `0x${signed.id.slice(2).toUpperCase()}` });

describe("messages of a liar", () => {
  const bytes = encodeProposal({ view: 1, parent: ROOT.id }, new Uint8Array([1]));
  const { id } = requireHeader(bytes);

  it("attack: copies of honest votes in another form: neither replace these, nor are evidence, nor end a view", () => {
    const victim = new Victim();
    const honest = vote(0, NOTARIZE, 1, id);
    for (const copy of [capital(honest), { ...honest, view: 1n }, { ...honest, kind: 1n }, { ...honest, epoch: "0" }])
      victim.receive({ type: "votes", votes: [copy] });
    assert.deepEqual([...victim.node.state.votes.keys()], []);
    victim.receive({ type: "votes", votes: [honest] }, 0);
    victim.receive({ type: "votes", votes: [capital(honest)] });
    assert.deepEqual(victim.evidence, []);
    const votes = [0, 1, 3].map((index) => capital(vote(index, NOTARIZE, 1, id)));
    victim.receive({ type: "certificates", certificates: [capital({ kind: NOTARIZE, view: 1, id, votes })] });
    assert.equal(victim.node.state.view, 1, "no node has the bytes for that id, so nothing could follow it");
  });

  it("attack: messages without a form: end no process", () => {
    const victim = new Victim();
    const good = vote(LIAR, NULLIFY, 1, ROOT.id);
    for (const message of [
      ...[
        undefined,
        null,
        "votes",
        {},
        { type: "votes" },
        { type: "votes", votes: [null] },
        { type: "certificates", certificates: [{}] },
      ],
      ...[
        { ...good, signedAt: 0.5 },
        { ...good, view: -1 },
        { ...good, view: 2 ** 60 },
        { ...good, kind: 7 },
        { ...good, id: "0x1" },
      ].map((bad) => ({ type: "votes", votes: [bad] })),
      { type: "answer", bytes: "0x" },
      { type: "page", proposals: [1], certificate: { kind: FINALIZE, view: 1, id, votes: [] } },
      { type: "proposal", bytes: [], vote: good, certificates: [] },
      { type: "request", id: 1, above: "1" },
    ])
      victim.receive(message);
    assert.equal(victim.node.state.votes.size, 0);
  });

  it("attack: a proposal whose parents the liar makes on request, in sequence: none is requested or stored", () => {
    const victim = new Victim();
    const chain = [encodeProposal({ view: 2 ** 50, parent: keccak(bytes) }, new Uint8Array(1_000))];
    for (let i = 1; i < 20; i++)
      chain.unshift(encodeProposal({ view: i === 19 ? 1 : 2 ** 50, parent: keccak(chain[0] ?? bytes) }, new Uint8Array(1_000)));
    const first = requireHeader(chain[0] ?? bytes);
    const leaders = vote(LIAR, NOTARIZE, 1, first.id);
    victim.receive({ type: "proposal", bytes: chain[0], vote: leaders, certificates: [] });
    for (let second = 0; second < 30; second++) {
      victim.node.second();
      for (const answer of chain) victim.receive({ type: "answer", bytes: answer });
    }
    assert.deepEqual([...victim.node.state.headers.keys()], [ROOT.id, first.id]);
  });

  it("attack: requests without an end: 64 in a second are answered, 4 with decisions", () => {
    const victim = new Victim();
    const count = (type: string): number => victim.sent.filter(({ message, to }) => message.type === type && to === LIAR).length;
    victim.receive({ type: "proposal", bytes, vote: vote(LIAR, NOTARIZE, 1, id), certificates: [] });
    for (let i = 0; i < 1_000; i++) victim.receive({ type: "request", id, above: 0 });
    assert.deepEqual([count("page"), count("answer")], [4, 64]);
    victim.receive({ type: "request", id, above: 0 }, 3);
    victim.node.second();
    victim.receive({ type: "request", id, above: 0 });
    assert.deepEqual([count("page"), count("answer")], [5, 65]);
  });
});
