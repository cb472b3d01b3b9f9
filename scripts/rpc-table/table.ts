import { readFileSync } from "node:fs";

/** What one node answered. */
export interface NodeAnswer {
  readonly version: string;
  readonly methods: readonly string[];
}

/** Answer of a chain to a method. One that another node has is there, or is refused for a reason. */
export type Standing = { readonly is: "yes" } | { readonly is: "refused"; readonly reason: string } | { readonly is: "absent" };

/** What Hardhat's node and anvil answered when they were asked last. */
export function answersOfNodes(): { readonly hardhat: NodeAnswer; readonly anvil: NodeAnswer } {
  return JSON.parse(readFileSync(new URL("../../fixtures/rpc-methods.json", import.meta.url), "utf8")) as {
    hardhat: NodeAnswer;
    anvil: NodeAnswer;
  };
}

/** The heading of the section that this makes: the last of docs/rpc.md. */
export const METHODS_HEADING = "## Beside Hardhat's node and anvil";

/** The section: every method of the others, whether a chain has it, and why not. */
export function methodsSection(standing: (method: string) => Standing): string {
  const { hardhat, anvil } = answersOfNodes();
  const methods = [...new Set([...hardhat.methods, ...anvil.methods])].sort();
  const rows = methods.map((method) => {
    const here = standing(method);
    if (here.is === "absent")
      throw new Error(`${method} is not refused by name: src/chain/rpc/request/unserved-methods.ts has no row`);
    const has = (node: NodeAnswer): string => (node.methods.includes(method) ? "yes" : "");
    return `| \`${method}\` | ${has(hardhat)} | ${has(anvil)} | ${here.is} | ${here.is === "yes" ? "" : asCode(here.reason)} |`;
  });
  return [
    METHODS_HEADING,
    "",
    `Made by asking each node: ${hardhat.version.replace(/\/@.*/, "")}, ${anvil.version}, and a development chain. What a chain has`,
    "beside these is above. Each was asked with valid parameters. `refused`: the answer is an error with a name, which says this.",
    "",
    "| method | Hardhat's node | anvil | a chain | why not |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** The reason with its names of methods and tasks as code. */
function asCode(reason: string): string {
  return reason.replace(/\b(anvil|debug|eth|evm|hardhat|hyperchain|txpool|web3|zks)_\w+|\boption [\w.]+/g, (name) =>
    name.startsWith("option ") ? `option \`${name.slice(7)}\`` : `\`${name}\``,
  );
}
