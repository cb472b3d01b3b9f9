import { contractErrors } from "./contract-errors.ts";
import { errorClasses, type ErrorClass } from "./typescript-errors.ts";

/** Shown if no single text of the sources is the message. */
const MADE_OF_PARTS = "depends on the case";

/** Every named error, from the sources themselves: the body of the site's page of errors. */
export function errorsTables(root: string, classes: readonly ErrorClass[] = errorClasses(root)): string {
  const lines = [
    "## Errors of the package",
    "",
    "Each class has `code`, `message` and, if another error led to it, `cause`.",
    "",
  ];
  for (const { name, summary, file, codes } of classes) {
    lines.push(`### ${name}`, "", `${summary} \`${file}\``, "", "| code | message |", "|---|---|");
    for (const { code, messages } of codes) lines.push(`| \`${code}\` | ${messages.map(cell).join("<br>") || MADE_OF_PARTS} |`);
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
  return lines.join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<…>", "`<…>`").replaceAll("\n", " ");
}
