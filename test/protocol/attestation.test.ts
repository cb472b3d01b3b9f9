import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { createTestAttestor, TEST_MEASUREMENT, TEST_ROOT } from "../../src/ecosystem/devnet/chains/test-attestor.ts";
import { encodeAttestation, leafDigest, leafOf, quoteDigest } from "../../src/ground/protocol/attestation.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { readHashVectors } from "./hash-vectors.ts";
import { digestOfPreimage, leafPreimage, p256Key, quotePreimage, shownData } from "../support/p256-attestor.ts";

const POLICY: Hex = `0x${"a7".repeat(20)}`;
const batch = { settlementChainId: 31_337n, policy: POLICY, preCommitment: wordToHex(5n), pubdataHash: wordToHex(6n) };

test("what root and attestor sign is what the vectors' script, and what ethers and Node make of the contract's words", () => {
  const { attestations } = readHashVectors();
  assert.equal(attestations.length, 2);
  for (const { leaf, batch: named, ...expected } of attestations) {
    assert.equal(toHex(leafDigest(leaf)), expected.leafDigest);
    assert.equal(toHex(quoteDigest(named)), expected.quoteDigest);
    const { settlementChainId: chainId, ...quoted } = named;
    const { measurement, notAfter } = leaf;
    assert.equal(digestOfPreimage(leafPreimage({ ...p256Key(), ...leaf }, measurement, notAfter)), expected.leafDigest);
    assert.equal(digestOfPreimage(quotePreimage({ ...quoted, chainId })), expected.quoteDigest);
  }
});

test("the attestor for tests signs as Node's P-256 verifies, under a root that is the same in every process", async () => {
  const { leaf, root, quote } = await createTestAttestor(() => Promise.resolve(1_000n)).attest(batch);
  assert.deepEqual([leaf.measurement, leaf.notAfter], [TEST_MEASUREMENT, 4_600n]);
  const isSigned = (by: { x: Hex; y: Hex }, preimage: Hex, { r, s }: { r: Hex; s: Hex }): boolean => {
    const [x, y] = [by.x, by.y].map((word) => Buffer.from(fromHex(word)).toString("base64url"));
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x: x!, y: y! }, format: "jwk" });
    const signature = Buffer.from(`${r.slice(2)}${s.slice(2)}`, "hex");
    return verify("sha256", fromHex(preimage), { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
  };
  const { settlementChainId: chainId, ...named } = batch;
  const preimage = leafPreimage({ ...p256Key(), ...leaf }, leaf.measurement, leaf.notAfter);
  assert.ok(isSigned(TEST_ROOT, preimage, root));
  assert.ok(isSigned(leaf, quotePreimage({ ...named, chainId }), quote));
  assert.ok(!isSigned(TEST_ROOT, quotePreimage({ ...named, chainId }), quote));

  const encoded = encodeAttestation({ leaf, root, quote });
  const { x: leafX, y: leafY, measurement, notAfter } = leaf;
  const words = { rootR: root.r, rootS: root.s, quoteR: quote.r, quoteS: quote.s };
  assert.equal(encoded, shownData({ leafX, leafY, measurement, notAfter, ...words }));
  assert.deepEqual(leafOf(encoded), leaf);
});
