import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { fromHex, keccak, toHex } from "../../src/ground/protocol/hex.ts";
import { encrypt } from "../../src/chain/threshold/encryption.ts";
import { dealKey } from "../../src/chain/threshold/key-shares.ts";
import { combineShares, isKeyOf, keyShareOf, open } from "../../src/chain/threshold/opening.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hash = (text: string): Uint8Array => fromHex(keccak(bytes(text)));
const { Fr } = bls12_381.fields;

/** Key of four holders. Any two open, so that one may lie. */
const DEALT = dealKey(hash("dealer"), { holders: 4, threshold: 2 });
const IDENTITY = hash("an identity");
const MESSAGE = bytes("buy 10 at any price");
const SHARES = DEALT.secretShares.map((secret, holder) => ({ holder, share: keyShareOf(IDENTITY, secret) }));
const CIPHERTEXT = encrypt({ message: MESSAGE, identity: IDENTITY, publicKey: DEALT.publicKey });

/** The point (0, 2) of y² = x³ + 4, compressed: three times it is the neutral element, so that its order is not the group's. */
const OF_ORDER_3 = fromHex(`0x80${"00".repeat(47)}`);

function keyOf(...holders: readonly number[]): Uint8Array {
  const key = combineShares(holders.map((holder) => SHARES[holder]!));
  assert.ok(key !== undefined);
  return key;
}

describe("a key of several holders", () => {
  test("is the same for each two of four, and opens", () => {
    const keys = [keyOf(0, 1), keyOf(0, 2), keyOf(0, 3), keyOf(2, 1), keyOf(3, 1), keyOf(2, 3)].map(toHex);
    assert.equal(new Set(keys).size, 1);
    assert.deepEqual(open(CIPHERTEXT, keyOf(1, 3)), MESSAGE);
  });

  test("is the value at 0 of the line through the shares, by another library's arithmetic", () => {
    // s(x) = a + b x, so that s(0) = 2 s(1) - s(2), and the key is the identity's point times s(0).
    const [first, second] = DEALT.secretShares as [bigint, bigint];
    const secret = Fr.create(2n * first - second);
    assert.equal(toHex(bls12_381.G2.Point.BASE.multiply(secret).toBytes()), toHex(DEALT.publicKey));
    const point = bls12_381.G1.hashToCurve(fromHex(`0x01${toHex(IDENTITY).slice(2)}`), {
      DST: "SHUTTER_V01_BLS12381G1_XMD:SHA-256_SSWU_RO_",
    });
    assert.equal(toHex(point.multiply(secret).toBytes()), toHex(keyOf(0, 3)));
  });

  test("needs its threshold: three of seven open, two do not", () => {
    const { publicKey, secretShares } = dealKey(hash("seven"), { holders: 7, threshold: 3 });
    const shares = secretShares.map((secret, holder) => ({ holder, share: keyShareOf(IDENTITY, secret) }));
    const combined = (...holders: readonly number[]): boolean =>
      isKeyOf(IDENTITY, combineShares(holders.map((holder) => shares[holder]!)) ?? new Uint8Array(), publicKey);
    assert.deepEqual([combined(6, 0, 3), combined(1, 2, 5), combined(6, 0), combined(1)], [true, true, false, false]);
  });

  test("differs between seeds, and not between processes with one seed", () => {
    const again = dealKey(hash("dealer"), { holders: 4, threshold: 2 });
    assert.deepEqual(again.publicShares.map(toHex), DEALT.publicShares.map(toHex));
    assert.notEqual(toHex(dealKey(hash("other"), { holders: 4, threshold: 2 }).publicKey), toHex(DEALT.publicKey));
  });

  test("of an identity opens no other: an opened envelope reveals no other", () => {
    const other = encrypt({ message: MESSAGE, identity: hash("another"), publicKey: DEALT.publicKey });
    assert.equal(open(other, keyOf(0, 1)), undefined);
    assert.equal(isKeyOf(hash("another"), keyOf(0, 1), DEALT.publicKey), false);
  });
});

describe("a share", () => {
  test("is verified against its holder's public share alone", () => {
    const results = SHARES.map(({ share }) =>
      DEALT.publicShares
        .map((publicShare) => isKeyOf(IDENTITY, share, publicShare))
        .map(Number)
        .join(""),
    );
    assert.deepEqual(results, ["1000", "0100", "0010", "0001"]);
  });

  test("that is forged makes a key which the check refuses, or none", () => {
    const forged = { holder: 1, share: keyShareOf(IDENTITY, 5n) };
    const key = combineShares([SHARES[0]!, forged]);
    assert.ok(key !== undefined && !isKeyOf(IDENTITY, key, DEALT.publicKey));
    assert.equal(open(CIPHERTEXT, key), undefined);
    const neutral = bls12_381.G1.Point.ZERO.toBytes();
    const bad = [new Uint8Array(48), new Uint8Array(0), neutral, fromHex(`0x${"ff".repeat(48)}`), OF_ORDER_3];
    for (const share of bad) {
      assert.equal(combineShares([SHARES[0]!, { holder: 1, share }]), undefined);
      assert.equal(isKeyOf(IDENTITY, share, DEALT.publicShares[1]!), false);
    }
  });
});

describe("a ciphertext", () => {
  test("that is changed in any part does not open", () => {
    const key = keyOf(0, 1);
    assert.deepEqual(open(CIPHERTEXT, key), MESSAGE);
    for (const at of [0, 1, 40, 97, 110, 129, CIPHERTEXT.length - 1])
      assert.equal(
        open(
          CIPHERTEXT.map((byte, i) => (i === at ? byte ^ 1 : byte)),
          key,
        ),
        undefined,
        `byte ${at}`,
      );
    for (const length of [0, 1, 97, 129, CIPHERTEXT.length - 1]) assert.equal(open(CIPHERTEXT.slice(0, length), key), undefined);
    assert.equal(open(CIPHERTEXT, SHARES[0]!.share), undefined, "one share");
  });

  test("has the form of its seed alone, and another for another seed", () => {
    const made = (seed: string): string =>
      toHex(encrypt({ message: MESSAGE, identity: IDENTITY, publicKey: DEALT.publicKey, seed: hash(seed) }));
    assert.equal(made("a"), made("a"));
    assert.notEqual(made("a"), made("b"));
  });

  test("to bytes that are not a public key is refused", () => {
    const to = (publicKey: Uint8Array): Uint8Array => encrypt({ message: MESSAGE, identity: IDENTITY, publicKey });
    assert.throws(() => to(new Uint8Array(96)));
    assert.throws(() => to(bls12_381.G2.Point.ZERO.toBytes()));
  });
});
