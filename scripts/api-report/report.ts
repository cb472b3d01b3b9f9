import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";
import { entryPoints } from "./entry-points.ts";
import { ApiReader, docCommentOf, type PublicApi, type PublicExport } from "./public-api.ts";

/** Reports of the package's API, one file an entry point: every export with its doc comment and signature. */
export function apiReports(root: string): readonly GeneratedFile[] {
  const reader = new ApiReader(root);
  return entryPoints(root).map((entry) => ({ path: entry.report, content: reportOf(root, reader.read(entry)) }));
}

function reportOf(root: string, { entry, exports, augmentations }: PublicApi): string {
  const parts = [
    `API of ${entry.name}, written by scripts/api-report from ${entry.source}; do not edit (npm run generate).`,
    ...exports.map((each) => exportText(root, each)),
    ...augmentations.map((statement) => statementText(statement)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function exportText(root: string, { name, isType, declaration }: PublicExport): string {
  const texts = declaration.statements.map((statement) => constantText(root, statement) ?? statementText(statement));
  const isRenamed = name !== declaration.name;
  const kind = isType && declaration.statements.some((each) => ts.isClassDeclaration(each)) ? "as a type" : "";
  const notes = [isRenamed ? `as ${name}` : "", kind].filter((note) => note !== "");
  return [...(notes.length === 0 ? [] : [`// exported ${notes.join(", ")}`]), ...texts].join("\n");
}

function statementText(statement: ts.Statement): string {
  const tree = statement.getSourceFile();
  const start = docCommentOf(statement)?.getStart(tree) ?? statement.getStart(tree);
  return tree.text
    .slice(start, statement.end)
    .trim()
    .replace(/^export (?!default)/m, "")
    .replace(/^declare /m, "");
}

/** Text of a constant whose type follows from its value: the value is shorter. */
function constantText(root: string, statement: ts.Statement): string | undefined {
  if (!ts.isVariableStatement(statement)) return undefined;
  const path = statement.getSourceFile().fileName;
  const name = statement.declarationList.declarations[0]?.name.getText();
  const source = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ESNext, true);
  const written = source.statements.find(
    (each) => ts.isVariableStatement(each) && each.declarationList.declarations[0]?.name.getText() === name,
  );
  if (written === undefined || !ts.isVariableStatement(written)) return undefined;
  return written.declarationList.declarations[0]?.type === undefined ? statementText(written) : undefined;
}
