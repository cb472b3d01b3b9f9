import { contractErrors } from "../errors-page/contract-errors.ts";
import { errorClasses, type ErrorClass } from "../errors-page/typescript-errors.ts";
import { SYMPTOMS, type ContractCause } from "./symptoms.ts";

/** Part of a class's documentation before its remedy. */
const REMEDY = /^(.*?)\s*Remedy: (.+)$/s;

/** Thrown for a symptom whose error does not exist, or has no documented cause or remedy. */
export class SymptomError extends Error {
  override readonly name = "SymptomError";
}

/** Symptoms with causes and remedies: the body of the site's page of troubleshooting. An error's cause and remedy are in the sources. */
export function symptomsText(root: string, classes: readonly ErrorClass[] = errorClasses(root)): string {
  const byName = new Map(classes.map((each) => [each.name, each]));
  const notices = contractNotices(root);
  return SYMPTOMS.map(({ seen, first, classes: names = [], contracts = [], tested = [] }) => {
    const rows = [
      ...tested.map(({ cause, remedy }) => ["–", cause, remedy]),
      ...contracts.map((each) => contractRow(each, notices)),
      ...names.map((name) => classRow(name, byName)),
    ];
    const lines = rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
    return [`## ${seen}`, "", first, "", "| error | cause | remedy |", "|---|---|---|", ...lines, ""].join("\n");
  }).join("\n");
}

function classRow(name: string, byName: ReadonlyMap<string, ErrorClass>): readonly string[] {
  const [, cause, remedy] = REMEDY.exec(byName.get(name)?.summary ?? "") ?? [];
  if (cause === undefined || remedy === undefined)
    throw new SymptomError(`no class ${name} has a documented remedy; change scripts/symptoms/symptoms.ts or the class`);
  return [`[\`${name}\`](errors.md#${name.toLowerCase()})`, cause, remedy.charAt(0).toUpperCase() + remedy.slice(1)];
}

function contractRow({ error, cause, remedy }: ContractCause, notices: ReadonlyMap<string, string>): readonly string[] {
  const notice = notices.get(error);
  if (notice === undefined) throw new SymptomError(`no contract has an error ${error}; change scripts/symptoms/symptoms.ts`);
  const shown = cause ?? notice;
  if (shown === "")
    throw new SymptomError(`the error ${error} has no @notice; write one, or its cause in scripts/symptoms/symptoms.ts`);
  return [`[\`${error}\`](errors.md#custom-errors-of-the-contracts)`, shown, remedy];
}

/** Documentation of the contracts' errors by name; of two errors with the same name the first that has any. */
function contractNotices(root: string): ReadonlyMap<string, string> {
  const notices = new Map<string, string>();
  for (const { name, notice } of contractErrors(root)) notices.set(name, notices.get(name) || notice);
  return notices;
}
