import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/** Files of the page by their paths. */
export type PageAssets = ReadonlyMap<string, { readonly type: string; readonly text: string }>;

/** Output of `scripts/bundle-page.ts`, in a checkout. The package has these files in one (`scripts/package/page-bundle.ts`). */
const FOLDER = new URL("./assets/", import.meta.url);
const PACKED = new URL("./assets.br", import.meta.url);
const IS_SOURCE = import.meta.url.endsWith(".ts");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};
const FIRST = "index.html";

/** Reads the page's files. Rejects with PageError where the page was not built. */
export async function readAssets(): Promise<PageAssets> {
  try {
    const files = IS_SOURCE ? await filesOfFolder() : await filesOfPackage();
    if (!files.has(FIRST)) throw new Error(`${FIRST} is missing`);
    return new Map([...files].map(([name, text]) => [name === FIRST ? "/" : `/${name}`, { type: typeOf(name), text }]));
  } catch (cause) {
    throw new PageError("PageNotBuilt", "the page is not built: run 'npm run build:page'", { cause });
  }
}

function typeOf(name: string): string {
  return TYPES[extname(name)] ?? "application/octet-stream";
}

async function filesOfFolder(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(FOLDER);
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, FOLDER), "utf8")] as const)));
}

async function filesOfPackage(): Promise<ReadonlyMap<string, string>> {
  const text = brotliDecompressSync(await readFile(PACKED)).toString();
  return new Map(Object.entries(JSON.parse(text) as Readonly<Record<string, string>>));
}

/**
 * The page cannot be served.
 * Remedy: build the page with `npm run build:page`, or install the package again.
 */
export class PageError extends HyperchainError<"PageNotBuilt"> {
  override readonly name = "PageError";
}
