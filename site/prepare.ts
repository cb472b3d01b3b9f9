import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeMarkdown } from "./markdown-pages.ts";
import { sitePage, slugOf, withFrontMatter } from "./pages.ts";
import { builtTables, withParts } from "./parts.ts";
import { withPictures } from "./pictures.ts";
import { PAGE_GROUPS } from "./sidebar.ts";
import { withTrackNames, withTracks } from "./tracks.ts";

/** Patterns of files that pages show or link to. */
const FILES_AS_THEY_ARE = ["docs/page.webp", "docs/pictures/*.svg", "LICENSE"];
/** Scripts of the site's pages. */
const SCRIPTS = ["site/source/tracks.js", "site/source/versions.js"];

interface SitePlaces {
  /** The repository. */
  readonly root: string;
  /** Folder for the generator's input, which is emptied. */
  readonly input: string;
  /** Path under which the site is served, with slashes around it. */
  readonly base: string;
}

/**
 * Writes the generator's input: Markdown pages in `pages`, other files in `public`, each page as Markdown among them. `generated` has pages that are in no file, by the
 * paths that they would have in the repository. Parts of pages are built too. Throws SitePageError for a page that cannot be one.
 */
export function prepareSite({ root, input, base }: SitePlaces, generated: ReadonlyMap<string, string> = new Map()): void {
  rmSync(input, { recursive: true, force: true });
  const written = PAGE_GROUPS.flatMap(({ files }) => files).filter((file) => !file.startsWith("api/"));
  const tables = builtTables(root);
  const pages = new Map(written.map((file) => [file, withParts(readFileSync(join(root, file), "utf8"), { root, tables })]));
  for (const [file, markdown] of generated) pages.set(file, markdown);
  const files = globSync(FILES_AS_THEY_ARE, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  const urls = siteUrls([...pages.keys()], files, base);
  for (const [file, markdown] of pages) {
    const path = join(input, "pages", `${slugOf(file) || "index"}.md`);
    const shown = withTracks(withPictures(markdown, { root, file }));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withFrontMatter(sitePage(shown, { file, urls })));
  }
  const folder = join(input, "public");
  const plain = [...pages].map(([file, markdown]) => [file, sitePage(withTrackNames(markdown), { file, urls })] as const);
  writeMarkdown(new Map(plain), { folder, base });
  for (const file of files) cpSync(join(root, file), join(folder, publicPath(file)));
  for (const script of SCRIPTS) cpSync(join(root, script), join(folder, basename(script)));
}

/** URL by repository path, of pages and other files. */
function siteUrls(pageFiles: readonly string[], files: readonly string[], base: string): ReadonlyMap<string, string> {
  const pages = pageFiles.map((file) => [file, `${base}${slugOf(file)}${slugOf(file) === "" ? "" : "/"}`] as const);
  const others = files.map((file) => [file, `${base}${publicPath(file)}`] as const);
  return new Map([...pages, ...others]);
}

function publicPath(file: string): string {
  return file.replace(/^docs\//, "");
}
