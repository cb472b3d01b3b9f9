import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BatchFormer, type FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { GenesisLeaf } from "../../src/chain/model/genesis.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows } from "../../src/ground/protocol/asset-flows.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { outputsEntry } from "../../src/ground/protocol/diff-list.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodePubdata } from "../../src/ground/protocol/pubdata-decoder.ts";
import { neverInstalling, SOME_EXTENSIONS } from "../support/extensions.ts";
import { oneBlockBatch } from "../support/one-block-batch.ts";
import { Random } from "./state/support/random.ts";

const compressor = createCompressor();
/** Addresses by docs/l2-contracts.md. */
const MEMBERS = 0x10016n;
const ROOT = { leafKind: LeafKind.storage, address: 0x10017n, slot: 0n };

type Place = Omit<GenesisLeaf, "value">;
const nameOf = ({ leafKind, address, slot }: Place): string => `${leafKind} ${address} ${slot}`;
const header = (address: bigint): Place => ({ leafKind: LeafKind.account, address, slot: 0n });
const joins = (address: bigint): GenesisLeaf => ({ leafKind: LeafKind.storage, address: MEMBERS, slot: address, value: 1n });

/** A chain's batches over the trees. */
function newChain(genesis: readonly GenesisLeaf[], hasPorter: boolean) {
  const tree = StateTree.genesis(genesis, { compressor });
  const porter = hasPorter ? StateTree.genesis([], { compressor }) : undefined;
  const former = new BatchFormer(
    {
      settlementChainId: 31337n,
      hyperchainAddress: `0x${"11".repeat(20)}`,
      chainId: 271n,
      daPolicy: 5n,
      extensions: neverInstalling(SOME_EXTENSIONS),
    },
    { previousCommitment: wordToHex(0n), operationsTaken: 0n },
    { tree, partition: porter, compress: compressor.compress, flowsHash: () => hashAssetFlows([]), versionOf: () => 2n },
  );
  let number = 0n;
  const form = (writes: readonly GenesisLeaf[], bytecodes: readonly Hex[] = []): FormedBatch => {
    const formed = former.form(oneBlockBatch(number, 100n + number, { writes, bytecodes }));
    number++;
    return formed;
  };
  return { tree, porter: porter as StateTree, former, form };
}

/** Decodes a list without the former. */
function readList(pubdata: Uint8Array, oldLeafCount: number, outputsHash: Hex) {
  const decoding = decodePubdata(pubdata, { oldLeafCount, priorityOpCount: 0 });
  assert.ok(decoding.ok);
  const { bytecodes, changes } = decoding.pubdata;
  return { bytecodes: bytecodes.map((code) => keccak(code)), entries: [...changes, outputsEntry(BigInt(outputsHash))] };
}

