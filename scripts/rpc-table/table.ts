import { readFileSync } from "node:fs";
import { REASONS } from "./reasons.ts";

/** What one node answered. */
export interface NodeAnswer {
  readonly version: string;
  readonly methods: readonly string[];
}

/** What a chain does with a method that another node has. */
export type Standing = "yes" | "refused" | "no";

/** What Hardhat's node and anvil answered when they were asked last. */
export function answersOfNodes(): { readonly hardhat: NodeAnswer; readonly anvil: NodeAnswer } {
  return JSON.parse(readFileSync(new URL("../../fixtures/rpc-methods.json", import.meta.url), "utf8")) as {
    hardhat: NodeAnswer;
    anvil: NodeAnswer;
  };
}

/** The heading of the section that this makes: the last of docs/rpc.md. */
export const METHODS_HEADING = "## Beside Hardhat's node and anvil";

/** The section: every method of the others, whether a chain has it, and why not. Throws where a reason is missing. */
export function methodsSection(standing: (method: string) => Standing): string {
  const { hardhat, anvil } = answersOfNodes();
  const methods = [...new Set([...hardhat.methods, ...anvil.methods])].sort();
  const rows = methods.map((method) => {
    const here = standing(method);
    const has = (node: NodeAnswer): string => (node.methods.includes(method) ? "yes" : "");
    return `| \`${method}\` | ${has(hardhat)} | ${has(anvil)} | ${here === "no" ? "" : here} | ${here === "yes" ? "" : reasonOf(method)} |`;
  });
  return [
    METHODS_HEADING,
    "",
    `Made by asking each node: ${hardhat.version.replace(/\/@.*/, "")}, ${anvil.version}, and a development chain. What a chain has`,
    "beside these is above. `refused`: the answer names the rule of the protocol and what to do instead.",
    "",
    "| method | Hardhat's node | anvil | a chain | why not |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function reasonOf(method: string): string {
  const found = REASONS.find(([methods]) => methods.test(method));
  if (found === undefined) throw new Error(`scripts/rpc-table/reasons.ts says nothing about ${method}, which chains do not have`);
  return found[1];
}
