import type { ErrorDescription } from "ethers";
import { errorLayers } from "../../ground/errors/error-layers.ts";
import { shortData } from "../../ground/errors/short-data.ts";
import { decodedValues } from "../../ground/protocol/decoded-values.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { printable } from "../../ground/runtime/printable.ts";
import { packageError, revertDataOf } from "../../chain/settlement-layer/errors/contract-error.ts";

/**
 * Maximum length of a description, and of one argument of an error: clients repeat the transaction, whose
 * proofs take kilobytes.
 */
const MAX_CHARACTERS = 400;
const MAX_ARGUMENT_CHARACTERS = 80;

/** Why a delivery was refused, in a line: the contract's error by name, else what the node said, or the client. */
export function describeRefusal(error: unknown): string {
  const named = contractErrorOf(error);
  if (named !== undefined) return describeError(named);
  // The innermost: the node's own words, which clients repeat with the transaction around them.
  const said = errorLayers(error)
    .map((layer) => layer["shortMessage"] ?? layer["message"])
    .filter((text): text is string => typeof text === "string");
  return cut(said.at(-1) ?? String(error), MAX_CHARACTERS);
}

/** The error of one of the chains' contracts with which a call was refused; undefined for any other refusal. */
export function contractErrorOf(error: unknown): ErrorDescription | undefined {
  const data = revertDataOf(error);
  return data === undefined ? undefined : packageError(data);
}

/** Why a contract reverted, in a line: its own words, an error that is known here by name, or the data. */
export function describeRevert(data: string): string {
  if (data === "0x") return "without a reason";
  const named = packageError(data as Hex);
  if (named === undefined) return shortData(data);
  return named.name === "Error" ? cut(String(decodedValues(named.args)[0]), MAX_CHARACTERS) : describeError(named);
}

function describeError({ name, args }: ErrorDescription): string {
  return cut(
    `${name}(${decodedValues(args)
      .map((value) => cut(String(value), MAX_ARGUMENT_CHARACTERS))
      .join(", ")})`,
    MAX_CHARACTERS,
  );
}

/** Every text that a contract or a node chose passes here. */
function cut(text: string, limit: number): string {
  const shown = shortData(printable(text));
  return shown.length <= limit ? shown : `${shown.slice(0, limit)}…`;
}
