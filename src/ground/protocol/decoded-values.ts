import { isBytesLike, isError, toUtf8String, Utf8ErrorFuncs } from "ethers";
import { isRefusal } from "./undecodable.ts";

/** Errors inside errors: ethers wraps one for a call's arguments, and once more for an event's. */
const MAX_DEPTH = 4;

/**
 * Copies ethers' decoded values of hostile data. A text may have bytes outside UTF-8, for which ethers throws at a read:
 * here it has U+FFFD instead. A dirty word, such as an address with more than 20 bytes, has a remark instead.
 */
export function decodedValues(values: readonly unknown[]): readonly unknown[] {
  return Array.from({ length: values.length }, (_, place) => {
    try {
      return values[place];
    } catch (thrown) {
      return textIn(thrown, MAX_DEPTH);
    }
  });
}

/** The text whose bytes were refused, or a remark for another value that does not fit its type. Throws a fault. */
function textIn(thrown: unknown, depth: number): string {
  if (isError(thrown, "INVALID_ARGUMENT") && isBytesLike(thrown.value)) return toUtf8String(thrown.value, Utf8ErrorFuncs.replace);
  const { error } = thrown as { readonly error?: unknown };
  if (error !== undefined && depth > 0) return textIn(error, depth - 1);
  if (isRefusal(thrown)) return "(not decodable)";
  throw thrown;
}
