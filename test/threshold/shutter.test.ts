import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fromHex, keccak, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { encrypt } from "../../src/chain/threshold/encryption.ts";
import { isKeyOf, open } from "../../src/chain/threshold/opening.ts";

interface ShutterVector {
  readonly messageBytes: number;
  readonly identity: Hex;
  readonly seed: Hex;
  readonly key: Hex;
  readonly ciphertext?: Hex;
  readonly ciphertextHash?: Hex;
}

const { publicKey, vectors } = JSON.parse(
  readFileSync(new URL("../../fixtures/shutter/vectors.json", import.meta.url), "utf8"),
) as { readonly publicKey: Hex; readonly vectors: readonly ShutterVector[] };
const recipient = fromHex(publicKey);

/** Bytes of a message, as fixtures/shutter/README.md describes them. */
function messageOf(bytes: number): Uint8Array {
  const hash = (index: number): string => keccak(new TextEncoder().encode(`message ${bytes} ${index}`)).slice(2);
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) => hash(index));
  return fromHex(`0x${blocks.join("").slice(0, 2 * bytes)}`);
}

describe("Shutter's scheme", () => {
  test("encrypts to the bytes of Shutter's SDK, which the SDK opens", () => {
    assert.equal(vectors.length, 9);
    for (const { messageBytes, identity, seed, ciphertext, ciphertextHash } of vectors) {
      const message = messageOf(messageBytes);
      const made = encrypt({ message, identity: fromHex(identity), publicKey: recipient, seed: fromHex(seed) });
      if (ciphertext === undefined) assert.equal(keccak(made), ciphertextHash, `${messageBytes} bytes`);
      else assert.equal(toHex(made), ciphertext, `${messageBytes} bytes`);
    }
  });

  test("opens ciphertexts of Shutter's SDK", () => {
    for (const { messageBytes, identity, key, ciphertext } of vectors) {
      assert.ok(isKeyOf(fromHex(identity), fromHex(key), recipient));
      if (ciphertext !== undefined) assert.deepEqual(open(fromHex(ciphertext), fromHex(key)), messageOf(messageBytes));
    }
  });
});
