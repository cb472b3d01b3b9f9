import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type SitePage, slugOf } from "./pages.ts";
import { PAGE_GROUPS } from "./sidebar.ts";

/** Path of a page as Markdown, from the site's base. */
export function markdownPath(file: string): string {
  return `${slugOf(file) || "index"}.md`;
}

/** Index of the pages as Markdown for programs that read them, in the form of llmstxt.org. */
export function llmsText(titles: ReadonlyMap<string, string>, base: string): string {
  const groups = PAGE_GROUPS.map(({ label, files }) => {
    const links = files.filter((file) => titles.has(file)).map((file) => `- [${titles.get(file)}](${base}${markdownPath(file)})`);
    return links.length === 0 ? "" : `## ${label}\n\n${links.join("\n")}\n`;
  });
  const about = "> A Hardhat 3 plugin and local devnet for hyperchains: real rollups, real proofs, trustless bridges.";
  return ["# hardhat-hyperchain\n", `${about}\n`, ...groups.filter((group) => group !== "")].join("\n");
}

interface MarkdownPlaces {
  /** Folder of files that the site serves unchanged. */
  readonly folder: string;
  /** Path under which the site is served, with slashes around it. */
  readonly base: string;
}

/** Writes each page as Markdown next to its page in the site, and their index. */
export function writeMarkdown(pages: ReadonlyMap<string, SitePage>, { folder, base }: MarkdownPlaces): void {
  for (const [file, { title, body }] of pages) {
    const path = join(folder, markdownPath(file));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `# ${title}\n\n${body}\n`);
  }
  const titles = new Map([...pages].map(([file, { title }]) => [file, title]));
  writeFileSync(join(folder, "llms.txt"), llmsText(titles, base));
}
