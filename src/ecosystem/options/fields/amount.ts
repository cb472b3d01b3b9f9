/**
 * Parses a decimal such as "1.5" into units of the given number of decimals; returns undefined for any other
 * text, and for more digits than `decimals`.
 */
export function parseAmount(text: string, decimals: number): bigint | undefined {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text.replaceAll("_", ""));
  const [, whole = "", fraction = ""] = match ?? [];
  if (match === null || fraction.length > decimals) return undefined;
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** The decimal of an amount, without zeros at its end: "1.5". */
export function formatAmount(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Decimals of ETH. */
export const ETHER_DECIMALS = 18;
