import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeProposal, requireHeader } from "../../../src/chain/consensus/proposals.ts";
import { BlockBodies } from "../../../src/ecosystem/devnet/hubs/block-bodies.ts";
import { HubAggregator } from "../../../src/ecosystem/devnet/hubs/hub-aggregator.ts";
import type { HubOffers } from "../../../src/ecosystem/devnet/hubs/hub-offers.ts";
import { createOfferVerdict } from "../../../src/ecosystem/devnet/hubs/offer-verdict.ts";
import { HubNode } from "../../../src/ecosystem/hub/hub-node.ts";
import type { FactBatch } from "../../../src/ground/protocol/fact-evidence.ts";
import { fromHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { decodeHubHeader } from "../../../src/ground/protocol/hub-header.ts";
import { entryOf } from "../../hub/support/batches.ts";
import { readRecordedProof } from "../../support/recorded-proofs.ts";

const A = 271n;
const ROOT = wordToHex(9n);
const EMPTY = new Uint8Array();

/** An aggregator of a group with a batch that is due, the others' proposals, and a decision for each. */
function aggregatorAt() {
  const bodies = new BlockBodies();
  const offers = { areOpen: () => Promise.resolve(true) } as unknown as HubOffers;
  /** `after`: block after which the offers were read; undefined for each one. */
  const offered: { number: bigint; after?: bigint } = { number: 0n };
  const due = (after: bigint) => ((offered.after ?? after) === after ? [entryOf(A, offered.number)] : undefined);
  const parts = {
    ...{ offers, bodies, due },
    ...{ onProposed: () => undefined, onDecided: () => undefined },
  };
  const newAggregator = () => new HubAggregator(ROOT, HubNode.begin(), parts);
  const decision = (view: number, parent: `0x${string}`, content: Uint8Array) =>
    requireHeader(encodeProposal({ view, parent }, content));
  const execute = (aggregator: HubAggregator, header: ReturnType<typeof decision>, content: Uint8Array) =>
    aggregator.execute(header, content, { isNotarized: false });
  return { newAggregator, decision, execute, offered };
}

describe("an aggregator that leads", () => {
  test("builds the next block after empty decisions that are not final yet, and an empty decision after a block", async () => {
    const { newAggregator, decision, execute, offered } = aggregatorAt();
    const [leader, voter] = [newAggregator(), newAggregator()];
    const content = (await leader.build(1, ROOT))!;
    const block = decision(1, ROOT, content);
    assert.equal(decodeHubHeader(content)?.number, 1n);
    assert.equal(await execute(voter, block, content), "valid");
    offered.number = 1n;
    // The next leaders have no final block yet, and their decisions follow fast.
    assert.deepEqual(await leader.build(2, block.id), EMPTY);
    const first = decision(2, block.id, EMPTY);
    assert.equal(await execute(voter, first, EMPTY), "valid");
    assert.deepEqual(await voter.build(3, first.id), EMPTY);
    const second = decision(3, first.id, EMPTY);
    for (const aggregator of [leader, voter]) {
      assert.equal(await execute(aggregator, second, EMPTY), "valid");
      await aggregator.decide(block, content);
    }
    const next = (await leader.build(4, second.id))!;
    assert.equal(decodeHubHeader(next)?.number, 2n);
    assert.equal(await execute(voter, decision(4, second.id, next), next), "valid");
  });

  test("builds no block of offers that were read for another one: a batch would be in both", async () => {
    const { newAggregator, decision, offered } = aggregatorAt();
    const leader = newAggregator();
    offered.after = 0n;
    const content = (await leader.build(1, ROOT))!;
    const block = decision(1, ROOT, content);
    await leader.decide(block, content);
    assert.equal(await leader.build(2, block.id), undefined);
    offered.after = 1n;
    assert.equal(decodeHubHeader((await leader.build(2, block.id))!)?.number, 2n);
  });

  test("votes later for a block that follows one that is not final here", async () => {
    const { newAggregator, decision, execute, offered } = aggregatorAt();
    const [leader, voter] = [newAggregator(), newAggregator()];
    const content = (await leader.build(1, ROOT))!;
    const block = decision(1, ROOT, content);
    await leader.decide(block, content);
    offered.number = 1n;
    const next = (await leader.build(2, block.id))!;
    const header = decision(2, block.id, next);
    assert.equal(await execute(voter, header, next), "later");
    await voter.decide(block, content);
    assert.equal(await execute(voter, header, next), "valid");
  });
});

/* A proof that a member made of its batch, and that L1 accepted as a part of another one. */
describe("an aggregator in a process without a prover", () => {
  const { batches, single } = readRecordedProof("fact-source");
  const [{ chainId, batch: stored }] = batches as [(typeof batches)[number]];
  const shown = { chainId, stored, program: single!.program, proof: fromHex(single!.proof) } as unknown as FactBatch;
  const refusalOf = createOfferVerdict(true);

  test("takes a batch whose real proof holds by the package's keys", async () => {
    assert.equal(await refusalOf(shown), undefined);
  });

  test("A145: refuses a changed proof, the proof of another batch, another program's key, and a marker", async () => {
    const proof = shown.proof.slice();
    proof[proof.length >> 1]! ^= 1;
    for (const changed of [
      { proof },
      { proof: new Uint8Array() },
      { stored: { ...shown.stored, newStateRoot: wordToHex(1n) } },
      { chainId: 272n },
      { program: "batch 1 of chunk 3" },
    ])
      assert.match((await refusalOf({ ...shown, ...changed })) ?? "it was taken", /^[A-Z][A-Za-z]+$/);
    for (const program of ["aggregate", "next of a hub", "none", "__proto__"])
      assert.match((await refusalOf({ ...shown, program })) ?? "it was taken", /none of the package's programs/);
  });
});
