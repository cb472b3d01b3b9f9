import { type ErrorLayer, errorLayers } from "../../../ground/errors/error-layers.ts";
import { decodedValues } from "../../../ground/protocol/decoded-values.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { packageError, revertDataOf } from "../../settlement-layer/errors/contract-error.ts";
import type { ContractError } from "./settlement-error.ts";

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

/** The contract's error inside whatever a client threw, or undefined if no contract refused anything. */
export function contractErrorOf(thrown: unknown): ContractError | undefined {
  const data = revertDataOf(thrown);
  return data === undefined ? undefined : decodeContractError(data);
}

/**
 * True if the contract refused a call: its revert data are in the error, or the node names the revert. ethers'
 * CALL_EXCEPTION alone is not a refusal: ethers makes it from each error that a node answers to `eth_call`.
 */
export function isContractRefusal(error: unknown): boolean {
  const data = revertDataOf(error) ?? "0x";
  // Hardhat's node answers no data to a call without gas, and to a revert without data.
  return data !== "0x" || errorLayers(error).some(isEndedByCode);
}

function isEndedByCode({ code, message, data }: ErrorLayer): boolean {
  // Errors of nodes have a number. Others have texts of clients, which may repeat anything.
  if (typeof code !== "number" || typeof message !== "string") return false;
  if (ENDED_BY_CODE.test(message)) return true;
  return TEXT_IN_DATA.test(message) && typeof data === "string" && ENDED_BY_CODE.test(data);
}

/** Names revert data by the L1 contracts' ABI. */
function decodeContractError(data: Hex): ContractError {
  if (data === "0x") return { name: "RevertWithoutReason", args: [], data };
  const parsed = packageError(data);
  return parsed === undefined
    ? { name: data.slice(0, 10), args: [], data }
    : { name: parsed.name, args: decodedValues(parsed.args), data };
}

/** `Name(arguments)`, for messages. */
export function describeContractError({ name, args }: ContractError): string {
  return `${name}(${args.map(String).join(", ")})`;
}
