/** Indents Yul by its braces, four spaces a level; drops empty lines. */
export function indentYul(code: string, depth: number): string {
  let level = depth;
  const lines: string[] = [];
  for (const raw of code.split("\n")) {
    const line = raw.trim();
    if (line === "") continue;
    const text = line.startsWith("//") ? "" : (line.split("//")[0] ?? "");
    const leading = /^[})]*/.exec(text)?.[0].length ?? 0;
    const opened = [...text].filter((c) => c === "{").length;
    const closed = [...text].filter((c) => c === "}").length;
    lines.push("    ".repeat(Math.max(0, level - Math.min(leading, closed))) + line);
    level += opened - closed;
  }
  return lines.join("\n");
}
