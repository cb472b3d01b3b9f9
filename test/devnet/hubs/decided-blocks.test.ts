import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BlockBodies } from "../../../src/ecosystem/devnet/hubs/block-bodies.ts";
import { DecidedBlocks } from "../../../src/ecosystem/devnet/hubs/decided-blocks.ts";
import type { StoredHubBlocks } from "../../../src/ecosystem/devnet/hubs/stored-hub-blocks.ts";
import { evidenceOf, type HubBlock, type HubBlockOnL1 } from "../../../src/ecosystem/hub/hub-block.ts";
import type { HubCertificate } from "../../../src/ecosystem/hub/hub-certificate.ts";
import { HubNode } from "../../../src/ecosystem/hub/hub-node.ts";
import { hashHubHeader } from "../../../src/ground/protocol/hub-header.ts";
import { entryOf, factOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
const LIMIT = 3;

/** Blocks of a hub in order: the batches of chain A, one in each, and of chain B, which imports the facts about these. */
function blocksOf(count: number) {
  const node = HubNode.begin();
  return Array.from({ length: count }, (_, index) => {
    const number = BigInt(index);
    const ofB = entryOf(B, number, index === 0 ? [] : [factOf(A, number - 1n)], {
      oldStateRoot: entryOf(B, number).stored.oldStateRoot,
    });
    const block = node.build([entryOf(A, number), ofB], (_, reason) => assert.fail(reason.message));
    assert.ok(block !== undefined);
    const before = node.state;
    node.apply(block);
    return { block, before, certificate: {} as HubCertificate };
  });
}

describe("decided blocks of a hub", () => {
  test("are stored until the limit of later ones is landed, and the state remains", () => {
    const all = blocksOf(10);
    const decided = new DecidedBlocks({ limit: LIMIT });
    for (const [index, each] of all.entries()) {
      decided.add(each);
      // The last two are not landed.
      if (index < 8) decided.landed(BigInt(index + 1));
    }
    const stored = all
      .filter(({ block }) => decided.at(block.header.number) !== undefined)
      .map(({ block }) => block.header.number);
    assert.deepEqual(stored, [6n, 7n, 8n, 9n, 10n]);
    assert.equal(decided.count, 10n);
    const node = decided.node();
    assert.deepEqual(node.header, all[9]!.block.header);
    const next = blocksOf(11)[10]!.block;
    node.apply(next);
    assert.deepEqual(node.header, next.header);
  });

  test("return with L1 to any stored state, and to no earlier one", () => {
    const all = blocksOf(6);
    const decided = new DecidedBlocks({ limit: LIMIT });
    for (const each of all) decided.add(each);
    decided.landed(6n);
    decided.cutAfter(4n);
    assert.equal(decided.newest, all[3]!.block);
    assert.deepEqual(decided.node().header, all[3]!.block.header);
    decided.cutAfter(3n);
    assert.equal(decided.count, 3n);
    assert.throws(() => decided.cutAfter(2n), /block 2 of the hub, and the oldest state that is stored is after block 3/);
  });
});

test("blocks that L1 has instead replace decided ones, all or none, and the next process has them", () => {
  const stored: HubBlock[] = [];
  const store = {
    append: (block: HubBlock) => void stored.push(block),
    cutAfter: (number: bigint) => void stored.splice(Number(number)),
  } as unknown as StoredHubBlocks;
  const decided = new DecidedBlocks({ limit: LIMIT, store });
  for (const each of blocksOf(3)) decided.add(each);
  const other = HubNode.begin();
  const { block: common } = blocksOf(1)[0]!;
  other.apply(common);
  const onL1: readonly HubBlockOnL1[] = [0n, 1n].map((number) => {
    const { header, entries } = other.build([entryOf(B + 1n, number)], (_, reason) => assert.fail(reason.message))!;
    other.apply({ header, entries });
    return {
      header,
      entries: entries.map(({ chainId, stored: batch }) => ({ chainId, stored: batch })),
      evidence: evidenceOf(entries),
    };
  });
  const before = decided.node().header;
  assert.throws(() => decided.cutAfter(1n, onL1.toReversed()), { code: "BlockMismatch" });
  assert.deepEqual([decided.node().header, stored.length], [before, 3], "nothing has changed");
  decided.cutAfter(1n, onL1);
  assert.deepEqual([decided.count, decided.landedCount, decided.node().header], [3n, 3n, other.header]);
  assert.deepEqual(new DecidedBlocks({ limit: LIMIT, landed: stored }).node().state.digest(), other.state.digest());
  assert.deepEqual(
    [common, ...onL1].map(({ header }) => decided.has(header.number, hashHubHeader(header))),
    [true, true, true],
  );
  assert.equal(decided.has(3n, hashHubHeader(before)), false);
});

test("proposed blocks are dropped after 255 later ones, unless they are proposed again", () => {
  const { block } = blocksOf(1)[0]!;
  const proposal = (number: number) => ({ ...block, header: { ...block.header, number: BigInt(number) } });
  const bodies = new BlockBodies();
  for (let number = 1; number <= 256; number++) bodies.add(proposal(number));
  bodies.add(proposal(1));
  bodies.add(proposal(257));
  assert.equal(bodies.find(proposal(2).header), undefined);
  assert.equal(bodies.find(proposal(1).header)?.header.number, 1n);
  assert.equal(bodies.find(proposal(3).header)?.header.number, 3n);
});
