import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { BaseContract } from "ethers";

import { COMPRESS_FUNCTION } from "../../../scripts/state-tree-generator/yul-poseidon.ts";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { leafPath } from "../../../src/chain/state/leaf-path.ts";
import type { StateKey } from "../../../src/chain/state/state-key.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { type Digest, digestFromHex, digestToHex } from "../../../src/ground/protocol/digest.ts";
import { DomainTag, LeafKind, MAX_LEAF_COUNT } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { view } from "../l1/support/ecosystem.ts";
import { byNight } from "../../support/nightly.ts";
import { type CodeChain, deployYul, startCodeChain, wordBytes } from "./support/chain.ts";
import { createRandom } from "./support/random.ts";
import { verifyProof } from "../../chain/state/support/verify-proof.ts";

let chain: CodeChain;
let contract: BaseContract;
let address: bigint;
let yul: Awaited<ReturnType<typeof deployYul>>;
before(async () => {
  chain = await startCodeChain();
  contract = await chain.l1.deploy("StateTree");
  address = BigInt(await contract.getAddress());
  yul = await deployYul(chain, {
    Compress: {
      body: "mstore(0, compress(calldataload(0), calldataload(32), calldataload(64))) return(0, 32)",
      functions: COMPRESS_FUNCTION,
    },
    // Any number of compressions, each over scratch memory in which every bit is set.
    CompressMany: {
      body: `let out := 0x2000
for { let at := 0 } lt(at, calldatasize()) { at := add(at, 96) } {
  for { let m := 0x1000 } lt(m, 0x1200) { m := add(m, 32) } { mstore(m, not(0)) }
  mstore(out, compress(calldataload(at), calldataload(add(at, 32)), calldataload(add(at, 64))))
  out := add(out, 32)
}
return(0x2000, sub(out, 0x2000))`,
      functions: COMPRESS_FUNCTION,
    },
    // Whether a call of the contract in the first word, with the calldata behind it, is answered, and the gas that it takes.
    GasOf: {
      body: `calldatacopy(0x80, 0x20, sub(calldatasize(), 0x20))
let before := gas()
let answered := staticcall(5000000, calldataload(0), 0x80, sub(calldatasize(), 0x20), 0, 0)
let taken := sub(before, gas())
mstore(0, answered) mstore(0x20, taken) return(0, 0x40)`,
      functions: "",
    },
  });
});
after(() => chain.close());

const wordOf = (digest: Digest): bigint => BigInt(digestToHex(digest));
const compressOnChain = async (tag: number, left: Digest, right: Digest): Promise<number[]> => {
  const [word = 0n] = await yul("Compress", [BigInt(tag), wordOf(left), wordOf(right)]);
  return digestFromHex(wordToHex(word));
};

test("compresses as the published permutation says", async () => {
  const vector = JSON.parse(readFileSync(new URL("../../../fixtures/poseidon/koala-bear-16.json", import.meta.url), "utf8")) as {
    readonly input: number[];
    readonly output: number[];
  };
  const left = vector.input.slice(0, 8);
  const expected = left.map((x, i) => (x + (vector.output[i] ?? 0)) % P);
  assert.deepEqual(await compressOnChain(0, left, vector.input.slice(8)), expected);
});

test("compresses under every tag as the vectors of the protocol say", async () => {
  const { compressions } = JSON.parse(
    readFileSync(new URL("../../../fixtures/poseidon/hashes.json", import.meta.url), "utf8"),
  ) as {
    readonly compressions: readonly {
      readonly tag: number;
      readonly left: string;
      readonly right: string;
      readonly digest: string;
    }[];
  };
  for (const { tag, left, right, digest } of compressions) {
    assert.equal(digestToHex(await compressOnChain(tag, digestFromHex(left), digestFromHex(right))), digest);
  }
});

test("compresses as the reference does, at the edges and at random, under every tag", async () => {
  const random = createRandom(71);
  const fill = (x: number): number[] => new Array<number>(8).fill(x);
  const digests = [fill(0), fill(P - 1), fill(1)];
  for (const tag of [...Object.values(DomainTag), DomainTag.pair + 1, DomainTag.pair + 2]) {
    for (let i = 0; i < 12; i++) {
      const left = digests[i] ?? Array.from({ length: 8 }, () => random.element());
      const right = digests[(i * 2) % 5] ?? Array.from({ length: 8 }, () => random.element());
      assert.deepEqual(await compressOnChain(tag, left, right), compress(tag, left, right));
    }
  }
});

const COMPRESSED = byNight(2_000, 200);

