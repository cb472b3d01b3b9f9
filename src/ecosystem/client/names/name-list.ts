import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { hyperchainNames } from "../sending/contract-interfaces.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";
import { findNames } from "./name-registry.ts";

/** The labels of chains and the names of accounts in L1's registry, in the order in which they were taken. */
export interface NameList {
  readonly chains: readonly { readonly chainId: number; readonly label: string }[];
  readonly accounts: readonly ListedName[];
}

/** A name as it stands now. */
export interface ListedName {
  readonly chainId: number;
  readonly label: string;
  readonly owner: Hex;
  readonly account: Hex;
}

/** All names that were ever taken, from the registry's events; empty where L1 has no registry. */
export async function listNames(ecosystem: Ecosystem, l1: Provider): Promise<NameList> {
  const registry = await findNames(ecosystem, l1);
  if (registry === undefined) return { chains: [], accounts: [] };
  const range = { fromBlock: ecosystem.l1.fromBlock ?? 0, toBlock: await l1.getBlockNumber() };
  const chains: NameList["chains"][number][] = [];
  const accounts = new Map<string, ListedName>();
  for (const log of await readLogs(l1, { address: registry.address, topics: [], ...range })) {
    const event = hyperchainNames.parseLog(log);
    if (event?.args["label"] === undefined) continue;
    const [chainId, label] = [Number(event.args["chainId"]), String(event.args["label"])];
    const key = `${label}@${chainId}`;
    const changed = accountFields(event.args.toObject());
    if (event.name === "ChainNamed") chains.push({ chainId, label });
    else if (event.name === "AccountNamed") accounts.set(key, { chainId, label, ...changed } as ListedName);
    else {
      const before = accounts.get(key);
      // Of an account's choice of a name nothing is listed.
      if (before !== undefined && event.name !== "NameChosen") accounts.set(key, { ...before, ...changed });
    }
  }
  return { chains, accounts: [...accounts.values()] };
}

function accountFields(args: Readonly<Record<string, unknown>>): Partial<Pick<ListedName, "owner" | "account">> {
  const field = (name: string) => (args[name] === undefined ? {} : { [name]: String(args[name]).toLowerCase() as Hex });
  return { ...field("owner"), ...field("account") };
}
