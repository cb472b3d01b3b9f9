/** Prose of a file: a comment, a string with a space, or a page of documentation. */
export interface Prose {
  readonly text: string;
  /** Line of the text's start. */
  readonly line: number;
  /** First words of a doc comment; `undefined` for other prose. */
  readonly start?: string;
  /** True if the doc comment describes a boolean. */
  readonly isOfBoolean: boolean;
  /** Lines with `prose-ok: <reason>`. */
  readonly exempt: ReadonlySet<number>;
}

/** Comments, strings and templates, and regular expressions, whose quotes start no string. */
const TOKENS = new RegExp(
  [
    String.raw`(?<comment>\/\*[^]*?\*\/|(?:\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*))`,
    String.raw`(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')`,
    "(?<template>`(?:\\\\.|\\$\\{(?:[^{}`]|\\{[^{}]*\\}|`[^`]*`)*\\}|[^`\\\\])*`)",
    String.raw`(?<=[(,=:[!&|?{};\n]\s*|\breturn\s)\/(?![*\/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\/\\\n[])+\/[dgimsuvy]*`,
  ].join("|"),
  "g",
);
const EXEMPT = /\bprose-ok: \S/;
/** Code after a doc comment, up to the end of its declaration's head. */
const HEAD_LENGTH = 200;

/** Prose of a file of TypeScript, Solidity or Markdown. */
export function proseOf(path: string, text: string): readonly Prose[] {
  const lines = text.split("\n");
  const exempt = new Set(lines.flatMap((line, index) => (EXEMPT.test(line) ? [index + 1] : [])));
  if (path.endsWith(".md")) return [{ text: proseOfPage(text), line: 1, isOfBoolean: false, exempt }];
  const prose: Prose[] = [];
  let [line, from] = [1, 0];
  for (const match of text.matchAll(TOKENS)) {
    const { comment, string, template } = match.groups ?? {};
    line += countLines(text.slice(from, match.index));
    from = match.index;
    if (comment !== undefined) prose.push(ofComment(comment, { line, exempt, after: text.slice(match.index + comment.length) }));
    const quoted = string ?? template?.replaceAll(/\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}/g, "…");
    if (quoted?.includes(" ") === true) prose.push({ text: quoted, line, isOfBoolean: false, exempt });
  }
  return prose;
}

function ofComment(
  comment: string,
  { line, exempt, after }: { readonly line: number; readonly exempt: ReadonlySet<number>; readonly after: string },
): Prose {
  const text = comment
    .split("\n")
    .map((row) => row.replace(/^\s*(?:\/\*\*?|\*(?!\/)|\/{2,3})/, "").replace(/\*\/\s*$/, ""))
    .map((row) => row.replaceAll(/`[^`]*`/g, "`code`"))
    .join("\n");
  const isDoc = comment.startsWith("/**") || comment.startsWith("///");
  const start = text.replace(/^\s*(?:@(?:notice|dev)\s+)?/, "");
  const head = /^[^;{=]*/.exec(after.slice(0, HEAD_LENGTH))?.[0] ?? "";
  const isOfBoolean = /\bbool(?:ean)?\b|\b(?:is|has|can|may|does|should)[A-Z]/.test(head);
  return { text, line, isOfBoolean, exempt, ...(isDoc && { start }) };
}

/** A page without listings, code and addresses; the number of lines stays. */
function proseOfPage(text: string): string {
  return text
    .replaceAll(/^ *```[^]*?^ *```/gm, (listing) => listing.replaceAll(/[^\n]/g, ""))
    .replaceAll(/`[^`\n]*`/g, "`code`")
    .replaceAll(/\]\([^)\n]*\)/g, "]");
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
