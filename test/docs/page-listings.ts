import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The pages whose listings tests read, by their paths in the repository. */
export const PAGES = globSync(["README.md", "docs/*.md", "docs/recipes/*.md", "docs/internals/*.md"], { cwd: ROOT })
  .map((page) => page.replaceAll("\\", "/"))
  .sort();

export interface Listing {
  readonly page: string;
  readonly language: string;
  /** First line, which names it on the page. */
  readonly first: string;
  readonly code: string;
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** Listings that are not files of the repository, which snippets.test.ts runs. */
export const LISTINGS: readonly Listing[] = PAGES.flatMap((page) =>
  [...readPage(page).matchAll(/(<!-- snippet: \S+ -->\n)?^( *)```(\w*)\n([^]*?)^ *```/gm)]
    .filter(([, marked]) => marked === undefined)
    .map(([, , indent = "", language = "", code = ""]) => ({
      page,
      language,
      first: code.split("\n")[0]?.trim() ?? "",
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    })),
);
