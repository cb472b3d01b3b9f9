import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sitePage, slugOf, withFrontMatter } from "./pages.ts";
import { builtTables, withParts } from "./parts.ts";
import { withPictures } from "./pictures.ts";
import { PAGE_GROUPS } from "./sidebar.ts";

/** Files that pages show or link to. */
const FILES_AS_THEY_ARE = ["docs/page.webp", "LICENSE"];

interface SitePlaces {
  /** The repository. */
  readonly root: string;
  /** Folder for the generator's input, which is emptied. */
  readonly input: string;
  /** Path under which the site is served, with slashes around it. */
  readonly base: string;
}

/**
 * Writes the generator's input: Markdown pages in `pages`, other files in `public`. `generated` has pages that are in no file, by the
 * paths that they would have in the repository. Parts of pages are built too. Throws SitePageError for a page that cannot be one.
 */
export function prepareSite({ root, input, base }: SitePlaces, generated: ReadonlyMap<string, string> = new Map()): void {
  rmSync(input, { recursive: true, force: true });
  const written = PAGE_GROUPS.flatMap(({ files }) => files).filter((file) => !file.startsWith("api/"));
  const tables = builtTables(root);
  const pages = new Map(
    written.map((file) => {
      const markdown = withParts(readFileSync(join(root, file), "utf8"), { root, tables });
      return [file, withPictures(markdown, { root, file })];
    }),
  );
  for (const [file, markdown] of generated) pages.set(file, markdown);
  const urls = siteUrls([...pages.keys()], base);
  for (const [file, markdown] of pages) {
    const path = join(input, "pages", `${slugOf(file) || "index"}.md`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withFrontMatter(sitePage(markdown, { file, urls })));
  }
  for (const file of FILES_AS_THEY_ARE) cpSync(join(root, file), join(input, "public", publicPath(file)));
}

/** URL by repository path, of pages and other files. */
function siteUrls(files: readonly string[], base: string): ReadonlyMap<string, string> {
  const pages = files.map((file) => [file, `${base}${slugOf(file)}${slugOf(file) === "" ? "" : "/"}`] as const);
  const others = FILES_AS_THEY_ARE.map((file) => [file, `${base}${publicPath(file)}`] as const);
  return new Map([...pages, ...others]);
}

function publicPath(file: string): string {
  return file.replace(/^docs\//, "");
}