describe("F7: every leaf is in the tree of its account", () => {
  for (let seed = 1; seed <= 4; seed++)
    test(`as a chain with one tree and a list of members have it, over random batches (seed ${seed})`, () => {
      const random = new Random(seed);
      const accounts = Array.from({ length: 12 }, () => random.bits(160));
      const places = accounts.flatMap((address): Place[] => [
        header(address),
        { ...header(address), leafKind: LeafKind.codeDigest },
        { leafKind: LeafKind.storage, address, slot: 0n },
        { leafKind: LeafKind.storage, address, slot: random.bits(256) },
      ]);
      const genesis = places.filter(() => random.below(4) === 0).map((place) => ({ ...place, value: 1n + random.bits(200) }));
      const one = newChain(genesis, false);
      const two = newChain(genesis, true);
      const reader = { rollup: StateTree.genesis(genesis, { compressor }), porter: StateTree.genesis([], { compressor }) };
      const members = new Set<bigint>();
      // Slots that the first tree has since before their account joined.
      const kept = new Set(genesis.filter(({ leafKind }) => leafKind === LeafKind.storage).map(nameOf));

      for (let batch = 0; batch < 30; batch++) {
        const joining = accounts.filter((account) => !members.has(account) && random.below(20) === 0);
        const touched = [...new Set(Array.from({ length: random.below(12) }, () => random.pick(places)))];
        const writes = touched.map((place) => ({ ...place, value: random.below(5) === 0 ? 0n : 1n + random.bits(100) }));
        for (const account of joining) members.add(account);
        for (const write of writes)
          if (write.leafKind === LeafKind.storage && write.value !== 0n && !members.has(write.address)) kept.add(nameOf(write));
        const all = [...writes, ...joining.map(joins)];
        one.form(all);
        const formed = two.form(all);

        for (const place of places) {
          const isOfPorter = members.has(place.address) && !kept.has(nameOf(place));
          const [has, other] = isOfPorter ? [two.porter, two.tree] : [two.tree, two.porter];
          assert.equal(has.get(place), one.tree.get(place), nameOf(place));
          assert.equal(other.get(place), 0n, nameOf(place));
        }
        const { pubdata, oldLeafCount, outputsHash, porter } = formed;
        reader.rollup.applyDiffList(readList(pubdata, oldLeafCount, outputsHash).entries);
        if (porter !== undefined) reader.porter.applyDiffList(readList(porter.pubdata, porter.oldLeafCount, outputsHash).entries);
        assert.deepEqual(reader.rollup.root, formed.newStateRoot);
        if (reader.rollup.get(ROOT) !== 0n)
          assert.equal(wordToHex(reader.rollup.get(ROOT)), digestToHex(reader.porter.root), "the leaf is the porter's root");
      }
      assert.ok(members.size > 0 && two.porter.leafCount > 2, "the seed has members");
    });

  test("a batch that does nothing in the porter is the batch of a chain with one tree", () => {
    const writes = [{ ...header(7n), value: 5n }];
    const [one, two] = [newChain([], false).form(writes), newChain([], true).form(writes)];
    assert.deepEqual(two, one);
  });

  test("42 accounts of which 40 are in the porter are 74 bytes on L1", () => {
    const accounts = Array.from({ length: 42 }, (_, i) => 0x200000n + BigInt(i));
    const chain = newChain(
      accounts.slice(0, 2).map((address) => ({ ...header(address), value: 5n << 64n })),
      true,
    );
    chain.form(accounts.slice(2).flatMap((address) => [joins(address), { ...header(address), value: 6n << 64n }]));
    const { pubdata, porter } = chain.form(accounts.map((address) => ({ ...header(address), value: 7n << 64n })));
    // 9 for the header; index, length and 9 bytes of balance for each of 2; index, length and 32 bytes for the root.
    assert.equal(pubdata.length, 9 + 2 * (5 + 9) + (5 + 32));
    assert.equal(porter?.pubdata.length, 9 + 40 * (5 + 9));
  });

  test("a code is published on the side of its accounts, and again where the other side gets it", () => {
    const chain = newChain([], true);
    const [first, second]: readonly Hex[] = ["0x5f5ff3", "0x60005ff3"];
    const has = (address: bigint, code: Hex): GenesisLeaf[] => [
      { ...header(address), value: 1n },
      { ...header(address), leafKind: LeafKind.codeHash, value: BigInt(keccak(fromHex(code))) },
    ];
    const codesOf = ({ pubdata, oldLeafCount, outputsHash, porter }: FormedBatch) => [
      readList(pubdata, oldLeafCount, outputsHash).bytecodes,
      porter === undefined ? [] : readList(porter.pubdata, porter.oldLeafCount, outputsHash).bytecodes,
    ];
    const [h1, h2] = [keccak(fromHex(first!)), keccak(fromHex(second!))];
    const mixed = chain.form([joins(9n), ...has(9n, first!), ...has(8n, second!)], [first!, second!]);
    assert.deepEqual(codesOf(mixed), [[h2], [h1]]);
    assert.deepEqual(codesOf(chain.form(has(7n, first!), [first!])), [[h1], []], "porter's code published");
    assert.deepEqual(codesOf(chain.form(has(6n, first!), [first!])), [[], []]);
  });

  test("an account that joins takes its header along, written in that batch or not", () => {
    const chain = newChain([{ ...header(9n), value: 5n << 64n }], true);
    chain.form([joins(9n)]);
    assert.equal(chain.tree.get(header(9n)), 0n);
    assert.equal(chain.porter.get(header(9n)), 5n << 64n);
  });

  test("coins for the account of the porter's root are a header of the first tree", () => {
    const chain = newChain([], true);
    chain.form([joins(9n), { ...header(9n), value: 1n }, { ...header(0x10017n), value: 1n << 64n }]);
    assert.equal(chain.tree.get(header(0x10017n)), 1n << 64n);
  });

  test("refuses changes that end a membership or write the porter's root, and both trees stay", () => {
    const chain = newChain([], true);
    chain.form([joins(9n), { ...header(9n), value: 1n }]);
    const roots = [chain.tree.root, chain.porter.root];
    const leaves = { ...joins(9n), value: 0n };
    assert.throws(() => chain.form([leaves]), { name: "PartitionError", code: "MemberLeft" });
    assert.throws(() => chain.form([{ ...ROOT, value: 7n }]), { name: "PartitionError", code: "RootWritten" });
    // After a change of the porter, the first tree refuses.
    const twice = { ...header(8n), value: 2n };
    assert.throws(() => chain.form([{ ...header(9n), value: 3n }, twice, twice]), { code: "write-duplicate" });
    assert.deepEqual([chain.tree.root, chain.porter.root], roots);
  });

  test("both trees return to a mark", () => {
    const chain = newChain([], true);
    const forward = () => chain.former.form(oneBlockBatch(0n, 100n, { writes: [joins(9n), { ...header(9n), value: 1n }] }));
    const mark = chain.former.mark();
    const { commitment } = forward();
    chain.former.returnTo(mark);
    assert.equal(chain.porter.leafCount, 2);
    assert.equal(forward().commitment, commitment);
  });
});
