import { Interface, type ErrorDescription } from "ethers";
import { contractErrorsAbi } from "../../abi/contract-errors.ts";
import { decodedValues } from "../../protocol/decoded-values.ts";
import { type Hex, isHexBytes } from "../../protocol/hex.ts";
import type { ContractError } from "./settlement-error.ts";

const contractErrors = new Interface(contractErrorsAbi);
/** Clients wrap a node's error differently; this many layers are searched. */
const MAX_DEPTH = 8;
/** Revert data with the prefix of OpenEthereum and of Nethermind before 2025. */
const PREFIXED_DATA = /^Reverted (0x(?:[0-9a-f]{2})*)$/i;
/**
 * Beginnings of nodes' texts for a call that the contract's code ended: by a revert, or by code that no node runs.
 * Geth and Erigon, Reth and anvil, Nethermind, Besu, OpenEthereum, Hardhat. A call without enough gas is missing,
 * because the limit differs between nodes, and so is everything about the node: limits of its clients, states that
 * it has deleted, its timeouts.
 */
const ENDED_BY_CODE = new RegExp(
  "^(?:error: )?(?:vm exception while processing transaction: |evm error:? )?(?:" +
    [
      "(?:execution |transaction )?revert(?:ed)?\\b",
      "(?:invalid|bad) ?(?:opcode|instruction|jump)",
      "(?:invalidfe|opcodenotfound)",
      "stack ?(?:underflow|overflow|limit reached)",
      "(?:return data out of bounds|outofoffset)",
    ].join("|") +
    ")",
  "i",
);
/** Message of OpenEthereum and Nethermind, whose data have the text. */
const TEXT_IN_DATA = /^vm execution error/i;

/**
 * The contract's error inside whatever a client threw, or undefined where no contract refused anything. Looks for revert
 * data in `data`, `error`, `info` and `cause`, as ethers, Hardhat and plain JSON-RPC clients nest it.
 */
export function contractErrorOf(thrown: unknown): ContractError | undefined {
  const data = revertData(thrown, MAX_DEPTH);
  return data === undefined ? undefined : decodeContractError(data);
}

/**
 * True if the contract refused a call: its revert data are in the error, or the node names the revert. ethers'
 * CALL_EXCEPTION alone is not a refusal: ethers makes it from each error that a node answers to `eth_call`.
 */
export function isContractRefusal(error: unknown): boolean {
  const data = revertData(error, MAX_DEPTH) ?? "0x";
  // Hardhat's node answers no data to a call without gas, and to a revert without data.
  return data !== "0x" || isEndedByCode(error, MAX_DEPTH);
}

function isEndedByCode(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth === 0) return false;
  const { code, message, data, error, info, cause } = value as Readonly<Record<string, unknown>>;
  // Errors of nodes have a number. Others have texts of clients, which may repeat anything.
  if (typeof code === "number" && typeof message === "string") {
    if (ENDED_BY_CODE.test(message)) return true;
    if (TEXT_IN_DATA.test(message) && typeof data === "string" && ENDED_BY_CODE.test(data)) return true;
  }
  return [error, info, cause].some((inner) => isEndedByCode(inner, depth - 1));
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
    const plain = typeof data === "string" ? (PREFIXED_DATA.exec(data)?.[1] ?? data) : data;
    if (isHexBytes(plain)) return plain.toLowerCase() as Hex;
    const nested = revertData(data, depth - 1);
    if (nested !== undefined) return nested;
  }
  for (const key of ["error", "info", "cause"] as const) {
    const nested = revertData((value as Readonly<Record<string, unknown>>)[key], depth - 1);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
