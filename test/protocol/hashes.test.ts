import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { hashLeaf, hashNode, POSEIDON_LEAF_TAG, POSEIDON_NODE_TAG } from "../../src/proofs/kernels/tree-hash.ts";
import { codeDigestValue } from "../../src/proofs/rules/code-digests.ts";
import { emptyBlockHashes, foldBlockHash } from "../../src/ground/protocol/block-hashes.ts";
import { codeDigest } from "../../src/ground/protocol/code-digest.ts";
import { diffListDigest, keyDigest, valueDigest } from "../../src/ground/protocol/diff-digest.ts";
import { digestFromHex, digestToHex } from "../../src/ground/protocol/digest.ts";
import { DomainTag, type LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";

/** Written by `fixtures/poseidon/derive.py`, which shares no code with this project. */
interface Hashes {
  readonly compressions: readonly {
    readonly use: string;
    readonly tag: number;
    readonly left: string;
    readonly right: string;
    readonly digest: string;
  }[];
  readonly value: { readonly word: string; readonly digest: string };
  readonly key: { readonly kind: LeafKind; readonly address: string; readonly slot: string; readonly digest: string };
  readonly leaf: {
    readonly kind: number;
    readonly key: string;
    readonly nextKey: string;
    readonly word: string;
    readonly digest: string;
  };
  readonly state: { readonly treeRoot: string; readonly leafCount: number; readonly digest: string };
  readonly diff: { readonly index: number; readonly word: string; readonly digest: string };
  readonly codes: readonly { readonly code: string; readonly digest: string }[];
  readonly blockHashes: readonly { readonly hashes: readonly Hex[]; readonly digest: string }[];
  readonly proofLeaf: { readonly elements: readonly number[]; readonly digest: string };
  readonly proofNode: { readonly left: string; readonly right: string; readonly digest: string };
}
const hashes = JSON.parse(readFileSync(new URL("../../fixtures/poseidon/hashes.json", import.meta.url), "utf8")) as Hashes;
const digests = (...[left, right]: [string, string]): [number[], number[]] => [digestFromHex(left), digestFromHex(right)];

describe("the hashes of the protocol", () => {
  it("have the tags of the vectors, no two the same", () => {
    const tags: Record<string, number> = Object.fromEntries(hashes.compressions.map(({ use, tag }) => [use, tag]));
    const { pair, ...single } = DomainTag;
    const pairs = Object.fromEntries(Array.from({ length: 8 }, (_, kind) => [`pair + ${kind}`, pair + kind]));
    assert.deepEqual(tags, { ...single, ...pairs, "proof node": POSEIDON_NODE_TAG, "proof leaf": POSEIDON_LEAF_TAG });
    assert.equal(new Set(Object.values(tags)).size, hashes.compressions.length);
  });

  it("compress under every tag", () => {
    for (const { use, tag, left, right, digest } of hashes.compressions) {
      assert.equal(digestToHex(compress(tag, ...digests(left, right))), digest, use);
    }
  });

  it("are those of words, keys, leaves, state roots and diff lists", () => {
    const { value, key, leaf, state, diff } = hashes;
    assert.equal(digestToHex(valueDigest(BigInt(value.word), compress)), value.digest);
    assert.equal(digestToHex(keyDigest(key.kind, BigInt(key.address), BigInt(key.slot), compress)), key.digest);
    const pair = compress(DomainTag.pair + leaf.kind, ...digests(leaf.key, leaf.nextKey));
    assert.equal(digestToHex(compress(DomainTag.leaf, pair, valueDigest(BigInt(leaf.word), compress))), leaf.digest);
    const count = [state.leafCount, 0, 0, 0, 0, 0, 0, 0];
    assert.equal(digestToHex(compress(DomainTag.state, digestFromHex(state.treeRoot), count)), state.digest);
    const entry = { type: "update", index: diff.index, value: BigInt(diff.word), isCode: false } as const;
    assert.equal(digestToHex(diffListDigest([entry], compress)), diff.digest);
  });

  it("§8.13: are those of codes, by the reference and by the chain's own", () => {
    for (const { code, digest } of hashes.codes) {
      assert.equal(digestToHex(codeDigest(fromHex(code), compress)), digest, code);
      assert.equal(codeDigestValue(fromHex(code)), BigInt(digest), code);
    }
    assert.equal(codeDigestValue(new Uint8Array()), 0n, "there is no code");
    assert.equal(new Set(hashes.codes.map(({ digest }) => digest)).size, hashes.codes.length);
  });

  it("are those of block hashes, without those before the first block that counts", () => {
    for (const since of [0n, 7n]) {
      for (const { hashes: folded, digest } of hashes.blockHashes) {
        let chain = emptyBlockHashes(since);
        if (since > 0n) chain = foldBlockHash(chain, { number: since - 1n, hash: `0x${"12".repeat(32)}` }, compress);
        for (const [i, hash] of folded.entries()) chain = foldBlockHash(chain, { number: since + BigInt(i), hash }, compress);
        assert.deepEqual(chain, { since, digest: digestFromHex(digest) });
      }
    }
  });

  it("are those of leaves and nodes of trees in proofs", () => {
    const hash = { kind: "poseidon" } as const;
    const { proofLeaf, proofNode } = hashes;
    assert.deepEqual(hashLeaf(hash, "elements", proofLeaf.elements, 5), fromHex(proofLeaf.digest, 32));
    assert.deepEqual(hashNode(hash, fromHex(proofNode.left, 32), fromHex(proofNode.right, 32)), fromHex(proofNode.digest, 32));
  });
});
