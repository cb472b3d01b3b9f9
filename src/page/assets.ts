import { readFile } from "node:fs/promises";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/** Files of the page by their paths. */
export type PageAssets = ReadonlyMap<string, { readonly type: string; readonly text: string }>;

/** What `scripts/bundle-page.ts` makes, beside this file in a checkout and in the package. */
const FOLDER = new URL("./assets/", import.meta.url);
const FILES = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
  ["/charts.css", "charts.css", "text/css; charset=utf-8"],
  ["/charts.js", "charts.js", "text/javascript; charset=utf-8"],
  ["/verify-worker.js", "verify-worker.js", "text/javascript; charset=utf-8"],
] as const;

/** Reads the page's files. Rejects with PageError where the page was not built. */
export async function readAssets(): Promise<PageAssets> {
  const read = FILES.map(
    async ([path, file, type]) => [path, { type, text: await readFile(new URL(file, FOLDER), "utf8") }] as const,
  );
  return new Map(
    await Promise.all(read).catch((cause: unknown) => {
      throw new PageError("PageNotBuilt", "the page is not built: run 'npm run build:page'", { cause });
    }),
  );
}

/** The page cannot be served. */
export class PageError extends HyperchainError<"PageNotBuilt"> {
  override readonly name = "PageError";
}
