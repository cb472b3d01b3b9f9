import { ArgumentType } from "hardhat/types/arguments";
import type { NewTaskDefinitionBuilder } from "hardhat/types/tasks";
import { flagHelp, type SpawnFlag } from "../../../../ecosystem/options/spawn-flags.ts";

/** Option, or positional argument, that distinguishes absence from every text. */
export const option = <const Name extends string>(name: Name, description: string) =>
  ({ name, description, type: ArgumentType.STRING_WITHOUT_DEFAULT, defaultValue: undefined }) as const;
/** Optional positional arguments. */
export const values = <const Name extends string>(name: Name, description: string) =>
  ({ name, description, type: ArgumentType.STRING_WITHOUT_DEFAULT }) as const;
/** Option that sets fields of the config. */
export const spawnOption = <const Name extends SpawnFlag>(name: Name) => option(name, flagHelp(name));
export const json = {
  name: "json",
  description: "Print one JSON object per line instead of text; progress goes to stderr",
} as const;
export const url = option("url", "JSON-RPC URL of any member of the ecosystem (default: the running one is found)");
export const settlementUrl = option(
  "settlementUrl",
  "JSON-RPC URL of L1; then no running ecosystem is needed, and the chain is named by its contract",
);
export const nodeUrl = option(
  "settlementUrl",
  "JSON-RPC URL of L1; then no running ecosystem is needed, and the chain is named by its contract. With --base: of a node of that chain",
);
export const base = option(
  "base",
  "Of a chain on a chain, from L1 alone: the latter's contract on L1, or its name where its ecosystem runs",
);
export const data = option(
  "data",
  "Of a chain whose data L1 does not have: folders, URLs of nodes that keep them, and a guardian's URL with the chain's contract, with commas; asked in that order, and what a node gives is kept in the folders. Nodes' URLs want a reader's HYPERCHAIN_PRIVATE_KEY. A guardian's /leaves, as a URL or a saved file, make earlier batches' data needless",
);
export const baseUrl = option("baseUrl", "With --base: JSON-RPC URL of that L1");
export const from = option(
  "from",
  "Sender: number or address of a development account, with @chain if the chain is not clear (default: account 0)",
);
export const token = option("token", "Token: its address, or ETH (default: the chain's base token)");
export const noWait = { name: "noWait", description: "Return as soon as the transaction is included" } as const;

/** Arguments of a task's action, by the task's definition. */
export type ArgumentsOf<Task> = Task extends NewTaskDefinitionBuilder<infer All, "MISSING_ACTION"> ? Named<All> : never;
/** Hardhat's type has any other name too. */
type Named<All> = { readonly [Name in keyof All as string extends Name ? never : Name]: All[Name] };
