import { checkResultErrors, type Result } from "ethers";

/** Maximum depth of errors inside errors: ethers stores one for a value that has no encoding, and wraps it when that is read. */
const MAX_DEPTH = 4;

/**
 * Value that is read from a stranger's decoded bytes; undefined if they do not encode one. A fault, such as a full memory, says
 * nothing about the bytes, and is thrown.
 */
export function ifDecodable<T>(decode: () => Result, read: (values: Result) => T): T | undefined {
  try {
    const values = decode();
    // Reading by name loses the cause, so a stored fault has to be found first.
    const fault = checkResultErrors(values).find(({ error }) => !isRefusal(error));
    if (fault !== undefined) throw fault.error;
    return read(values);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/**
 * True for an error by which ethers or this package refuses bytes: one with a code, or ethers' wrapper of one. If a value is read
 * by name, the wrapper has no cause (ethers 6.17, `Result.getValue`).
 */
export function isRefusal(error: unknown, depth = MAX_DEPTH): boolean {
  if (!(error instanceof Error) || depth === 0) return false;
  const { code, error: inner } = error as { readonly code?: unknown; readonly error?: unknown };
  return typeof code === "string" || isRefusal(inner, depth - 1) || ("error" in error && inner === undefined);
}
