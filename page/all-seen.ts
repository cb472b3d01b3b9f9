import { printable } from "../src/runtime/printable.ts";

/** A line of code, or a file's name, in which nothing hides or turns what stands behind it: such characters stand as their numbers. */
export function allSeen(line: string): string {
  const spaced = line.replaceAll("\t", "    ");
  if (printable(spaced) === spaced) return spaced;
  return [...spaced]
    .map((each) => (printable(each) === "" ? `⟨U+${each.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}⟩` : each))
    .join("");
}
