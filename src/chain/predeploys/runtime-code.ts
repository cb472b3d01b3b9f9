import type { Hex } from "../../ground/protocol/hex.ts";

/** Runtime code of a contract that a chain's first state has. Throws TypeError if its artifact has no code. */
export function requireRuntimeCode(artifact: string, code: string | undefined): Hex {
  if (code === undefined || code.length <= 2)
    throw new TypeError(`the artifact of ${artifact} has no runtime code for a chain's first state; build the package again`);
  return code as Hex;
}