test("compresses hundreds of inputs full of edge values as the reference does, whatever was in memory", async () => {
  const random = createRandom(74);
  const edges = [0, 1, 2, 2 ** 16 - 1, 2 ** 24 - 1, 2 ** 30, P - 2 ** 24, P - 2, P - 1] as const;
  const tags = [...Object.values(DomainTag), DomainTag.pair + 1, DomainTag.pair + 2, DomainTag.pair + 3];
  /** Half of all digests are of edge values only, one quarter have some. */
  const digest = (): Digest => {
    const share = [2, 2, 1, 0][random.below(4)] ?? 0;
    return Array.from({ length: 8 }, () =>
      random.below(2) < share ? (edges[random.below(edges.length)] ?? 0) : random.element(),
    );
  };
  for (let batch = 0; batch < COMPRESSED / 500; batch++) {
    const inputs = Array.from({ length: 500 }, () => ({
      tag: tags[random.below(tags.length)] ?? 0,
      left: digest(),
      right: digest(),
    }));
    const words = await yul(
      "CompressMany",
      inputs.flatMap(({ tag, left, right }) => [BigInt(tag), wordOf(left), wordOf(right)]),
    );
    const expected = inputs.map(({ tag, left, right }) => wordOf(compress(tag, left, right)));
    assert.deepEqual(words, expected);
  }
});

/** A contract's arguments for one leaf of a tree. */
function argumentsOf(tree: StateTree, key: StateKey) {
  const proof = tree.prove(key);
  return {
    leaf: {
      kind: key.leafKind as number,
      account: `0x${key.address.toString(16).padStart(40, "0")}`,
      slot: key.slot,
      value: proof.value,
    },
    path: {
      nextKey: digestToHex(proof.nextKey),
      index: proof.index,
      leafCount: proof.leafCount,
      siblings: proof.siblings.map(digestToHex),
    },
  };
}
const rootOf = (...[{ leaf, path }]: [ReturnType<typeof argumentsOf>]): Promise<string> =>
  view(contract, "computeRoot", leaf, path);

function randomTree(): { readonly tree: StateTree; readonly writes: readonly StateWrite[] } {
  const random = createRandom(72);
  const word = (bits: number): bigint => {
    let value = 1n;
    for (let done = 0; done < bits; done += 24) value = (value << 24n) | BigInt(random.below(2 ** 24));
    return value & ((1n << BigInt(bits)) - 1n);
  };
  const writes: StateWrite[] = [
    { leafKind: LeafKind.storage, address: (1n << 160n) - 1n, slot: (1n << 256n) - 1n, value: (1n << 256n) - 1n },
    { leafKind: LeafKind.account, address: 1n << 96n, slot: 0n, value: 1n },
    ...Array.from({ length: 12 }, (_, i): StateWrite => {
      const leafKind = ([LeafKind.storage, LeafKind.account, LeafKind.codeHash] as const)[i % 3]!;
      return { leafKind, address: word(160), slot: leafKind === LeafKind.storage ? word(256) : 0n, value: word(256) };
    }),
  ];
  return { tree: StateTree.genesis(writes, { compressor: referenceCompressor }), writes };
}

test("every leaf of a tree leads to its root", async () => {
  const { tree, writes } = randomTree();
  for (const key of writes) assert.equal(await rootOf(argumentsOf(tree, key)), digestToHex(tree.root));
});

test("whatever is changed about a leaf or its path leads elsewhere", async () => {
  const { tree, writes } = randomTree();
  const key = writes[2]!;
  const real = argumentsOf(tree, key);
  const root = digestToHex(tree.root);
  const changes: Record<string, ReturnType<typeof argumentsOf>> = {
    kind: { ...real, leaf: { ...real.leaf, kind: 1 } },
    account: { ...real, leaf: { ...real.leaf, account: `0x${(key.address ^ 1n).toString(16).padStart(40, "0")}` } },
    slot: { ...real, leaf: { ...real.leaf, slot: real.leaf.slot ^ (1n << 255n) } },
    value: { ...real, leaf: { ...real.leaf, value: real.leaf.value + 1n } },
    "next key": { ...real, path: { ...real.path, nextKey: wordToHex(1n) } },
    index: { ...real, path: { ...real.path, index: real.path.index ^ 1 } },
    "leaf count": { ...real, path: { ...real.path, leafCount: real.path.leafCount + 1 } },
  };
  for (let level = 0; level < 32; level++) {
    const siblings = real.path.siblings.map((sibling, i) => (i === level ? wordToHex(BigInt(sibling) ^ 1n) : sibling));
    changes[`sibling ${level}`] = { ...real, path: { ...real.path, siblings } };
  }
  for (const [name, changed] of Object.entries(changes)) assert.notEqual(await rootOf(changed), root, name);
});

