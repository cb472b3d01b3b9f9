import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { weightTables } from "../bench/native/weight-tables.ts";
import { comparisonText } from "../scripts/comparison/comparison.ts";
import { DEVNETS } from "../scripts/comparison/devnets.ts";
import { EXPLORERS } from "../scripts/comparison/explorers.ts";
import { HUBS } from "../scripts/comparison/hubs.ts";
import { errorsTables } from "../scripts/errors-page/errors-tables.ts";
import { errorClasses } from "../scripts/errors-page/typescript-errors.ts";
import { combinationsTable } from "../scripts/options-reference/combinations.ts";
import { optionTables } from "../scripts/options-reference/reference.ts";
import { methodsTable } from "../scripts/rpc-table/table.ts";
import { interfacesTables } from "../scripts/solidity-reference/interfaces.ts";
import { symptomsText } from "../scripts/symptoms/symptoms-text.ts";
import { SitePageError } from "./pages.ts";
import { tagsTable } from "./tags.ts";

/** Place of a part in a page, with the text that readers of the repository see instead. */
const PART = /^<!-- built: (.+?) -->\n([^]*?)^<!-- end of built -->$/gm;
/** Name of a part that is a file of the repository. */
const FILE = /^file (\S+)$/;

/** Tables that the site builds from the sources, by name. */
export function builtTables(root: string): ReadonlyMap<string, string> {
  const classes = errorClasses(root);
  return new Map([
    ...optionTables(),
    ["errors", errorsTables(root, classes)],
    ["symptoms", symptomsText(root, classes)],
    ["methods of other nodes", methodsTable()],
    ["weights", weightTables()],
    ["combinations", combinationsTable()],
    ["interfaces of contracts", interfacesTables(root)],
    ["tags", tagsTable(root)],
    ["comparison of devnets", comparisonText(DEVNETS)],
    ["comparison of hubs", comparisonText(HUBS)],
    ["comparison of explorers", comparisonText(EXPLORERS)],
  ]);
}

/** A part of a page: the name of what the site builds, and the text in its place. */
export interface PagePart {
  readonly name: string;
  readonly text: string;
}

/** The parts of a page. */
export function partsOf(markdown: string): readonly PagePart[] {
  return [...markdown.matchAll(PART)].map(([, name = "", text = ""]) => ({ name, text }));
}

interface PartSources {
  /** The repository. */
  readonly root: string;
  readonly tables: ReadonlyMap<string, string>;
}

/** The page with tables and files in their places. Throws SitePageError for a table that does not exist. */
export function withParts(markdown: string, { root, tables }: PartSources): string {
  return markdown.replaceAll(PART, (_, name: string) => {
    const [, file] = FILE.exec(name) ?? [];
    if (file !== undefined) return listing(root, file);
    const table = tables.get(name);
    if (table === undefined)
      throw new SitePageError(`no table has the name ${name}; site/parts.ts lists those that the site builds`);
    return table;
  });
}

function listing(root: string, file: string): string {
  return `\`\`\`${extname(file).slice(1)}\n${readFileSync(join(root, file), "utf8").trimEnd()}\n\`\`\``;
}
