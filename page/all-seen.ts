import { printable } from "../src/ground/runtime/printable.ts";

/** Line of code, or a file's name, with escaped characters that would hide or turn the text after them. */
export function allSeen(line: string): string {
  const spaced = line.replaceAll("\t", "    ");
  if (printable(spaced) === spaced) return spaced;
  return [...spaced]
    .map((each) => (printable(each) === "" ? `⟨U+${each.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}⟩` : each))
    .join("");
}
