import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { decodeHubHeader, encodeHubHeader, hashHubContents, hashHubHeader } from "../../src/ground/protocol/hub-header.ts";

/** Written by `fixtures/hub/derive.py`, which shares no code with this project. */
interface Vectors {
  readonly headers: readonly {
    readonly number: string;
    readonly parent: Hex;
    readonly state: Hex;
    readonly contents: Hex;
    readonly hash: Hex;
  }[];
  readonly contents: readonly {
    readonly batches: readonly { readonly chainId: string; readonly hash: Hex }[];
    readonly evidence: Hex;
    readonly contents: Hex;
  }[];
}
const vectors = JSON.parse(readFileSync(new URL("../../fixtures/hub/headers.json", import.meta.url), "utf8")) as Vectors;

test("headers and contents of a hub's blocks have the hashes of the independent vectors", () => {
  for (const { hash, number, ...words } of vectors.headers)
    assert.equal(hashHubHeader({ ...words, number: BigInt(number) }), hash);
  for (const { batches, evidence, contents } of vectors.contents)
    assert.equal(
      hashHubContents(
        batches.map(({ chainId, hash }) => ({ chainId: BigInt(chainId), hash })),
        evidence,
      ),
      contents,
    );
});

test("a header's bytes are read back, and no other bytes are read", () => {
  for (const { hash: _, number, ...words } of vectors.headers) {
    const header = { ...words, number: BigInt(number) };
    const bytes = encodeHubHeader(header);
    assert.deepEqual(decodeHubHeader(bytes), header);
    for (const wrong of [bytes.subarray(1), new Uint8Array([...bytes, 0]), new Uint8Array(128).fill(1)])
      assert.equal(decodeHubHeader(wrong), undefined);
  }
});
