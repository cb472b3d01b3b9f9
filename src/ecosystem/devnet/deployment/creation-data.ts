import { Interface, type InterfaceAbi } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";

/**
 * Creation data of a contract: its code and its constructor's arguments. ethers' ContractFactory reads all of the ABI,
 * and splits and joins the code three times, 3 ms for a contract of full size. Throws ethers' error for other arguments
 * than the constructor's.
 */
export function creationData(
  { abi, bytecode }: { readonly abi: InterfaceAbi; readonly bytecode: string },
  args: readonly unknown[] = [],
): Hex {
  const constructors =
    typeof abi === "string" ? abi : abi.filter((part) => typeof part === "string" || part.type === "constructor");
  return `${bytecode}${new Interface(constructors).encodeDeploy(args).slice(2)}` as Hex;
}
