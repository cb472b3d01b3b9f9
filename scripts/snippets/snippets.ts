import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

const SNIPPET = /<!-- snippet: (\S+) -->\n```(\w+)\n[^]*?```\n/g;

/** Pages whose marked listings are files of the repository, with those files' present content. */
export function pagesWithSnippets(root: string): GeneratedFile[] {
  return globSync(["README.md", "docs/**/*.md"], { cwd: root }).flatMap((path) => {
    const page = readFileSync(join(root, path), "utf8");
    const content = page.replaceAll(SNIPPET, (_whole, file: string, language: string) => {
      const source = readFileSync(join(root, file), "utf8").trimEnd();
      return `<!-- snippet: ${file} -->\n\`\`\`${language}\n${source}\n\`\`\`\n`;
    });
    return content.includes("<!-- snippet:") ? [{ path, content }] : [];
  });
}