test("refuses digests that are not canonical, and places that no tree has", async () => {
  const { tree, writes } = randomTree();
  const real = argumentsOf(tree, writes[0]!);
  const withPath = (path: Partial<typeof real.path>) => ({ ...real, path: { ...real.path, ...path } });
  for (let element = 0; element < 8; element++) {
    const large = (value: number): `0x${string}` => wordToHex(BigInt(value) << BigInt(32 * (7 - element)));
    for (const value of [P, 2 ** 31 - 1, 2 ** 32 - 1]) {
      await assertReverts(rootOf(withPath({ nextKey: large(value) })), `DigestNotCanonical(${large(value)})`);
      const siblings = real.path.siblings.map((sibling, i) => (i === 31 - element ? large(value) : sibling));
      await assertReverts(rootOf(withPath({ siblings })), `DigestNotCanonical(${large(value)})`);
    }
    assert.equal((await rootOf(withPath({ nextKey: large(P - 1) }))).length, 66);
  }
  await assertReverts(
    rootOf(withPath({ index: real.path.leafCount })),
    `LeafIndexTooLarge(${real.path.leafCount}, ${real.path.leafCount})`,
  );
  await assertReverts(
    rootOf(withPath({ leafCount: MAX_LEAF_COUNT + 1 })),
    `LeafCountTooLarge(${MAX_LEAF_COUNT}, ${MAX_LEAF_COUNT + 1})`,
  );
  await assertReverts(rootOf({ ...real, leaf: { ...real.leaf, kind: 4 } }), "LeafKindUnknown(3, 4)");
});

test("an absent key is shown by the leaf before its gap, and by no other", async () => {
  const { tree, writes } = randomTree();
  const root = digestToHex(tree.root);
  const random = createRandom(73);
  const without = (key: StateKey, ...[proof]: [ReturnType<StateTree["prove"]>]): Promise<string> =>
    view(
      contract,
      "computeRootWithout",
      { kind: key.leafKind, account: `0x${key.address.toString(16).padStart(40, "0")}`, slot: key.slot },
      { kind: proof.leafKind, key: digestToHex(proof.key), value: proof.value },
      leafPath(proof),
    );
  const seen = new Set<number>();
  for (let i = 0; i < 24; i++) {
    const key: StateKey = { leafKind: LeafKind.storage, address: 0x10003n, slot: BigInt(random.below(2 ** 30)) };
    const proof = tree.prove(key);
    seen.add(proof.index);
    assert.deepEqual(verifyProof(tree.root, key, proof), { ok: true, isPresent: false, value: 0n });
    assert.equal(await without(key, proof), root);
    // Any other leaf's gap does not hold the key; a path with another end leads elsewhere.
    const other = tree.prove(writes[i % writes.length]!);
    if (other.index !== proof.index) await assertReverts(without(key, other), "KeyNotBetween");
    const open = { ...proof, nextKey: new Array<number>(8).fill(0) };
    if (proof.nextKey.some((element) => element !== 0)) assert.notEqual(await without(key, open), root);
    assert.notEqual(await without(key, { ...proof, leafKind: proof.leafKind === 0 ? 1 : 0 }), root);
    assert.notEqual(await without(key, { ...proof, value: proof.value ^ 1n }), root);
  }
  assert.ok(seen.size > 5, "gaps all over the order of keys");
  // Neither its own leaf nor the one before it shows that a key is absent.
  const present = tree.prove(writes[3]!);
  await assertReverts(without(writes[3]!, present), "KeyNotBetween");
  for (const write of writes) {
    const before = tree.prove(write);
    if (before.nextKey.join() === present.key.join()) await assertReverts(without(writes[3]!, before), "KeyNotBetween");
  }
});

test("the leaf before a gap must have a canonical key", async () => {
  const { tree } = randomTree();
  const key: StateKey = { leafKind: LeafKind.storage, address: 5n, slot: 5n };
  const proof = tree.prove(key);
  const call = (low: string, kind = 0): Promise<string> =>
    view(
      contract,
      "computeRootWithout",
      { kind, account: wordToHex(5n).replace(/^0x0{24}/, "0x"), slot: 5n },
      { kind: 0, key: low, value: 0n },
      {
        ...leafPath(proof),
        nextKey: wordToHex(0n),
      },
    );
  await assertReverts(call(wordToHex(BigInt(P))), `DigestNotCanonical(${wordToHex(BigInt(P))})`);
  await assertReverts(call(wordToHex((1n << 256n) - 1n)), `DigestNotCanonical(${wordToHex((1n << 256n) - 1n)})`);
  await assertReverts(call(wordToHex(0n), 4), "LeafKindUnknown(3, 4)");
});

