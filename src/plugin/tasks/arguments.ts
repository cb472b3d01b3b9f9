import { pluginError } from "../plugin-error.ts";

/** Options that every task for a running ecosystem has. */
export interface EcosystemArguments {
  readonly url: string | undefined;
  readonly json: boolean;
}

/** The whole number that an option's text says; undefined for an absent option. Throws a plugin error for any other text. */
export function wholeNumber(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw pluginError(`--${option} must be a whole number from ${least} to ${most}, got '${text}'`);
}

/** One of an option's values; undefined for an absent option. Throws a plugin error for any other text. */
export function oneOf<T extends string>(option: string, text: string | undefined, values: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw pluginError(`--${option} must be ${values.join(" or ")}, got '${text}'`);
}

/** The parts of a list with commas; undefined for an absent option. */
export function list(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : text.split(",").map((part) => part.trim());
}

/** Arguments of a task that sends money. */
export interface TransferArguments extends EcosystemArguments {
  readonly amount: string;
  readonly to: string;
  readonly token: string | undefined;
  readonly from: string | undefined;
  readonly noWait: boolean;
}
