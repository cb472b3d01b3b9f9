import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** A class of errors that this package throws, with its codes. */
export interface ErrorClass {
  readonly name: string;
  /** First sentence or more of its documentation. Ends with the remedy, after "Remedy:", if users meet the class. */
  readonly summary: string;
  /** True if users may meet it. */
  readonly isForUsers: boolean;
  /** Relative to the root. */
  readonly file: string;
  readonly codes: readonly ErrorCode[];
}

export interface ErrorCode {
  readonly code: string;
  /** Texts of the messages, with `<…>` for values; empty if the code has no text next to it. */
  readonly messages: readonly string[];
}

/** Types of codes are in the sources and need arrays: declarations of Node and of packages are not read. */
const OPTIONS: ts.CompilerOptions = { lib: ["lib.es5.d.ts"], types: [], allowImportingTsExtensions: true, noEmit: true };

/** Start of a class that names its codes. */
const NAMES_CODES = /\bextends (?:Named|Hyperchain)Error\b/;
/** Start of an error with a code and a message. */
const HAS_MESSAGE = /\bnew [\w.]+(?:<[^()]*>)?\(\s*"[^"\n]+",/;

/** Every exported class in src/ that names its codes, as `NamedError` and `HyperchainError` take them, by name. */
export function errorClasses(root: string): readonly ErrorClass[] {
  const paths = globSync("src/**/*.ts", { cwd: root })
    .map((file) => join(root, file))
    .sort();
  const texts = new Map(paths.map((path) => [path, readFileSync(path, "utf8")]));
  const withText = (pattern: RegExp): string[] => paths.filter((path) => pattern.test(texts.get(path) ?? ""));
  const messages = thrownMessages(
    withText(HAS_MESSAGE).map((path) => ts.createSourceFile(path, texts.get(path) ?? "", ts.ScriptTarget.Latest, true)),
  );
  const program = programOf(withText(NAMES_CODES), texts);
  const checker = program.getTypeChecker();
  const classes: ErrorClass[] = [];
  for (const source of program.getSourceFiles()) {
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
        isForUsers: /^export class \w+[^{]*? extends HyperchainError\b/m.test(node.getText()),
        file: relative(root, source.fileName).replaceAll("\\", "/"),
        codes: codes.map((code) => ({ code, messages: [...new Set(messages.get(`${name}.${code}`) ?? [])] })),
      });
    });
  }
  return classes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The files, and those of the sources that they import, in one program. */
function programOf(files: readonly string[], texts: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => {
      const path = join(dirname(containingFile), text);
      const isSource = text.startsWith(".") && texts.has(path);
      return { resolvedModule: isSource ? { resolvedFileName: path, extension: ts.Extension.Ts } : undefined };
    });
  return ts.createProgram([...files], OPTIONS, host);
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
