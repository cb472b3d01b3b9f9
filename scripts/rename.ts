// Renames symbols and files in all code: node scripts/rename.ts LIST, or with the list on stdin. A line is `file symbol newName`,
// where a member's symbol is `Type.member`, or `file newFile`. The TypeScript language service finds the places; strings that
// still contain the old name, such as addresses of workers, lists in test/tidiness and pages, are printed and not changed.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Renamer } from "./renaming/renamer.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const [list] = positionals;
const lines = readFileSync(list ?? 0, "utf8")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("#"));
const renamer = new Renamer(process.cwd());
for (const line of lines) {
  const [file = "", second = "", newName] = line.split(/\s+/);
  if (newName === undefined) renamer.renameFile(file, second);
  else renamer.renameSymbol(file, second, newName);
}
renamer.write();
for (const { path, line, text } of renamer.leftovers()) console.log(`${path}:${line}: ${text}`);
