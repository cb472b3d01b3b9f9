import { _SHA256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { recoverPublicKey, UnknownSignerError } from "../../../src/ground/transaction/signature-recovery.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import type { Primitives } from "../../../src/proofs/machine/interpreter/privileged-operations.ts";

const { compress } = createCompressor();

class Compression extends _SHA256 {
  behind(state: readonly number[], block: readonly number[]): number[] {
    const view = new DataView(new ArrayBuffer(64));
    block.forEach((word, i) => view.setUint32(4 * i, word));
    this.set(...(state as [number, number, number, number, number, number, number, number]));
    this.process(view, 0);
    return this.get().map((word) => word >>> 0);
  }
}

/** SHA-256's compression function, which the library has for its own use only. */
export const noblesBlock = (state: readonly number[], block: readonly number[]): number[] =>
  new Compression().behind(state, block);

/** Primitives of well-maintained libraries; the recovery is the product's, which falls back to one of them. */
export const primitives: Primitives = {
  keccak: keccak_256,
  compress,
  sha256Block: noblesBlock,
  recover: (hash, parity, r, s) => {
    try {
      return recoverPublicKey(hash, BigInt(parity), r, s);
    } catch (error) {
      if (error instanceof UnknownSignerError) return undefined;
      throw error;
    }
  },
};
