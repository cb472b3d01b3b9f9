import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { id } from "ethers";

/** A custom error of a contract. */
export interface ContractErrorEntry {
  readonly name: string;
  /** With parameter names. */
  readonly signature: string;
  /** First four bytes of what a call that fails with it returns. */
  readonly selector: string;
  readonly notice: string;
  /** Files that declare it, relative to the root. */
  readonly files: readonly string[];
}

const ERROR = /((?:[ \t]*\/\/\/[^\n]*\n)*)[ \t]*error (\w+)\(([^)]*)\);/g;

/** Every custom error that a contract of the package declares, by name. Enum and struct parameters are not used in errors. */
export function contractErrors(root: string): ContractErrorEntry[] {
  const found = new Map<string, ContractErrorEntry>();
  for (const file of globSync("contracts/**/*.sol", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()) {
    for (const [, comment = "", name = "", parameters = ""] of readFileSync(join(root, file), "utf8").matchAll(ERROR)) {
      const fields = parameters
        .split(",")
        .map((parameter) => parameter.trim())
        .filter((parameter) => parameter !== "");
      const types = fields.map((field) => field.split(/\s+/)[0] ?? "");
      const notice = comment.replaceAll(/\s*\/\/\/ ?(?:@\w+ )?/g, " ").trim();
      const signature = `${name}(${fields.join(", ")})`;
      const known = found.get(signature);
      found.set(signature, {
        name,
        signature,
        selector: id(`${name}(${types.join(",")})`).slice(0, 10),
        notice: known?.notice === undefined || known.notice === "" ? notice : known.notice,
        files: [...(known?.files ?? []), file],
      });
    }
  }
  return [...found.values()].sort((a, b) => (a.signature < b.signature ? -1 : 1));
}
