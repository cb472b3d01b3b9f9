import { p256 } from "@noble/curves/nist.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { recoverPublicKey } from "../../../src/chain/transaction/signature-recovery.ts";
import { createCompressor } from "../../../src/kernels/wasm/compressor.ts";
import type { Primitives } from "../../../src/machine/interpreter/privileged-operations.ts";

const { compress } = createCompressor();

/** By well-kept libraries; the product's own recovery, which falls back to one. */
export const primitives: Primitives = {
  keccak: keccak_256,
  sha256,
  compress,
  recover: (hash, parity, r, s) => {
    try {
      return recoverPublicKey(hash, BigInt(parity), r, s);
    } catch {
      return undefined;
    }
  },
  verifyP256: (hash, r, s, x, y) => {
    try {
      const key = concatBytes(Uint8Array.of(4), x, y);
      return p256.verify(concatBytes(r, s), hash, key, { prehash: false, lowS: false, format: "compact" });
    } catch {
      return false;
    }
  },
};
