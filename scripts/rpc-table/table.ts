import { readFileSync } from "node:fs";
import { FIXED_RULES } from "../../src/chain/rpc/fixed-values.ts";
import { ANVIL_ALIASES } from "../../src/chain/rpc/request/aliases.ts";
import { ALTERNATIVES } from "../../src/chain/rpc/request/unserved-methods.ts";

/** Methods and version of one node. */
export interface NodeAnswer {
  readonly version: string;
  readonly methods: readonly string[];
}

/** Answer of a chain to a method: served, refused for a reason, or absent. */
export type Standing = { readonly is: "yes" } | { readonly is: "refused"; readonly reason: string } | { readonly is: "absent" };

/** Latest recorded answers of Hardhat's node and anvil. */
export function answersOfNodes(): { readonly hardhat: NodeAnswer; readonly anvil: NodeAnswer } {
  return JSON.parse(readFileSync(new URL("../../fixtures/rpc-methods.json", import.meta.url), "utf8")) as {
    hardhat: NodeAnswer;
    anvil: NodeAnswer;
  };
}

/** Every method of Hardhat's node and anvil, by name. */
export function methodsOfOthers(): readonly string[] {
  const { hardhat, anvil } = answersOfNodes();
  return [...new Set([...hardhat.methods, ...anvil.methods])].sort();
}

/** Answer of a chain to a method of another node, according to the sources. A test compares it with a chain that runs. */
export function standingInSources(method: string): Standing {
  const rule = FIXED_RULES[ANVIL_ALIASES[method] ?? method];
  if (rule !== undefined) return { is: "refused", reason: `rule \`${rule}\`` };
  const alternative = ALTERNATIVES[method];
  return alternative === undefined ? { is: "yes" } : { is: "refused", reason: alternative };
}

/** Table of every method of the other nodes: the nodes that serve it, and the chain's answer. */
export function methodsTable(): string {
  const { hardhat, anvil } = answersOfNodes();
  const rows = methodsOfOthers().map((method) => {
    const here = standingInSources(method);
    const has = (node: NodeAnswer): string => (node.methods.includes(method) ? "yes" : "");
    const reason = here.is === "refused" ? asCode(here.reason) : "";
    return `| \`${method}\` | ${has(hardhat)} | ${has(anvil)} | ${here.is} | ${reason} |`;
  });
  return [
    `Compared with ${hardhat.version.replace(/\/@.*/, "")} and ${anvil.version}. A refusal is an error with a code.`,
    "",
    "| method | Hardhat's node | anvil | a chain | why not |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** The reason with its names of methods and options as code. */
function asCode(reason: string): string {
  return reason.replace(/\b(anvil|debug|eth|evm|hardhat|hyperchain|txpool|web3|zks)_\w+|\boption [\w.]+/g, (name) =>
    name.startsWith("option ") ? `option \`${name.slice(7)}\`` : `\`${name}\``,
  );
}
