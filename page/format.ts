/** Wei as ETH with six digits at most, without an unneeded zero. */
export function ether(wei: bigint | string): string {
  const value = BigInt(wei);
  const sign = value < 0n ? "−" : "";
  const [whole, rest] = [abs(value) / 10n ** 18n, abs(value) % 10n ** 18n];
  if (whole === 0n && rest !== 0n && rest < 10n ** 12n) return `${sign}${abs(value).toLocaleString("en")} wei`;
  const digits = (rest / 10n ** 12n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${sign}${whole.toLocaleString("en")}${digits === "" ? "" : `.${digits}`}`;
}

/** Smallest units of a token as its holders write them, with all of its digits. */
export function units(smallest: string, decimals: number): string {
  const one = 10n ** BigInt(decimals);
  const rest = (BigInt(smallest) % one).toString().padStart(decimals, "0").replace(/0+$/, "");
  return `${(BigInt(smallest) / one).toLocaleString("en")}${decimals === 0 || rest === "" ? "" : `.${rest}`}`;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** An amount with its unit: `2 ETH`, or `141 wei` where ETH would need too many zeros. */
export function amount(wei: bigint | string, symbol: string): string {
  const text = ether(wei);
  return text.endsWith("wei") ? text : `${text} ${symbol}`;
}

/** The first and last digits of a hash or an address. */
export function short(hex: string): string {
  return hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-6)}`;
}

export function count(value: number | bigint | string): string {
  return BigInt(value).toLocaleString("en");
}

/** `12 transactions`, `1 transaction`. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** A time of day, to the second. */
export function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString("en-GB");
}

/** A block's time as the reader's clock shows it. */
export function time(seconds: number | bigint | string): string {
  return new Date(Number(seconds) * 1000).toLocaleString();
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
