import { basename, dirname, join } from "node:path/posix";

/** Path of a page in the site, without slashes around it; empty for the first page. */
export function slugOf(file: string): string {
  if (file === "README.md") return "";
  if (file === "docs/README.md") return "pages";
  if (file === "SECURITY.md") return "report-a-fault";
  const path = file.replace(/^docs\//, "").replace(/\.md$/, "");
  return basename(path) === "README" ? dirname(path) : path.toLowerCase();
}

/** A page as the site's generator reads it. */
export interface SitePage {
  readonly title: string;
  readonly body: string;
}

interface PageOptions {
  /** Path of the page in the repository. */
  readonly file: string;
  /** URL by repository path, for everything that the site has. */
  readonly urls: ReadonlyMap<string, string>;
}

/** Thrown for a page without a heading, and for a link that leads out of the site. */
export class SitePageError extends Error {
  override readonly name = "SitePageError";
}

const FENCE = /^(?:```|~~~)/;
/** Target of a link to a file: neither a URL nor a heading of the same page. */
const FILE_LINK = /\]\((?!https?:|mailto:|#)([^)#\s]*)(#[^)\s]*)?\)/g;
/** Notes for the generators of tables and listings. */
const GENERATORS_NOTE = /^<!--.*-->$/;

/** Turns a Markdown file of the repository into a page: its first heading is the title, and links lead to URLs of the site. */
export function sitePage(markdown: string, { file, urls }: PageOptions): SitePage {
  let title: string | undefined;
  let isListing = false;
  const lines: string[] = [];
  for (const line of markdown.split("\n")) {
    if (FENCE.test(line.trimStart())) isListing = !isListing;
    if (isListing || FENCE.test(line.trimStart())) lines.push(line);
    else if (title === undefined && line.startsWith("# ")) title = line.slice(2).replaceAll("`", "");
    else if (!GENERATORS_NOTE.test(line)) lines.push(withUrls(line, file, urls));
  }
  if (title === undefined) throw new SitePageError(`${file} has no heading; begin it with '# ' and its title`);
  return { title, body: lines.join("\n").trim() };
}

function withUrls(line: string, file: string, urls: ReadonlyMap<string, string>): string {
  return line.replaceAll(FILE_LINK, (_, target: string, heading = "") => {
    const path = target === "" ? file : join(dirname(file), target).replace(/\/$/, "");
    const url = urls.get(path) ?? urls.get(`${path}/README.md`);
    if (url === undefined)
      throw new SitePageError(`${file} links to ${path}, which is no page of the site; add it to site/sidebar.ts`);
    return `](${url}${heading})`;
  });
}

/** A page with the front matter that the generator reads. */
export function withFrontMatter({ title, body }: SitePage): string {
  return `---\ntitle: ${JSON.stringify(title)}\n---\n\n${body}\n`;
}
