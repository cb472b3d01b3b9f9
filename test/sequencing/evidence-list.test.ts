import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOTARIZE } from "../../src/chain/consensus/votes.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { EvidenceList, type EvidenceStore, type VoteEvidence } from "../../src/ecosystem/sequencing/evidence-list.ts";

const [LIAR, OTHER]: readonly [Hex, Hex] = [`0x${"aa".repeat(20)}`, `0x${"bb".repeat(20)}`];
const [LIFE, NEXT_LIFE]: readonly [Hex, Hex] = [`0x${"01".repeat(32)}`, `0x${"02".repeat(32)}`];

function pairOf(view: number, signer = LIAR, life = LIFE, signedAt = 1_000 + view): VoteEvidence {
  const vote = { kind: NOTARIZE, epoch: 0, view, signedAt } as const;
  const signature: Hex = `0x${"11".repeat(65)}`;
  return {
    ...{ signer, life },
    first: { ...vote, id: `0x${"0a".repeat(32)}`, signature },
    second: { ...vote, id: `0x${"0b".repeat(32)}`, signature },
  };
}

class StoredTexts implements EvidenceStore {
  readonly #texts = new Map<string, string>();

  all(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  set(name: string, text: string): void {
    this.#texts.set(name, text);
  }

  delete(name: string): void {
    this.#texts.delete(name);
  }
}

const secondsOf = (list: EvidenceList, signer: Hex): readonly number[] =>
  list.pairs.filter((pair) => pair.signer === signer).map(({ first }) => first.signedAt);

describe("contrary votes of nodes", () => {
  it("are one pair for each node, life and view, also if several nodes report it, and outlive the process", () => {
    const store = new StoredTexts();
    const list = new EvidenceList(store);
    const [pair, ofOther, later] = [pairOf(1), pairOf(1, OTHER), pairOf(1, LIAR, NEXT_LIFE)];
    for (const each of [pair, ofOther, pair, later]) list.add(each);
    assert.deepEqual(list.pairs, [pair, ofOther, later]);
    const restarted = new EvidenceList(store);
    assert.deepEqual(restarted.pairs, [pair, ofOther, later]);
    restarted.add(ofOther);
    assert.equal(restarted.pairs.length, 3);
  });

  it("have no index of a voter, which L1 does not take", () => {
    const list = new EvidenceList();
    const { first, second, ...rest } = pairOf(1);
    list.add({ ...rest, first: { ...first, voter: 3 } as VoteEvidence["first"], second });
    assert.deepEqual(list.pairs, [pairOf(1)]);
  });

  it("many pairs: do not displace a node's first pair, its newest, pairs of each time in between, and pairs of others", () => {
    const store = new StoredTexts();
    const list = new EvidenceList(store);
    list.add(pairOf(0, OTHER));
    for (let view = 0; view <= 1_000; view++) list.add(pairOf(view));
    // 500 more in one second.
    for (let view = 1_001; view <= 1_500; view++) list.add(pairOf(view, LIAR, LIFE, 2_000));
    assert.deepEqual(secondsOf(list, OTHER), [1_000]);
    const seconds = secondsOf(list, LIAR);
    assert.deepEqual([seconds.length, seconds[0], seconds.at(-1)], [14, 1_000, 2_000]);
    const gaps = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
    // 13 gaps; if they were equal, each would have 77 seconds.
    assert.ok(Math.max(...gaps) <= 2 * Math.ceil(1_000 / 13), String(gaps));
    assert.deepEqual(new EvidenceList(store).pairs, list.pairs);
  });

  it("are deleted when L1 returns to an earlier state, and votes of the life before it no longer count", () => {
    const store = new StoredTexts();
    const list = new EvidenceList(store);
    list.add(pairOf(1));
    list.forget(LIFE);
    list.add(pairOf(2));
    assert.deepEqual([list.pairs, new EvidenceList(store).pairs], [[], []]);
    list.add(pairOf(1, LIAR, NEXT_LIFE));
    assert.deepEqual(list.pairs, [pairOf(1, LIAR, NEXT_LIFE)]);
  });
});
