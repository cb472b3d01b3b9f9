import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { recoverPublicKey } from "../../../src/ground/transaction/signature-recovery.ts";
import { createPrimitives } from "../../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { inWebAssembly, libsecp256k1, native, type Libsecp256k1 } from "../../../src/ground/runtime/libsecp256k1.ts";

const word = (value: bigint): Uint8Array => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
const compact = (r: bigint, s: bigint): Uint8Array => Uint8Array.from([...word(r), ...word(s)]);
const ORDER = secp256k1.Point.Fn.ORDER;

/** Signatures of different keys over different messages, every other one with the greater s. */
const signed = Array.from({ length: 20 }, (_, i) => {
  const key = keccak_256(word(BigInt(i + 1)));
  const hash = keccak_256(key);
  const { r, s, recovery } = secp256k1.Signature.fromBytes(
    secp256k1.sign(hash, key, { prehash: false, format: "recovered" }),
    "recovered",
  );
  const isGreater = i % 2 === 1;
  // (r, n − s) with the other parity is a signature of the same key; the precompile takes it.
  return {
    hash,
    signature: compact(r, isGreater ? ORDER - s : s),
    recoveryId: isGreater ? 1 - (recovery ?? 0) : (recovery ?? 0),
    publicKey: secp256k1.getPublicKey(key, false),
  };
});

/** Compact signatures that no key has. */
const INVALID: readonly (readonly [string, Uint8Array])[] = [
  ["r is 0", compact(0n, 5n)],
  ["s is 0", compact(5n, 0n)],
  ["r is the order", compact(ORDER, 5n)],
  ["s is the order", compact(5n, ORDER)],
  ["s is above the order", compact(5n, 2n ** 256n - 1n)],
  // x = 5 is not on the curve: 5³ + 7 = 132 is not a square.
  ["r is the x of no point", compact(5n, 5n)],
];

const implementations: readonly [string, Libsecp256k1 | undefined][] = [
  ["in WebAssembly", inWebAssembly],
  ["natively", native],
];
for (const [name, library] of implementations) {
  describe(`libsecp256k1 ${name}`, { skip: library === undefined ? "no binary for this system" : false }, () => {
    const { ecdsaRecover, ecdsaSign } = library ?? inWebAssembly;
    const run = (signature: Uint8Array, recoveryId: number, hash: Uint8Array): Uint8Array =>
      ecdsaRecover(signature, recoveryId, hash, false);

    it("gives the signer's public key", () => {
      for (const { hash, signature, recoveryId, publicKey } of signed)
        assert.deepEqual(Uint8Array.from(run(signature, recoveryId, hash)), publicKey);
    });

    it("signs by RFC 6979, with the lower s", () => {
      for (const { hash } of signed) {
        const [recovery, ...expected] = secp256k1.sign(hash, hash, { prehash: false, format: "recovered" });
        const { signature, recid } = ecdsaSign(hash, hash);
        assert.deepEqual([recid, ...signature], [recovery, ...expected]);
      }
    });

    it("throws where no key has the signature", () => {
      const hash = keccak_256(word(7n));
      for (const [reason, signature] of INVALID)
        assert.throws(
          () => run(signature, 0, hash),
          // A plain one: every other class is a fault.
          (error) => Object.getPrototypeOf(error) === Error.prototype,
          reason,
        );
      const [first] = signed;
      assert.throws(() => run((first?.signature ?? new Uint8Array(64)).slice(1), 0, hash), Error);
    });
  });
}

describe("ethereumjs' hook for signature recovery", () => {
  it("reads v as a parity, as legacy and as EIP-155", () => {
    const [example] = signed;
    assert.ok(example);
    const { hash, signature, recoveryId, publicKey } = example;
    const [r, s] = [signature.slice(0, 32), signature.slice(32)];
    const parity = BigInt(recoveryId);
    for (const [v, chainId] of [
      [parity, undefined],
      [parity + 27n, undefined],
      [parity + 35n + 2n * 271n, 271n],
    ] as const) {
      assert.deepEqual(Uint8Array.from(recoverPublicKey(hash, v, r, s, chainId)), publicKey.slice(1));
    }
    assert.throws(() => recoverPublicKey(hash, 29n, r, s), RangeError);
  });
});

describe("a signature that no key has", () => {
  const hash = keccak_256(word(7n));
  const { recover } = createPrimitives();

  it("has a name, and no key in the machine", () => {
    for (const [reason, signature] of INVALID) {
      const [r, s] = [signature.slice(0, 32), signature.slice(32)];
      assert.throws(() => recoverPublicKey(hash, 0n, r, s), { name: "UnknownSignerError", code: "UnknownSigner" }, reason);
      assert.equal(recover(hash, 0, r, s), undefined, reason);
    }
  });

  it("is not concluded from a fault", () => {
    mock.method(libsecp256k1, "ecdsaRecover", () => {
      throw new RangeError("Array buffer allocation failed");
    });
    try {
      assert.throws(() => recoverPublicKey(hash, 0n, word(5n), word(5n)), RangeError);
      assert.throws(() => recover(hash, 0, word(5n), word(5n)), RangeError);
    } finally {
      mock.restoreAll();
    }
  });
});
