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
/** Start of an error with a code and a message, or call of the base constructor. */
const HAS_MESSAGE = /\b(?:new [\w.]+(?:<[^()]*>)?|super)\(\s*"[^"\n]+",/;

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

/** Messages by `Class.Code`, from calls `new Class("Code", message)`, and of `super("Code", message)` in the class itself. */
function thrownMessages(sources: readonly ts.SourceFile[]): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  const visit = (node: ts.Node): void => {
    const made = classMadeBy(node);
    if (made !== undefined) {
      const [code, message] = (node as ts.NewExpression | ts.CallExpression).arguments ?? [];
      if (code !== undefined && ts.isStringLiteral(code) && message !== undefined) {
        const key = `${made}.${code.text}`;
        messages.set(key, [...(messages.get(key) ?? []), ...messageTexts(message)]);
      }
    }
    ts.forEachChild(node, visit);
  };
  sources.forEach(visit);
  return messages;
}

/** Class of the object that a call of a constructor makes; undefined for all other nodes. */
function classMadeBy(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) return node.expression.getText();
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.SuperKeyword) return undefined;
  return ts.findAncestor(node, ts.isClassDeclaration)?.name?.text;
}

/** The texts that a message may have; values become `<…>`. None for a message that is made elsewhere. */
function messageTexts(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return messageTexts(node.expression);
  if (ts.isConditionalExpression(node)) return [...messageTexts(node.whenTrue), ...messageTexts(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `<…>${literal.text}`).join("")];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const rights = messageTexts(node.right);
    return messageTexts(node.left).flatMap((left) => rights.map((right) => left + right));
  }
  return [];
}
