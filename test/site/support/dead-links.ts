import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Links of a built site's pages to pages, files or headings that do not exist, each after the file that has it. */
export function deadLinks(output: string, base: string): readonly string[] {
  const files = globSync("**/*.html", { cwd: output }).map((file) => file.replaceAll("\\", "/"));
  const idsOf = new Map<string, ReadonlySet<string>>();
  const linksOf = new Map<string, readonly string[]>();
  for (const file of files) {
    const html = readFileSync(join(output, file), "utf8");
    idsOf.set(file, new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => id)));
    linksOf.set(file, [...new Set([...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, href = ""]) => href))]);
  }
  const isDead = (file: string, href: string): boolean => {
    if (/^(?:https?:|mailto:)/.test(href)) return false;
    const [path = "", heading = ""] = href.split("#", 2);
    const inner = path === "" ? file : path.replace(base, "").replace(/(^|\/)$/, "$1index.html");
    const ids = idsOf.get(inner);
    if (ids === undefined) return heading !== "" || !existsSync(join(output, inner));
    return !(heading === "" || heading === "_top" || ids.has(decodeURIComponent(heading)));
  };
  return [...linksOf].flatMap(([file, links]) => links.filter((href) => isDead(file, href)).map((href) => `${file}: ${href}`));
}
