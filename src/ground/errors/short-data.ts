/** Digits that are shown of data: a selector and two words, as most errors of contracts have. */
const SHOWN_DIGITS = 136;
const LONG_DATA = new RegExp(`0x[0-9a-f]{${SHOWN_DIGITS + 1},}`, "gi");
/** Depth to which the fields of a client's error are searched for data. */
const MAX_DEPTH = 6;

/** The text with its long data replaced by their first bytes and their length. */
export function shortData(text: string): string {
  return text.replace(LONG_DATA, (data) => `${data.slice(0, 2 + SHOWN_DIGITS)}… (${Math.floor((data.length - 2) / 2)} bytes)`);
}

/**
 * Copy of an error without long data, for output: clients put whole transactions into messages and fields. The copy has the class
 * of the original, and its prototype still has the original's fields. Any other value is returned unchanged.
 */
export function withShortData(error: unknown): unknown {
  if (!(error instanceof Error) || !hasLongData(error, MAX_DEPTH)) return error;
  const short = new Error(shortData(error.message));
  const fields = { stack: shortData(error.stack ?? error.message), cause: withShortData(error.cause) };
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) Object.defineProperty(short, name, { value, configurable: true, writable: true });
  return Object.setPrototypeOf(short, error) as unknown;
}

function hasLongData(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value !== shortData(value);
  if (typeof value !== "object" || value === null || depth === 0) return false;
  if (value instanceof Error && [value.message, value.stack, value.cause].some((each) => hasLongData(each, depth - 1)))
    return true;
  return Object.values(value).some((each) => hasLongData(each, depth - 1));
}
