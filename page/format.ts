export { amount, ether } from "../src/ecosystem/client/sending/shown-amount.ts";

/**
 * Symbol in isolation, so that it cannot turn the direction of the text around it: any account may have
 * written it, with letters from the right.
 */
export function isolated(symbol: string): string {
  return /^[\x20-\x7e]*$/.test(symbol) ? symbol : `\u2068${symbol}\u2069`;
}

/** Made once: to make one takes longer than all rows of a page take with it. */
const digits = new Intl.NumberFormat("en");
const timeOfDay = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Smallest units of a token as its holders write them, with all of its digits. */
export function units(smallest: string, decimals: number): string {
  const one = 10n ** BigInt(decimals);
  const rest = (BigInt(smallest) % one).toString().padStart(decimals, "0").replace(/0+$/, "");
  return `${digits.format(BigInt(smallest) / one)}${decimals === 0 || rest === "" ? "" : `.${rest}`}`;
}

/** The first and last digits of a hash or an address. */
export function short(hex: string): string {
  return hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-6)}`;
}

export function count(value: number | bigint | string): string {
  return digits.format(BigInt(value));
}

/** `12 transactions`, `1 transaction`. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** A time of day, to the second. */
export function clockTime(milliseconds: number): string {
  return timeOfDay.format(milliseconds);
}

/** A block's time as the reader's clock shows it. */
export function time(seconds: number | bigint | string): string {
  return new Date(Number(seconds) * 1000).toLocaleString();
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
