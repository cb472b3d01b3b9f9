import { Interface, isCallException, isError, type ErrorDescription } from "ethers";
import { contractErrorsAbi } from "../../abi/contract-errors.ts";
import { decodedValues } from "../../protocol/decoded-values.ts";
import { type Hex, isHexBytes } from "../../protocol/hex.ts";
import type { ContractError } from "./settlement-error.ts";

const contractErrors = new Interface(contractErrorsAbi);
/** Clients wrap a node's error differently; this many layers are looked through. */
const MAX_DEPTH = 8;

/**
 * The contract's error inside whatever a client threw, or undefined where no contract refused anything. Looks for revert
 * data in `data`, `error`, `info` and `cause`, as ethers, Hardhat and plain JSON-RPC clients nest it.
 */
export function contractErrorOf(thrown: unknown): ContractError | undefined {
  const data = revertData(thrown, MAX_DEPTH);
  return data === undefined ? undefined : decodeContractError(data);
}

/** True if the contract refused a call, not the node. */
export function isContractRefusal(error: unknown): boolean {
  return isCallException(error) || contractErrorOf(error) !== undefined;
}

/** True if the contract refused a call, or answers otherwise than its caller's ABI. */
export function isOfContract(error: unknown): boolean {
  return isContractRefusal(error) || isError(error, "BAD_DATA") || isError(error, "BUFFER_OVERRUN");
}

/** Names revert data by the L1 contracts' ABI. */
function decodeContractError(data: Hex): ContractError {
  if (data === "0x") return { name: "RevertWithoutReason", args: [], data };
  const parsed = parse(data);
  return parsed === null
    ? { name: data.slice(0, 10), args: [], data }
    : { name: parsed.name, args: decodedValues(parsed.args), data };
}

function parse(data: Hex): ErrorDescription | null {
  try {
    return contractErrors.parseError(data);
  } catch {
    // A contract reverts with any bytes, also with a selector alone.
    return null;
  }
}

/** `Name(arguments)`, for messages. */
export function describeContractError({ name, args }: ContractError): string {
  return `${name}(${args.map(String).join(", ")})`;
}

function revertData(value: unknown, depth: number): Hex | undefined {
  if (typeof value !== "object" || value === null || depth === 0) return undefined;
  if ("data" in value) {
    const { data } = value;
    if (isHexBytes(data)) return data.toLowerCase() as Hex;
    const nested = revertData(data, depth - 1);
    if (nested !== undefined) return nested;
  }
  for (const key of ["error", "info", "cause"] as const) {
    const nested = revertData((value as Readonly<Record<string, unknown>>)[key], depth - 1);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