function randomWord(random: ReturnType<typeof createRandom>): bigint {
  return Array.from({ length: 16 }, () => random.below(2 ** 16)).reduce((word, limb) => (word << 16n) | BigInt(limb), 0n);
}

/** A call's gas, and whether it was answered with a root. */
async function gasOf(data: string): Promise<{ readonly answered: boolean; readonly gas: bigint }> {
  const call = new Uint8Array([...wordBytes([address]), ...fromHex(data as Hex)]);
  const [answered, gas = 0n] = await yul("GasOf", call);
  return { answered: answered === 1n, gas };
}

const TOP = (1n << 256n) - 1n;
/** Calls with any words at all, for each function. */
const RANDOM_CALLS = byNight(30, 4);

/** A call's calldata with one of its words in place of another; word 0 is the first behind the selector. */
function withWord(data: string, word: number, value: bigint): string {
  const at = 10 + 64 * word;
  return data.slice(0, at) + wordToHex(value).slice(2) + data.slice(at + 64);
}

test("the gas of a call follows from its selector and length alone, whatever it says and however it ends", async () => {
  const { tree, writes } = randomTree();
  const absent: StateKey = { leafKind: LeafKind.storage, address: 0x10003n, slot: 99n };
  const gap = tree.prove(absent);
  const absence = contract.interface.encodeFunctionData("computeRootWithout", [
    { kind: 0, account: `0x${absent.address.toString(16).padStart(40, "0")}`, slot: absent.slot },
    { kind: gap.leafKind, key: digestToHex(gap.key), value: gap.value },
    leafPath(gap),
  ]);
  const inclusions = writes.map((key) => {
    const { leaf, path } = argumentsOf(tree, key);
    return contract.interface.encodeFunctionData("computeRoot", [leaf, path]);
  });
  const random = createRandom(75);
  const edges = byNight([0n, 1n, 3n, 4n, BigInt(P), BigInt(P) << 224n, 1n << 160n, 1n << 255n, TOP], [0n, 4n, BigInt(P), TOP]);
  const words = (data: string): number => (data.length - 10) / 64;
  const calls = [absence, inclusions[0]!].flatMap((valid) => [
    valid,
    // Words at their edges, of the siblings the first and the last; then any words at all.
    ...Array.from({ length: words(valid) }, (_, word) => word)
      .filter((word) => word < 10 || word === words(valid) - 1)
      .flatMap((word) => edges.map((edge) => withWord(valid, word, edge))),
    ...Array.from({ length: RANDOM_CALLS }, () =>
      Array.from({ length: words(valid) }, (_, word) => word).reduce(
        (data, word) => (random.below(4) > 0 ? data : withWord(data, word, randomWord(random))),
        valid,
      ),
    ),
    // All that can be wrong at once.
    valid.slice(0, 10) + "ff".repeat((valid.length - 10) / 2),
  ]);
  const taken = new Map<string, Set<bigint>>();
  const ends = new Map<string, number>();
  for (const data of [...calls, ...inclusions]) {
    const { answered, gas } = await gasOf(data);
    const selector = data.slice(0, 10);
    taken.set(selector, (taken.get(selector) ?? new Set()).add(gas));
    ends.set(`${selector} ${answered}`, (ends.get(`${selector} ${answered}`) ?? 0) + 1);
  }
  assert.ok([...ends.values()].every((count) => count > 5) && ends.size === 4, JSON.stringify([...ends]));
  for (const [selector, gas] of taken) assert.equal(gas.size, 1, `${selector}: ${[...gas].join(", ")}`);
});

test("calldata that is too short costs the same for the same length, and one that is longer is answered", async () => {
  const { tree, writes } = randomTree();
  const { leaf, path } = argumentsOf(tree, writes[0]!);
  const data = contract.interface.encodeFunctionData("computeRoot", [leaf, path]);
  const short = data.slice(0, -2);
  const garbled = data.slice(0, 10) + "ff".repeat((short.length - 10) / 2);
  assert.deepEqual(await gasOf(short), { answered: false, gas: (await gasOf(garbled)).gas });
  assert.equal((await gasOf(`${data}00`)).answered, true);
});
