import { keccak_256 } from "@noble/hashes/sha3.js";
import { recoverPublicKey } from "../../../src/chain/transaction/signature-recovery.ts";
import { createCompressor } from "../../../src/kernels/wasm/compressor.ts";
import type { Primitives } from "../../../src/machine/interpreter/privileged-operations.ts";

const { compress } = createCompressor();

/** By well-kept libraries; the product's own recovery, which falls back to one. */
export const primitives: Primitives = {
  keccak: keccak_256,
  compress,
  recover: (hash, parity, r, s) => {
    try {
      return recoverPublicKey(hash, BigInt(parity), r, s);
    } catch {
      return undefined;
    }
  },
};
