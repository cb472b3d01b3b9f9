import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contentsOf, evidenceOf, type HubBlock, type HubEntry } from "../../src/ecosystem/hub/hub-block.ts";
import type { HubError } from "../../src/ecosystem/hub/hub-error.ts";
import { HubNode, type OfferedEntry } from "../../src/ecosystem/hub/hub-node.ts";
import { hashFact } from "../../src/ground/protocol/import-kinds.ts";
import { codeOf, entryOf, factOf, logRootOf, rootOf } from "./support/batches.ts";

const [A, B, C] = [271n, 272n, 273n];

function built(node: HubNode, ...offered: readonly OfferedEntry[]): HubBlock {
  const block = node.build(offered, ({ stored }, reason) => assert.fail(`batch ${stored.batchNumber}: ${reason.message}`));
  assert.ok(block);
  return block;
}

function hashOf(chainId: bigint, batchNumber: bigint) {
  const { registryIndex, root } = factOf(chainId, batchNumber);
  return hashFact(registryIndex, root);
}

/** The block with other entries, and the header that a lying leader would propose. */
function forged(block: HubBlock, entries: readonly HubEntry[]): HubBlock {
  return { header: { ...block.header, contents: contentsOf(entries, evidenceOf(entries)) }, entries };
}

describe("a node of a hub", () => {
  test("light client = full node: with the newest header and state it checks the same blocks and has the same state", () => {
    const full = HubNode.begin();
    const first = built(full, entryOf(A, 0n), entryOf(B, 0n), entryOf(A, 1n));
    full.apply(first);
    const light = HubNode.fromL1(full.header, full.state.encode());
    const second = built(full, entryOf(B, 1n, [factOf(A, 1n), factOf(A, 0n)]), entryOf(C, 3n));
    light.check(second);
    for (const node of [full, light]) node.apply(second);
    assert.deepEqual(light.header, full.header);
    assert.deepEqual(light.state.encode(), full.state.encode());
    assert.equal(light.hasFacts, false);
    assert.equal(
      codeOf(() => light.build([entryOf(A, 2n)], () => undefined)),
      "FactNotOffered",
      "it builds nothing",
    );
  });

  test("a newcomer takes state and facts from any node, by the digest on L1", () => {
    const node = HubNode.begin();
    node.apply(built(node, entryOf(A, 0n), entryOf(B, 0n), entryOf(C, 0n)));
    const facts = [hashOf(A, 0n), hashOf(B, 0n), hashOf(C, 0n)];
    const newcomer = HubNode.fromL1(node.header, node.state.encode(), facts);
    newcomer.apply(built(newcomer, entryOf(A, 1n, [factOf(B, 0n), factOf(C, 0n)])));
    const lie = HubNode.begin();
    lie.apply(built(lie, entryOf(A, 0n)));
    assert.equal(
      codeOf(() => HubNode.fromL1(node.header, lie.state.encode())),
      "Malformed",
    );
    for (const wrong of [facts.slice(1), facts.toReversed(), [...facts, hashOf(A, 1n)]])
      assert.equal(
        codeOf(() => HubNode.fromL1(node.header, node.state.encode(), wrong)),
        "Malformed",
      );
  });

  test("a block has all that fits: 16 batches, one of each chain in turn, none whose facts are missing", () => {
    const node = HubNode.begin();
    const left: (string | bigint)[][] = [];
    const leave = ({ chainId, stored }: OfferedEntry, { code }: HubError): void =>
      void left.push([chainId, stored.batchNumber, code]);
    const offered = [
      entryOf(B, 0n, [factOf(A, 0n)]),
      ...Array.from({ length: 20 }, (_, i) => entryOf(A, BigInt(i))),
      entryOf(B, 1n, [factOf(A, 0n)]),
    ];
    const block = node.build(offered, leave);
    assert.deepEqual(
      block?.entries.map(({ chainId, stored }) => `${chainId}:${stored.batchNumber}`),
      [..."271:0 272:0 271:1 272:1".split(" "), ...Array.from({ length: 12 }, (_, i) => `271:${i + 2}`)],
    );
    assert.deepEqual(left, []);
    const missing = [entryOf(B, 0n, [factOf(A, 99n)]), entryOf(B, 1n), entryOf(C, 0n)];
    assert.deepEqual(
      node.build(missing, leave)?.entries.map(({ chainId }) => chainId),
      [C],
      "no batch of a chain overtakes another",
    );
    assert.deepEqual(left, [[B, 0n, "FactNotOffered"]]);
    assert.equal(node.build(missing.slice(0, 2), leave), undefined);
  });

  test("a batch imports a fact of a batch before it in the block", () => {
    const node = HubNode.begin();
    const block = built(node, entryOf(A, 0n), entryOf(B, 0n, [factOf(A, 0n)]));
    node.apply(block);
    assert.equal(node.state.factCount, 2);
  });

  test("fact of the same step: a batch cannot import the fact about itself, or about a batch after it", () => {
    const node = HubNode.begin();
    const honest = built(node, entryOf(A, 0n), entryOf(B, 0n, [factOf(A, 0n)]));
    const [a, b] = honest.entries as [HubEntry, HubEntry];
    assert.equal(
      codeOf(() => node.check(forged(honest, [b, a]))),
      "FactNotOffered",
    );
    const selfish = { ...entryOf(A, 0n, [factOf(A, 0n)]), paths: b.paths };
    assert.equal(
      codeOf(() => node.check(forged(honest, [selfish]))),
      "FactNotOffered",
    );
  });

  test("hidden fact, left path, index beyond count, unlike siblings, another's position: each is refused", () => {
    const node = HubNode.begin();
    node.apply(built(node, entryOf(A, 0n), entryOf(A, 1n)));
    const honest = built(node, entryOf(B, 0n, [factOf(A, 1n)]));
    const [entry] = honest.entries as [HubEntry];
    const [path] = entry.paths as [HubEntry["paths"][number]];
    const refusal = (changes: Partial<HubEntry>): string | undefined =>
      codeOf(() => node.check(forged(honest, [{ ...entry, ...changes }])));
    assert.equal(refusal({}), undefined);
    assert.equal(refusal({ imports: [] }), "ImportsMismatch");
    assert.equal(refusal({ paths: [] }), "FactNotOffered");
    assert.equal(refusal({ paths: [path, path] }), "ImportsMismatch");
    for (const position of [0, 2, 1 + 2 ** 24]) assert.equal(refusal({ paths: [{ ...path, position }] }), "FactNotOffered");
    const siblings = path.siblings.map((digest, i) => (i === 5 ? digest.toReversed() : digest));
    assert.equal(refusal({ paths: [{ ...path, siblings: path.siblings.slice(1) }] }), "FactNotOffered");
    assert.notDeepEqual(siblings, path.siblings);
    assert.equal(refusal({ paths: [{ ...path, siblings }] }), "FactNotOffered");
  });

  test("chain twice: a block has no second batch of a number, and none out of order", () => {
    const node = HubNode.begin();
    const honest = built(node, entryOf(A, 0n), entryOf(A, 1n));
    const [first, second] = honest.entries as [HubEntry, HubEntry];
    for (const entries of [
      [first, first],
      [second, first],
      [first, { ...second, stored: { ...second.stored, batchNumber: 2n } }],
    ])
      assert.equal(
        codeOf(() => node.check(forged(honest, entries))),
        "BatchesNotInOrder",
      );
  });

  test("another number, parent, contents or state, no batch and seventeen batches are refused, and change nothing", () => {
    const node = HubNode.begin();
    const honest = built(node, entryOf(A, 0n));
    const before = node.state.digest();
    const { header } = honest;
    for (const changes of [{ number: 2n }, { parent: logRootOf(A, 1n) }, { state: rootOf(4) }, { contents: logRootOf(A, 2n) }]) {
      const block = { ...honest, header: { ...header, ...changes } };
      assert.equal(
        codeOf(() => node.apply(block)),
        "BlockMismatch",
      );
    }
    const [entry] = honest.entries as [HubEntry];
    for (const entries of [[], Array.from({ length: 17 }, () => entry)])
      assert.equal(
        codeOf(() => node.apply(forged(honest, entries))),
        "BatchCountOutOfRange",
      );
    assert.equal(node.state.digest(), before);
    const replay = HubNode.begin();
    replay.apply(honest);
    assert.equal(
      codeOf(() => replay.apply(honest)),
      "BlockMismatch",
      "a second time",
    );
  });

  test("takes a block as L1 shows it, and refuses one with other batches, another digest of the evidence or another state", () => {
    const node = HubNode.begin();
    const first = built(node, entryOf(A, 0n));
    node.apply(first);
    const { header, entries } = built(node, entryOf(B, 0n, [factOf(A, 0n)]), entryOf(A, 1n));
    const onL1 = { header, entries: entries.map(({ chainId, stored }) => ({ chainId, stored })), evidence: evidenceOf(entries) };
    for (const changes of [
      { entries: onL1.entries.slice(1) },
      { evidence: logRootOf(A, 1n) },
      { header: { ...header, state: rootOf(4) } },
    ])
      assert.equal(
        codeOf(() => node.apply({ ...onL1, ...changes })),
        "BlockMismatch",
      );
    const whole = node.copy();
    whole.apply({ header, entries });
    node.apply(onL1);
    // The next block imports a fact of this one: both nodes have its path.
    const next = entryOf(B, 1n, [factOf(A, 1n)]);
    assert.deepEqual(built(node, next), built(whole, next));
  });

  test("a batch that L1 reverted and stores again comes once more, with another fact", () => {
    const node = HubNode.begin();
    node.apply(built(node, entryOf(A, 0n), entryOf(A, 1n)));
    node.apply(built(node, entryOf(A, 1n, [], { newStateRoot: rootOf(50), l2LogsTreeRoot: logRootOf(A, 90n) })));
    assert.equal(node.state.member(A)?.stateRoot, rootOf(50));
    assert.equal(node.state.factCount, 3);
  });
});
