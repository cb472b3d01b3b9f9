/**
 * A stranger's text as it may be printed: without control characters, those that change the direction of writing or are not
 * seen, and ends of lines. With them it could write over a terminal what the reader takes for this software's own words.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
}
