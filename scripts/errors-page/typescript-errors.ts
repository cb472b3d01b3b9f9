import { join, relative } from "node:path";
import ts from "typescript";

/** A class of errors that this package throws, with its codes. */
export interface ErrorClass {
  readonly name: string;
  /** First sentence or more of its documentation. */
  readonly summary: string;
  /** Relative to the root. */
  readonly file: string;
  readonly codes: readonly ErrorCode[];
}

export interface ErrorCode {
  readonly code: string;
  /** What the messages say, with `<…>` for values; empty where none is written beside the code. */
  readonly messages: readonly string[];
}

/** Every exported class in src/ that names its codes, as `NamedError` and `HyperchainError` take them, by name. */
export function errorClasses(root: string): ErrorClass[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: throwDiagnostic },
  );
  if (config === undefined) throw new Error("tsconfig.json cannot be read");
  const files = config.fileNames.filter((file) => relative(root, file).startsWith("src"));
  const program = ts.createProgram(files, config.options);
  const checker = program.getTypeChecker();
  const sources = program.getSourceFiles().filter(({ fileName }) => relative(root, fileName).startsWith("src"));
  const messages = thrownMessages(sources);
  const classes: ErrorClass[] = [];
  for (const source of sources) {
    ts.forEachChild(source, (node) => {
      if (!ts.isClassDeclaration(node) || node.name === undefined || !isExported(node)) return;
      const codes = codesOf(node, checker);
      if (codes.length === 0) return;
      const name = node.name.text;
      classes.push({
        name,
        summary: ts
          .displayPartsToString(checker.getSymbolAtLocation(node.name)?.getDocumentationComment(checker) ?? [])
          .replaceAll("\n", " "),
        file: relative(root, source.fileName).replaceAll("\\", "/"),
        codes: codes.map((code) => ({ code, messages: [...new Set(messages.get(`${name}.${code}`) ?? [])] })),
      });
    });
  }
  return classes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function throwDiagnostic(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
}

const isExported = ({ modifiers }: ts.ClassDeclaration): boolean =>
  modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

function codesOf(node: ts.ClassDeclaration, checker: ts.TypeChecker): string[] {
  const [base] = node.heritageClauses?.flatMap(({ types }) => types) ?? [];
  const [codes] = base?.typeArguments ?? [];
  if (codes === undefined || !/^(Named|Hyperchain)Error$/.test(base?.expression.getText() ?? "")) return [];
  const type = checker.getTypeFromTypeNode(codes);
  const parts = type.isUnion() ? type.types : [type];
  // The checker orders a union by what it met first in any file.
  return parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : [])).sort();
}

/** Messages by `Class.Code`, from calls `new Class("Code", message)`. */
function thrownMessages(sources: readonly ts.SourceFile[]): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) {
      const [code, message] = node.arguments ?? [];
      if (code !== undefined && ts.isStringLiteral(code) && message !== undefined) {
        const text = messageText(message);
        const key = `${node.expression.getText()}.${code.text}`;
        if (text !== undefined) messages.set(key, [...(messages.get(key) ?? []), text]);
      }
    }
    ts.forEachChild(node, visit);
  };
  sources.forEach(visit);
  return messages;
}

/** The words of a message; values become `<…>`. Undefined for a message that is made elsewhere. */
function messageText(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `<…>${literal.text}`).join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [messageText(node.left), messageText(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}
