import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

const SNIPPET = /<!-- snippet: (\S+) -->\n```(\w+)\n[^]*?```\n/g;

/** Thrown for a listing of a function that its file does not have. */
export class SnippetError extends Error {
  override readonly name = "SnippetError";
}

/** Pages whose marked listings are files of the repository, or functions in them (`file#name`), with the current content. */
export function pagesWithSnippets(root: string): GeneratedFile[] {
  return globSync(["README.md", "docs/**/*.md"], { cwd: root }).flatMap((path) => {
    const page = readFileSync(join(root, path), "utf8");
    const content = page.replaceAll(SNIPPET, (_whole, source: string, language: string) => {
      const [file = "", name] = source.split("#");
      const text = readFileSync(join(root, file), "utf8").trimEnd();
      return `<!-- snippet: ${source} -->\n\`\`\`${language}\n${name === undefined ? text : functionIn(text, name)}\n\`\`\`\n`;
    });
    return content.includes("<!-- snippet:") ? [{ path, content }] : [];
  });
}

/** Function of a Solidity file, without the contract's indentation: from its first line to the brace that closes it. */
export function functionIn(text: string, name: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trimStart().startsWith(`function ${name}(`));
  const indent = " ".repeat((lines[start]?.length ?? 0) - (lines[start]?.trimStart().length ?? 0));
  const end = lines.indexOf(`${indent}}`, start);
  if (start < 0 || end < 0) throw new SnippetError(`no function ${name} in the file of a listing; correct the name after '#'`);
  return lines
    .slice(start, end + 1)
    .map((line) => line.slice(indent.length))
    .join("\n");
}
