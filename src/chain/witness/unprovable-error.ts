import { NamedError } from "../../errors/named-error.ts";
import { UNCOVERED_PRECOMPILES } from "../../protocol/uncovered-precompiles.ts";

/** A transaction of format 3 does what no proof covers, so no block may have it. */
export class UnprovableError extends NamedError<"PrecompileNotProven"> {
  override readonly name = "UnprovableError";

  /** The precompiled contract, and how much input it is given. */
  constructor(address: bigint, bytes: number) {
    super(
      "PrecompileNotProven",
      `the transaction gives ${bytes} bytes to ${describe(address, bytes)}, which this chain's proofs do not cover yet; compute it on another chain`,
    );
  }
}

function describe(address: bigint, bytes: number): string {
  const { name, gasOf } = UNCOVERED_PRECOMPILES.get(address) ?? { name: "a precompiled contract", gasOf: () => undefined };
  const gas = gasOf(bytes);
  const price = gas === undefined ? "" : `, where the EVM takes ${gas} gas for it`;
  return `${name} at 0x${address.toString(16).padStart(2, "0")}${price}`;
}
