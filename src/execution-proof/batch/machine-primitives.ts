import { recoverPublicKey } from "../../chain/transaction/signature-recovery.ts";
import { compressBlock } from "../../circuits/sha256/sha256-function.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { createKeccak256 } from "../../kernels/wasm/keccak256.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";

/** What the machine computes with libraries, on the calling thread. */
export function createPrimitives(): Primitives {
  return {
    keccak: createKeccak256(),
    compress: createCompressor().compress,
    sha256Block: compressBlock,
    recover: (hash, parity, r, s) => undefinedIfThrown(() => recoverPublicKey(hash, BigInt(parity), r, s)),
  };
}

/** Libraries throw for signatures that no key has. */
function undefinedIfThrown<Result>(compute: () => Result): Result | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}
