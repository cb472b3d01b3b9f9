/** Errors inside errors: ethers keeps one for a value that has no encoding, and throws another around it when that is read. */
const MAX_DEPTH = 4;

/**
 * Value that is decoded from a stranger's bytes; undefined if they are no encoding of one. A fault, such as a full memory, says
 * nothing about the bytes, and is thrown.
 */
export function ifDecodable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (isRefusal(error, MAX_DEPTH)) return undefined;
    throw error;
  }
}

/** True for an error with a code, by which ethers and this package refuse bytes. */
function isRefusal(error: unknown, depth: number): boolean {
  if (!(error instanceof Error) || depth === 0) return false;
  const { code, error: inner } = error as { readonly code?: unknown; readonly error?: unknown };
  return typeof code === "string" || isRefusal(inner, depth - 1);
}
