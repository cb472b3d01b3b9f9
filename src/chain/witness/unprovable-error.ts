import { NamedError } from "../../errors/named-error.ts";

/** A transaction of format 3 does what no proof covers, so no block may have it. */
export class UnprovableError extends NamedError<"PrecompileNotProven"> {
  override readonly name = "UnprovableError";

  constructor() {
    super(
      "PrecompileNotProven",
      "the transaction gives input to a precompiled contract that this chain's proofs do not cover yet: 0x08 (pairings) or one of 0x0a to 0x11 (blobs, BLS12-381); compute it on another chain",
    );
  }
}
