/** Made once: to make one takes longer than all rows of a page take with it. */
const digits = new Intl.NumberFormat("en");

/** Wei as ETH with six digits at most, without an unneeded zero. */
export function ether(wei: bigint | string): string {
  const value = BigInt(wei);
  const sign = value < 0n ? "−" : "";
  const size = value < 0n ? -value : value;
  const [whole, rest] = [size / 10n ** 18n, size % 10n ** 18n];
  if (whole === 0n && rest !== 0n && rest < 10n ** 12n) return `${sign}${digits.format(size)} wei`;
  const fraction = (rest / 10n ** 12n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${sign}${digits.format(whole)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Minimum amounts in ETH and in gwei; smaller ones are in wei. */
const [MIN_ETHER, MIN_GWEI, GWEI] = [10n ** 14n, 10n ** 6n, 10n ** 9n];

/** An amount with its unit: `2 ETH`, `24.987 gwei`, or `141 wei`, so that none has many zeros. */
export function amount(wei: bigint | string, symbol: string): string {
  const value = BigInt(wei);
  const size = value < 0n ? -value : value;
  if (size === 0n || size >= MIN_ETHER) return `${ether(value)} ${symbol}`;
  const sign = value < 0n ? "−" : "";
  if (size < MIN_GWEI) return `${sign}${digits.format(size)} wei`;
  const fraction = ((size % GWEI) / MIN_GWEI).toString().padStart(3, "0").replace(/0+$/, "");
  return `${sign}${digits.format(size / GWEI)}${fraction === "" ? "" : `.${fraction}`} gwei`;
}
