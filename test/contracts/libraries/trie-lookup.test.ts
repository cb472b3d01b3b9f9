import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createMerkleProof, verifyMerkleProof, type MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import type { BaseContract } from "ethers";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { EMPTY_ROOT, proofOf, trieOf } from "../l2/support/tries.ts";
import { createRandom, type Random } from "../verifier/support/random.ts";

/** A key of 32 bytes that shares a prefix of nibbles with another. */
function near(random: Random, key: Hex, shared: number): Hex {
  const digits = Array.from({ length: 64 - shared }, () => random.below(16).toString(16)).join("");
  return `0x${key.slice(2, 2 + shared)}${digits}`;
}

/** Keys with common prefixes of all lengths, so that extensions, deep branches and nodes inside their parents occur. */
function keysOf(random: Random, count: number): Hex[] {
  const keys = [keccak(Uint8Array.of(random.below(256), random.below(256)))];
  while (keys.length < count) keys.push(near(random, keys[random.below(keys.length)]!, random.below(64)));
  return [...new Set(keys)];
}

function bytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(255) + 1);
}

/** Bytes that begin items of RLP, or paths. */
const PREFIXES = [
  0, 1, 0x10, 0x1f, 0x20, 0x3f, 0x7f, 0x80, 0x81, 0xa0, 0xa1, 0xb7, 0xb8, 0xb9, 0xbf, 0xc0, 0xc1, 0xd1, 0xf7, 0xf8, 0xff,
];

/** Nodes, one with a byte changed, added or left out, and its new hash in all nodes above. */
function withHashes(nodes: readonly Uint8Array[], index: number, random: Random): Hex[] {
  const bytes = [...nodes[index]!];
  const added = random.below(2) === 0 ? [] : [PREFIXES[random.below(PREFIXES.length)]!];
  bytes.splice(random.below(bytes.length), random.below(2), ...added);
  const changed = nodes.map((node) => toHex(node));
  changed[index] = toHex(Uint8Array.from(bytes));
  for (let i = index - 1; i >= 0; i--) {
    const [before, after] = [keccak(nodes[i + 1]!), keccak(fromHex(changed[i + 1]!))];
    changed[i] = changed[i]!.replace(before.slice(2), after.slice(2)) as Hex;
  }
  return changed;
}

