/** Braille's blank, which no class of Unicode counts as one. */
const BLANK = "\u2800";
/** Characters that control, change the direction of writing, end lines, or are not seen. */
const UNSEEN = new RegExp(`[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}${BLANK}]`, "gu");
/** Marks upon one letter, of which writing needs four at most; more cover the lines above and below. */
const STACKED = /(\p{M}{4})\p{M}+/gu;

/**
 * A stranger's text as it may be printed: without control characters, those that change the direction of writing or are not
 * seen, marks that cover other lines, and ends of lines. With them it could write over a terminal or a page what the reader takes
 * for this software's own words.
 */
export function printable(text: string): string {
  return text.replaceAll(UNSEEN, "").replaceAll(STACKED, "$1");
}
