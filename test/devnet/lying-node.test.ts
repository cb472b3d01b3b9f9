import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Provider } from "ethers";
import { addressOfKey } from "../../src/ground/transaction/digest-signature.ts";
import { SequencerError } from "../../src/chain/sequencer/sequencer-error.ts";
import { FINALIZE, NOTARIZE, type SignedVote, type VoteKind } from "../../src/chain/consensus/votes.ts";
import { FollowedLife } from "../../src/ecosystem/devnet/chain-nodes/followed-life.ts";
import { isFromNode } from "../../src/ecosystem/devnet/chain-nodes/from-node.ts";
import type { NodeChain } from "../../src/ecosystem/devnet/chain-nodes/messages.ts";
import { keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { MovableClock } from "../../src/ground/runtime/movable-clock.ts";
import type { VoteEvidence } from "../../src/ecosystem/sequencing/evidence-list.ts";
import { NodeFaults } from "../../src/ecosystem/sequencing/local/node-faults.ts";
import { VoteKeys } from "../../src/ecosystem/sequencing/local/vote-keys.ts";
import { startTestChain } from "../chain/support/chain.ts";

const ADDRESS: Hex = `0x${"11".repeat(20)}`;
const [ONE, OTHER] = [keccak(), keccak(Uint8Array.of(1))];
const LIAR = 3;
const domain = { name: "Hyperchain", version: "1", chainId: 1n, verifyingContract: ADDRESS, salt: keccak() } as const;
const nodeKeys = [0, 1, 2, 3].map((index) => {
  const privateKey: Hex = `0x${String(index + 1).padStart(64, "0")}`;
  return { privateKey, address: addressOfKey(privateKey) };
});
const keys = new VoteKeys(nodeKeys, domain);
const now = Math.floor(Date.now() / 1_000);

function vote(index: number, kind: VoteKind, id: Hex, signedAt = now): SignedVote {
  return keys.sign(index, { kind, epoch: 0, view: 5, id }, signedAt);
}

/** Starts a life that a host follows on a separate chain, with the evidence that it stores. */
async function startLife(): Promise<{ life: FollowedLife; stored: readonly VoteEvidence[]; end: () => Promise<void> }> {
  const leaders = { onWork: () => undefined, onReturned: () => undefined };
  const { chain } = await startTestChain({ leaders });
  const stored: VoteEvidence[] = [];
  const described = {
    ...{
      chain: { hyperchain: ADDRESS, registry: ADDRESS, settings: ADDRESS, verifiers: ADDRESS },
      rootsFrom: 0,
      confirmations: 0,
    },
    running: { coinbase: ADDRESS },
  } as unknown as NodeChain;
  const next = { operation: 0n, root: 0n, wish: 0n };
  const life = new FollowedLife(
    { number: 1, domain, firstView: 1, decidedBefore: 0, keys: nodeKeys, commands: [], next },
    {
      ...{ chain, described, clock: systemClock, time: new MovableClock(systemClock), l1: {} as Provider },
      ...{ faults: new NodeFaults(), send: () => undefined, onEvidence: (pair) => stored.push(pair) },
    },
  );
  const end = async (): Promise<void> => {
    await life.end();
    await chain.close();
  };
  return { life, stored, end };
}

describe("the host of nodes in processes, with a node that lies", () => {
  test("attack: evidence that a node invents: is not stored, so that real pairs have room and no honest node is accused", async () => {
    const { life, stored, end } = await startLife();
    const real = [vote(LIAR, NOTARIZE, ONE), vote(LIAR, NOTARIZE, OTHER)] as const;
    const [first, second] = real;
    const named = (signed: SignedVote, voter: number): SignedVote => ({ ...signed, voter }) as SignedVote;
    for (const [one, two] of [
      // Honest node 0, by its index, its vote, or a vote with another content.
      [named(first, 0), named({ ...second, signature: "0x" }, 0)],
      [vote(0, NOTARIZE, ONE), named(second, 0)],
      [vote(0, NOTARIZE, ONE), { ...vote(0, NOTARIZE, ONE), id: OTHER }],
      [vote(0, NOTARIZE, ONE), vote(0, FINALIZE, ONE)],
      // Seconds at which nothing was at stake.
      [vote(LIAR, NOTARIZE, ONE, 1), vote(LIAR, NOTARIZE, OTHER, 1)],
      [vote(LIAR, NOTARIZE, ONE, now + 9_999), vote(LIAR, NOTARIZE, OTHER, now + 9_999)],
    ] as const)
      life.noteEvidence(one, two);
    assert.deepEqual(stored, []);
    life.noteEvidence(...real);
    assert.deepEqual(stored, [{ life: domain.salt, signer: nodeKeys[LIAR]?.address, first, second }]);
    await end();
  });

  test("attack: requests that one node reports as refused: wait for a leader that executes them; two nodes end one request", async () => {
    const { life, end } = await startLife();
    const refused: string[] = [];
    const wish = { type: "empty", count: 5, intervalSeconds: 1n } as const;
    for (const name of ["first", "second"]) life.request(wish, ({ message }) => refused.push(`${name}: ${message}`));
    for (const number of [0n, 0n, 1n, 2n, -1n, 2n ** 64n]) assert.equal(life.isRefused(number, LIAR), false, String(number));
    assert.equal(life.isRefused(0n, 1), true);
    assert.equal(life.isRefused(2n, 1), false, "no account has made this request");
    life.refused(0n, new SequencerError("NotExecutable", "no"));
    assert.deepEqual(refused, ["first: no"]);
    assert.deepEqual([life.isRefused(0n, 2), life.isRefused(0n, 1)], [false, false], "it is replaced");
    assert.deepEqual(
      life.startOf(0).wishes.map((each) => each.type === "empty" && each.count),
      [1, 5],
    );
    await end();
  });

  test("attack: a vote of a view far ahead: moves neither the status nor the first view of the next life", async () => {
    const { life, end } = await startLife();
    const seen = (view: number): void =>
      life.relay({ type: "votes", votes: [keys.sign(LIAR, { kind: NOTARIZE, epoch: 0, view, id: ONE }, now)] }, LIAR, 0);
    const { view } = life;
    for (const far of [view + 65, 2 ** 53 - 1]) seen(far);
    assert.deepEqual([life.view, life.viewOf(LIAR)], [view, undefined]);
    seen(view + 64);
    assert.deepEqual([life.view, life.viewOf(LIAR)], [view + 64, view + 64]);
    seen(view + 65);
    assert.equal(life.view, view + 64, "the liar's own view does not count for the next bound");
    await end();
  });

  test("attack: messages of another form than a node's: are refused", () => {
    const message = { type: "votes", votes: [vote(LIAR, NOTARIZE, ONE)] };
    const evidence = { type: "evidence", life: 1, first: vote(LIAR, NOTARIZE, ONE), second: vote(LIAR, NOTARIZE, OTHER) };
    const standing = { isPending: false, decidedView: 1, position: 1, digests: [], hasVote: true };
    for (const good of [
      ...[{ type: "ready", life: 1 }, { type: "message", life: 1, message, to: undefined }, evidence],
      ...[
        { type: "refused", life: 1, number: 0n, code: "CheatRefused", message: "no" },
        { type: "failed", life: 1, reason: "no" },
      ],
      ...[standing, "0x00", undefined].map((answer) => ({ type: "answer", id: 0, answer })),
    ])
      assert.equal(isFromNode(good), true, good.type);
    for (const bad of [
      ...[undefined, null, 1, {}, { type: "message", life: 1, message: { type: "votes" }, to: undefined }],
      ...[
        { type: "message", life: 1, message, to: "1" },
        { ...evidence, second: {} },
        { ...evidence, life: "1" },
      ],
      { type: "message", life: 1, message: { type: "votes", votes: [{ ...vote(LIAR, NOTARIZE, ONE), view: Infinity }] }, to: 0 },
      ...[
        { type: "refused", life: 1, number: 0, code: "CheatRefused", message: "no" },
        { type: "failed", life: 1, reason: new Error("no") },
        { type: "failed", reason: "no" },
      ],
      ...[{ ...standing, decidedView: NaN }, { ...standing, isPending: "no" }, null, 1].map((answer) => ({
        type: "answer",
        id: 0,
        answer,
      })),
    ])
      assert.equal(isFromNode(bad), false, JSON.stringify(bad));
  });
});