describe("lookup in a trie", () => {
  let l1: LocalL1;
  let harness: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    harness = await l1.deploy("TrieHarness");
  });
  after(() => l1.close());

  const ask = (name: "get" | "getByOpenZeppelin", root: Hex, key: Hex, proof: readonly Hex[]): Promise<string> =>
    harness.getFunction(name).staticCall(root, key, proof) as Promise<string>;
  const get = (trie: MerklePatriciaTrie, key: Hex, proof: readonly Hex[]): Promise<string> =>
    ask("get", toHex(trie.root()), key, proof);
  const refused = (call: Promise<unknown>, name: string): Promise<void> => assertReverts(call, "TrieHarness", name);

  test("answers as an independent implementation does for random tries, for keys that they have and keys that they lack", async () => {
    const random = createRandom(13);
    let [present, absent, inline] = [0, 0, 0];
    for (const size of [1, 2, 3, 5, 9, 17, 40]) {
      const keys = keysOf(random, 2 * size);
      const entries = keys.slice(0, size).map((key) => [key, bytes(random, 1 + random.below(3) * random.below(20))] as const);
      const trie = await trieOf(entries);
      for (const key of [...keys.slice(0, Math.min(size, 12)), ...keys.slice(size, size + 12)]) {
        const nodes = await createMerkleProof(trie, fromHex(key));
        const expected = await verifyMerkleProof(fromHex(key), nodes, { root: trie.root() });
        const proof = await proofOf(trie, key);
        assert.equal(await get(trie, key, proof), toHex(expected ?? new Uint8Array()), `${size} keys, ${key}`);
        if (expected === null) absent++;
        else present++;
        if (proof.length < nodes.length) inline++;
        if (expected !== null)
          assert.equal(await ask("getByOpenZeppelin", toHex(trie.root()), key, proof), toHex(expected), "OpenZeppelin's");
      }
    }
    assert.ok(present > 40 && absent > 40 && inline > 10, `${present} present, ${absent} absent, ${inline} with inline nodes`);
  });

  test("a trie without a key has nothing, and takes no node", async () => {
    assert.equal(await ask("get", EMPTY_ROOT, keccak(new Uint8Array()), []), "0x");
    await refused(ask("get", EMPTY_ROOT, keccak(new Uint8Array()), ["0x80"]), "TrieNodesUnused");
  });

  test("a cut, longer, repeated or foreign proof is refused", async () => {
    const random = createRandom(5);
    const keys = keysOf(random, 12);
    const trie = await trieOf(keys.slice(0, 6).map((key) => [key, bytes(random, 40)] as const));
    const other = await trieOf(keys.map((key) => [key, bytes(random, 40)] as const));
    for (const key of keys) {
      const proof = await proofOf(trie, key);
      for (let length = 0; length < proof.length; length++)
        await refused(get(trie, key, proof.slice(0, length)), "TrieNodeMissing");
      await refused(get(trie, key, [...proof, proof.at(-1)!]), "TrieNodesUnused");
      await refused(get(trie, key, [proof[0]!, ...proof]), proof.length === 1 ? "TrieNodesUnused" : "TrieNodeMismatch");
      await refused(get(trie, key, await proofOf(other, key)), "TrieNodeMismatch");
    }
  });

  test("whatever byte of a proof is changed, no other value is shown and no key is hidden", async () => {
    const random = createRandom(99);
    const keys = keysOf(random, 16);
    const trie = await trieOf(keys.slice(0, 8).map((key) => [key, bytes(random, 1 + random.below(33))] as const));
    for (const key of keys) {
      const proof = await proofOf(trie, key);
      for (let i = 0; i < 6; i++) {
        const at = random.below(proof.length);
        const node = fromHex(proof[at]!);
        node[random.below(node.length)]! ^= 1 + random.below(255);
        // The hash binds each byte, so the walk never reaches a changed node.
        await refused(get(trie, key, proof.with(at, toHex(node))), "TrieNodeMismatch");
      }
    }
  });

  test("a changed node whose hash every parent has: a value is also OpenZeppelin's, and no implementation finds an absent key", async () => {
    const random = createRandom(11);
    const found = { value: 0, absent: 0, refused: 0 };
    for (let i = 0; i < 120; i++) {
      const keys = keysOf(random, 1 + random.below(8));
      const trie = await trieOf(keys.map((key) => [key, bytes(random, 1 + random.below(40))] as const));
      const present = keys[random.below(keys.length)]!;
      const key = random.below(2) === 0 ? present : near(random, present, random.below(64));
      const nodes = (await proofOf(trie, key)).map((node) => fromHex(node));
      const changed = withHashes(nodes, random.below(nodes.length), random);
      const root = keccak(fromHex(changed[0]!));
      const answer = (name: "get" | "getByOpenZeppelin") => ask(name, root, key, changed).catch(() => undefined);
      const [own, other] = [await answer("get"), await answer("getByOpenZeppelin")];
      const third = await verifyMerkleProof(
        fromHex(key),
        changed.map((node) => fromHex(node)),
        { root: fromHex(root) },
      ).catch(() => null);
      if (own === undefined) found.refused++;
      else if (own === "0x") found.absent++;
      else found.value++;
      if (own !== undefined && own !== "0x") assert.equal(own, other, key);
      if (own === "0x") assert.deepEqual([other, third], [undefined, null], key);
    }
    assert.ok(Math.min(...Object.values(found)) > 5, JSON.stringify(found));
  });

  describe("a node under its right hash", () => {
    const KEY: Hex = `0x${"12".repeat(32)}`;
    const single = (node: Uint8Array, key = KEY): Promise<string> => ask("get", keccak(node), key, [toHex(node)]);
    const malformed = (node: Uint8Array): Promise<void> => refused(single(node), "TrieNodeMalformed");
    const path = (first: number, nibbles: string): Uint8Array => fromHex(`0x${first.toString(16).padStart(2, "0")}${nibbles}`);
    const rest = KEY.slice(2);
    const value = Uint8Array.of(1, 2, 3);
    const empty = new Uint8Array();
    const branch = (...items: readonly (Uint8Array | Uint8Array[])[]): Uint8Array => {
      const all: (Uint8Array | Uint8Array[])[] = Array.from({ length: 17 }, () => empty);
      items.forEach((item, i) => (all[i] = item));
      return RLP.encode(all);
    };

    test("a leaf with the key's path has its value, and one with another path shows absence", async () => {
      assert.equal(await single(RLP.encode([path(0x20, rest), value])), "0x010203");
      assert.equal(await single(RLP.encode([path(0x20, `22${rest.slice(2)}`), value])), "0x");
    });

    test("a leaf as branch, a leaf with a path of another length, prefix or padding, and one without a value are refused", async () => {
      await malformed(RLP.encode([path(0x20, rest.slice(2)), value]));
      await malformed(RLP.encode([path(0x31, rest), value]));
      await malformed(RLP.encode([path(0x21, rest), value]));
      await malformed(RLP.encode([path(0x40, rest), value]));
      await malformed(RLP.encode([path(0x20, `${rest}12`), value]));
      await malformed(RLP.encode([empty, value]));
      await malformed(RLP.encode([path(0x20, rest), empty]));
      await malformed(RLP.encode([path(0x20, rest), [value]]));
      await malformed(RLP.encode([[value], value]));
      // Items of a leaf among those of a branch, and a branch with one item more or less.
      await malformed(RLP.encode([path(0x20, rest), value, empty]));
      await malformed(RLP.encode(Array.from({ length: 16 }, () => empty)));
      await malformed(RLP.encode(Array.from({ length: 18 }, () => empty)));
      await malformed(branch(...Array.from({ length: 16 }, () => empty), value));
    });

    test("an extension without a path, to the key's end or to no node is refused", async () => {
      const hash = new Uint8Array(32).fill(7);
      await malformed(RLP.encode([path(0x00, ""), hash]));
      await malformed(RLP.encode([path(0x00, rest), hash]));
      await malformed(RLP.encode([path(0x01, ""), hash]));
      await refused(single(RLP.encode([path(0x11, ""), empty])), "RlpMalformed");
      await refused(single(RLP.encode([path(0x11, ""), hash.slice(1)])), "RlpMalformed");
      await refused(single(RLP.encode([path(0x11, ""), hash])), "TrieNodeMissing");
      assert.equal(await single(RLP.encode([path(0x12, ""), hash])), "0x");
    });

    test("a node shorter than 32 bytes is inside its parent, and no longer one is", async () => {
      const inside = branch(empty, [path(0x3f, ""), value]);
      await malformed(inside);
      const long = branch(empty, [path(0x20, rest.slice(0, 40)), value]);
      await malformed(long);
      const deep = "12".repeat(31);
      const wrap = (leaf: Uint8Array[]): Uint8Array =>
        RLP.encode([path(0x00, deep), [empty, leaf, ...Array.from({ length: 15 }, () => empty)]]);
      const node = wrap([path(0x32, ""), value]);
      assert.equal(await single(node), "0x010203");
      // Listed a second time it is not a step of the path.
      const inner = RLP.encode([path(0x32, ""), value]);
      await refused(ask("get", keccak(node), KEY, [toHex(node), toHex(inner)]), "TrieNodesUnused");
      // A parent that names it by its hash, as no node of Ethereum does, is followed: the hash binds it.
      const byHash = RLP.encode([path(0x00, deep), fromHex(keccak(wrapBranch(inner)))]);
      assert.equal(await ask("get", keccak(byHash), KEY, [toHex(byHash), toHex(wrapBranch(inner))]), "0x010203");
    });

    const wrapBranch = (leaf: Uint8Array): Uint8Array => branch(empty, RLP.decode(leaf) as Uint8Array[]);

    test("RLP in another form than the shortest is refused", async () => {
      const leaf = RLP.encode([path(0x20, rest), value]);
      const content = leaf.slice(1);
      for (const bytes of [
        [...leaf, 0],
        [0xf8, content.length, ...content],
        [0xf9, 0, content.length, ...content],
        [leaf[0]! + 1, ...content],
        [leaf[0]! - 1, ...content],
        [0x80 + content.length, ...content],
        [0xfa, 0, 0, content.length, ...content],
        [0xff, ...new Uint8Array(8).fill(0xff), ...content],
        [],
      ])
        await refused(single(Uint8Array.from(bytes)), "RlpMalformed");
      const number = (text: Hex): Promise<unknown> => harness.getFunction("number").staticCall(text);
      for (const [text, expected] of [
        ["0x80", 0n],
        ["0x01", 1n],
        ["0x7f", 127n],
        ["0x8180", 128n],
        ["0x820100", 256n],
        [`0xa0${"ff".repeat(32)}`, 2n ** 256n - 1n],
      ] as const)
        assert.equal(await number(text), expected);
      for (const text of [
        "0x00",
        "0x8100",
        "0x817f",
        "0x820001",
        `0xa1${"ff".repeat(33)}`,
        "0xc0",
        "0xb80180",
        "0x81",
        "0x",
        "0x0101",
      ] as const)
        await refused(number(text), "RlpMalformed");
    });
  });

  test("an output root of the OP Stack has its state root, for its preimage of version 0 alone", async () => {
    const words = [0n, 11n, 22n, 33n].map((word) => wordToHex(word));
    // As specified: keccak256(version ‖ state root ‖ storage root of the message passer ‖ block hash).
    const root = keccak(...words.map((word) => fromHex(word, 32)));
    const state = (...args: readonly Hex[]): Promise<unknown> => harness.getFunction("stateOfOutput").staticCall(root, ...args);
    assert.equal(await state(...words), words[1]);
    for (let i = 1; i < 4; i++) await refused(state(...words.with(i, wordToHex(44n))), "OutputRootMismatch");
    await refused(state(...words.with(0, wordToHex(1n))), "OutputVersionUnknown");
  });
});
