import { createRequire } from "node:module";
import { recover, signRecoverable } from "tiny-secp256k1";
import { guardedCall } from "./guarded-worker.ts";

/** Signs and recovers; signatures are r ‖ s, 64 bytes, of hashes of 32. Both implementations are the C library libsecp256k1. */
export interface Libsecp256k1 {
  /** Signs by RFC 6979, with the lower s. Throws for an invalid key. */
  ecdsaSign(messageHash: Uint8Array, privateKey: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
  /** Throws a plain Error where no key has the signature; errors of other classes are faults. */
  ecdsaRecover(signature: Uint8Array, recoveryId: number, messageHash: Uint8Array, compressed: boolean): Uint8Array;
}

/** In WebAssembly, on every system: a recovery takes three times as long as natively. */
export const inWebAssembly: Libsecp256k1 = {
  ecdsaSign(messageHash, privateKey) {
    const { signature, recoveryId } = signRecoverable(messageHash, privateKey);
    return { signature, recid: recoveryId };
  },
  ecdsaRecover(signature, recoveryId, messageHash, compressed) {
    const key = signatureErrorsPlain(() => recover(messageHash, signature, recoveryId === 1 ? 1 : 0, compressed));
    if (key === null) throw new Error("no key has the signature");
    return key;
  },
};

/** The library refuses a signature's form by a TypeError, which is the class of faults as well. */
function signatureErrorsPlain<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof TypeError && error.message === "Expected Signature") throw new Error(error.message, { cause: error });
    throw error;
  }
}

/**
 * Implementation of the optional package `secp256k1`; undefined if it is missing, or has no binary for this
 * system.
 */
export const native: Libsecp256k1 | undefined = loadNative();

/** The fastest one available (decision 331). */
export const libsecp256k1: Libsecp256k1 = native ?? inWebAssembly;

function loadNative(): Libsecp256k1 | undefined {
  try {
    // Not the package's main file, which falls back to JavaScript.
    const library = guardedCall(() => createRequire(import.meta.url)("secp256k1/bindings.js") as Libsecp256k1);
    return {
      ecdsaSign: (...signed) => guardedCall(() => library.ecdsaSign(...signed)),
      ecdsaRecover: (...recovered) => guardedCall(() => library.ecdsaRecover(...recovered)),
    };
  } catch {
    return undefined;
  }
}
