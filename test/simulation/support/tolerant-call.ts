import type { Hex } from "../../../src/ground/protocol/hex.ts";

/**
 * Code that runs the code of another address in its place (DELEGATECALL: same caller, storage and value) and, where the caller is
 * the account that the call comes from, returns how that ended: a word that is 1 for success, then what was returned or reverted
 * with. For all other callers it behaves as the code itself. The engine spends four times as long on a call that fails as on one
 * that does not, because it looks for the reason; so a call that may fail is made through this.
 */
export function tolerantCode(codeAt: Hex): Hex {
  const instructions = [
    "365f5f37", // calldatacopy(0, 0, calldatasize)
    `5f5f365f73${codeAt.slice(2)}5af4`, // ok := delegatecall(gas, codeAt, 0, calldatasize, 0, 0)
    "323314603357", // if origin = caller, go to 0x33
    "3d5f5f3e", // returndatacopy(0, 0, returndatasize)
    "602f57", // if ok, go to 0x2f
    "3d5ffd", // revert(0, returndatasize)
    "5b3d5ff3", // 0x2f: return(0, returndatasize)
    "5b5f52", // 0x33: mstore(0, ok)
    "3d5f60203e", // returndatacopy(32, 0, returndatasize)
    "3d6020015ff3", // return(0, 32 + returndatasize)
  ];
  return `0x${instructions.join("")}`;
}

/** Revert data of the code behind a tolerant call, or undefined for success. */
export function revertDataOf(returned: string): string | undefined {
  return BigInt(returned.slice(0, 66)) === 1n ? undefined : `0x${returned.slice(66)}`;
}
