import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { recoverPublicKey } from "../../chain/transaction/signature-recovery.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { createKeccak256 } from "../../kernels/wasm/keccak256.ts";
import type { Primitives } from "../../machine/interpreter/privileged-operations.ts";

/** What the machine computes with libraries, on the calling thread. */
export function createPrimitives(): Primitives {
  return {
    keccak: createKeccak256(),
    sha256,
    compress: createCompressor().compress,
    recover: (hash, parity, r, s) => undefinedIfThrown(() => recoverPublicKey(hash, BigInt(parity), r, s)),
    verifyP256: (hash, r, s, x, y) => {
      const isSigned = (): boolean => {
        const key = concatBytes(Uint8Array.of(4), x, y);
        return p256.verify(concatBytes(r, s), hash, key, { prehash: false, lowS: false, format: "compact" });
      };
      return undefinedIfThrown(isSigned) ?? false;
    },
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
