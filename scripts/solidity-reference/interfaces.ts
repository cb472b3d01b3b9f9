import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Interfaces of contracts that dapps and clients call: on every chain, and two on L1. */
const FILES = [
  "contracts/interfaces/l2/*.sol",
  "contracts/interfaces/IChainAccounts.sol",
  "contracts/interfaces/IMessageGateway.sol",
];

/** A function with the text of its NatSpec. */
interface FunctionEntry {
  readonly signature: string;
  readonly text: string;
}

/** An interface with functions. */
export interface InterfaceEntry {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly functions: readonly FunctionEntry[];
}

const NATSPEC = "((?:^[ \\t]*///[^\\n]*\\n)*)";
const INTERFACE = new RegExp(`${NATSPEC}^interface (\\w+)[^{]*\\{([^]*?)^\\}`, "gm");
const FUNCTION = new RegExp(`${NATSPEC}^ {4}function (\\w+\\([^)]*\\))([^;]*);`, "gm");

/** Every interface that has functions, by name. */
export function contractInterfaces(root: string): readonly InterfaceEntry[] {
  const files = globSync(FILES, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  const entries = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(INTERFACE)].map(([, comment = "", name = "", body = ""]) => ({
      name,
      file,
      text: textOf(comment),
      functions: [...body.matchAll(FUNCTION)].map(([, notes = "", signature = "", rest = ""]) => ({
        signature: withReturns(signature, rest),
        text: textOf(notes),
      })),
    })),
  );
  return entries.filter(({ functions }) => functions.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Table of functions for each interface. */
export function interfacesTables(root: string): string {
  const sections = contractInterfaces(root).map(({ name, file, text, functions }) =>
    [
      `### ${name}`,
      ...["", text, "", `\`${file}\``, "", "| function | |", "|---|---|"],
      ...functions.map((each) => `| \`${each.signature}\` | ${each.text.replaceAll("|", "\\|")} |`),
    ].join("\n"),
  );
  return sections.join("\n\n");
}

/** The text without its tags; names of parameters become code. */
function textOf(comment: string): string {
  return comment
    .replaceAll(/^[ \t]*\/\/\/ ?/gm, "")
    .replaceAll(/@title (.*)$/gm, "$1.")
    .replaceAll(/@param (\w+)/g, "`$1`:")
    .replaceAll("@return", "Returns:")
    .replaceAll(/@(?:notice|dev|custom:\S+) ?/g, "")
    .replaceAll(/\{([\w.]+)\}/g, "`$1`")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function withReturns(signature: string, rest: string): string {
  const [, returned] = /returns \(([^)]*)\)/.exec(rest) ?? [];
  const text = returned === undefined ? signature : `${signature} returns (${returned})`;
  return text.replaceAll(/\s+/g, " ").replaceAll("( ", "(").replaceAll(" )", ")");
}
