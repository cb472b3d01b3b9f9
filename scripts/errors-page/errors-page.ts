import type { GeneratedFile } from "../verifier-generator/generated-files.ts";
import { contractErrors } from "./contract-errors.ts";
import { errorClasses, type ErrorClass } from "./typescript-errors.ts";

/** docs/errors.md: every named error, from the sources themselves. */
export function errorsPage(root: string, classes: readonly ErrorClass[] = errorClasses(root)): GeneratedFile {
  const lines = [
    "<!-- Written by scripts/errors-page from the sources; do not edit (npm run generate). -->",
    "# Errors",
    "",
    "Every error has a stable name or code: match that, never the message. In messages below, `<…>` stands for a value.",
    "",
    "## Thrown by the package",
    "",
    "Each class carries `code`, a `message` that says what happened and, where there is one, the `cause`.",
    "",
  ];
  for (const { name, summary, file, codes } of classes) {
    lines.push(`### ${name}`, "", `${summary} \`${file}\``, "", "| code | message |", "|---|---|");
    for (const { code, messages } of codes) lines.push(`| \`${code}\` | ${messages.map(cell).join("<br>")} |`);
    lines.push("");
  }
  lines.push(
    "## Custom errors of the contracts",
    "",
    "A failing call returns the selector and the arguments; `expected` or a limit comes before `actual`.",
    "",
    "| selector | error | declared in | |",
    "|---|---|---|---|",
  );
  for (const { selector, signature, files, notice } of contractErrors(root)) {
    lines.push(`| \`${selector}\` | \`${signature}\` | ${files.map((file) => `\`${file}\``).join("<br>")} | ${cell(notice)} |`);
  }
  return { path: "docs/errors.md", content: `${lines.join("\n")}\n` };
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<…>", "`<…>`").replaceAll("\n", " ");
}
