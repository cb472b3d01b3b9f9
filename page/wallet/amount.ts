/**
 * Smallest units of an amount as it is typed, such as `1.5`. Throws Error, which says what is wrong: `decimals` is the most that the
 * asset has.
 */
export function smallestUnits(text: string, decimals: number): string {
  const [, whole = "", rest = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === "") throw new Error(`"${text}" is no amount: write digits, such as 1.5`);
  if (rest.length > decimals)
    throw new Error(`"${text}" has more than ${decimals} digits after the point, which this asset does not have`);
  return BigInt(`${whole}${rest.padEnd(decimals, "0")}`).toString();
}
