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
const dateAndTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

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

/** A time in seconds as the reader's clock shows it, with its date. */
export function time(seconds: number | bigint | string): string {
  return dateAndTime.format(Number(seconds) * 1_000);
}

/** Storage key of the browser; with it the page shows times of day instead of ages. */
const SHOWS_CLOCK = "hyperchain-clock";
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** Time since then: "2 s", "4 min", "3 h", then the day. A time ahead of the clock has no age. */
export function age(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < MINUTE_MS) return `${Math.floor(passed / 1_000)} s`;
  if (passed < HOUR_MS) return `${Math.floor(passed / MINUTE_MS)} min`;
  return passed < DAY_MS ? `${Math.floor(passed / HOUR_MS)} h` : day.format(at);
}

/** An age, or the time of day if the reader has chosen it. */
export function shownTime(at: number, now: number): string {
  return showsClock() ? clockTime(at) : age(at, now);
}

export function showsClock(): boolean {
  return localStorage.getItem(SHOWS_CLOCK) !== null;
}

/** Switches between ages and times of day, for this browser. */
export function switchClock(): void {
  if (showsClock()) localStorage.removeItem(SHOWS_CLOCK);
  else localStorage.setItem(SHOWS_CLOCK, "1");
}

/** With a capital: names of columns and facts. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
