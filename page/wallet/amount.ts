/**
 * Parses an amount in the reader's spelling, such as `1.5`, into smallest units. Throws Error with the
 * reason: `decimals` is the asset's maximum.
 */
export function smallestUnits(text: string, decimals: number): string {
  const [, whole = "", rest = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === "") throw new Error(`"${text}" is not an amount: write digits, such as 1.5`);
  if (rest.length > decimals)
    throw new Error(`"${text}" has more than ${decimals} digits after the point, which this asset does not have`);
  return BigInt(`${whole}${rest.padEnd(decimals, "0")}`).toString();
}
