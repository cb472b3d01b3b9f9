import { createRequire } from "node:module";
import { guardedCall } from "./guarded-worker.ts";

/** What of the package `secp256k1` is used; signatures are r ‖ s, 64 bytes, of hashes of 32. */
export interface Libsecp256k1 {
  /** By RFC 6979, with the lower s. Throws for an invalid key. */
  ecdsaSign(messageHash: Uint8Array, privateKey: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
  /** Throws where no key has the signature. */
  ecdsaRecover(signature: Uint8Array, recoveryId: number, messageHash: Uint8Array, compressed: boolean): Uint8Array;
}

/** undefined where the package has no binary for this machine: callers have `@noble/curves` do the same (docs/decisions/0007). */
export const libsecp256k1: Libsecp256k1 | undefined = load();

function load(): Libsecp256k1 | undefined {
  try {
    // Not the package's main file: what that falls back to is slower than noble.
    const library = guardedCall(() => createRequire(import.meta.url)("secp256k1/bindings.js") as Libsecp256k1);
    return {
      ecdsaSign: (...signed) => guardedCall(() => library.ecdsaSign(...signed)),
      ecdsaRecover: (...recovered) => guardedCall(() => library.ecdsaRecover(...recovered)),
    };
  } catch {
    // No binary for this system.
    return undefined;
  }
}
