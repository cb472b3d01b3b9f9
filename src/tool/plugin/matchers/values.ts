/** A predicate must accept the value; numbers and addresses are compared whatever their form. */
export function fits(actual: unknown, expected: unknown): boolean {
  if (typeof expected === "function") return (expected as (value: unknown) => unknown)(actual) !== false;
  return JSON.stringify(plain(actual)) === JSON.stringify(plain(expected));
}

/** A value in one form: numbers as decimals, addresses and bytes in lower case, contracts and signers as their addresses. */
export function plain(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "number") return value.toString();
  if (typeof value === "string") return /^0x[0-9a-f]*$/i.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    if ("target" in value) return plain(value.target);
    if ("address" in value) return plain(value.address);
  }
  return typeof value === "function" ? "(anything that the predicate accepts)" : value;
}
