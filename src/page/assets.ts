import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/** Files of the page by their paths. */
export type PageAssets = ReadonlyMap<string, { readonly type: string; readonly text: string }>;

/** What `scripts/bundle-page.ts` makes, beside this file in a checkout and in the package. */
const FOLDER = new URL("./assets/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};
const FIRST = "index.html";

/** Reads the page's files. Rejects with PageError where the page was not built. */
export async function readAssets(): Promise<PageAssets> {
  try {
    const files = await readdir(FOLDER);
    if (!files.includes(FIRST)) throw new Error(`${FIRST} is missing`);
    const read = files.map(async (file) => {
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      return [file === FIRST ? "/" : `/${file}`, { type, text: await readFile(new URL(file, FOLDER), "utf8") }] as const;
    });
    return new Map(await Promise.all(read));
  } catch (cause) {
    throw new PageError("PageNotBuilt", "the page is not built: run 'npm run build:page'", { cause });
  }
}

/** The page cannot be served. */
export class PageError extends HyperchainError<"PageNotBuilt"> {
  override readonly name = "PageError";
}
