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

/** An amount with its unit: `2 ETH`, or `141 wei` where ETH would need too many zeros. */
export function amount(wei: bigint | string, symbol: string): string {
  const text = ether(wei);
  return text.endsWith("wei") ? text : `${text} ${symbol}`;
}
