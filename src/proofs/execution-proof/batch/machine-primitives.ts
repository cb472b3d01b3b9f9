import { recoverPublicKey, UnknownSignerError } from "../../../ground/transaction/signature-recovery.ts";
import { compressBlock } from "../../circuits/sha256/sha256-function.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { createKeccak256 } from "../../kernels/wasm/keccak256.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";

/** Functions that the machine computes with libraries, on the calling thread. */
export function createPrimitives(): Primitives {
  return {
    keccak: createKeccak256(),
    compress: createCompressor().compress,
    sha256Block: compressBlock,
    recover,
  };
}

/** Public key of a signature; undefined if no key has it. */
const recover: Primitives["recover"] = (hash, parity, r, s) => {
  try {
    return recoverPublicKey(hash, BigInt(parity), r, s);
  } catch (error) {
    if (error instanceof UnknownSignerError) return undefined;
    throw error;
  }
};
