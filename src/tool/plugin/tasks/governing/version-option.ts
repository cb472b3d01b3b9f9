import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { readNumber } from "../session/arguments.ts";

/** Versions have 32 bits. */
const VERSION = wholeNumber(0, 2 ** 32 - 1, 2);

/** A protocol version's number; undefined for an absent option. Throws a plugin error. */
export function readVersionOption(option: string, text: string | undefined): bigint | undefined {
  const number = readNumber(option, text, VERSION);
  return number === undefined ? undefined : BigInt(number);
}
