import { createContext } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { PREDEPLOYS } from "../src/protocol/predeploys.ts";
import type { Activity } from "./happenings.ts";
import type { EcosystemInfo } from "./answers.ts";
import { useAsked } from "./ecosystem.ts";
import { ask } from "./rpc.ts";

/** Of this browser; other pages of this machine on the same port see it too, so it holds no secrets. */
const KEPT_AS = "hyperchain-labels";
const MOST_LABEL = 40;

/** What every chain has at fixed addresses. */
const PREDEPLOY_NAMES = new Map(Object.entries(PREDEPLOYS).map(([name, address]) => [address.toLowerCase(), name] as const));

/** A contract of the project on a member. */
export interface NamedContract {
  /** The member's name. */
  readonly chain: string;
  readonly address: string;
  /** Of its source. */
  readonly name: string;
}

/** What accounts and contracts are called. */
export interface Names {
  /** The project's contracts that transactions have shown, by their names, then by their members. */
  readonly contracts: readonly NamedContract[];
  /** On a chain, or L1, by its name; undefined for an address without a name. */
  of(chain: string, address: string): string | undefined;
  /** Addresses whose name has this text in it, in any case. */
  find(text: string): readonly { readonly address: string; readonly name: string }[];
  /** Has the reader's own name for an address stand everywhere; an empty one takes it away. */
  label(address: string, name: string): void;
}

export const NamesContext = createContext<Names>({
  contracts: [],
  of: () => undefined,
  find: () => [],
  label: () => undefined,
});

export function useNames(): Names {
  return useContext(NamesContext);
}

export function useKeptNames(info: EcosystemInfo | undefined, activity: Activity): Names {
  const [labels, setLabels] = useState(kept);
  const accounts = useAsked(() => ask<readonly string[]>("any", "eth_accounts"), ["accounts", info === undefined]);
  const addresses = accounts.state === "there" ? accounts.value : [];
  const contracts = useMemo(() => contractsOf(info, activity), [info, activity]);
  return useMemo(() => {
    const known = new Map([...PREDEPLOY_NAMES, ...(info === undefined ? [] : membersOf(info)), ...accountsOf(info, addresses)]);
    const listed = [...contracts.values()].sort((a, b) => a.name.localeCompare(b.name) || a.chain.localeCompare(b.chain));
    const all = (): readonly (readonly [string, string])[] => [
      ...known,
      ...listed.map(({ address, name }) => [address, name] as const),
      ...Object.entries(labels),
    ];
    return {
      contracts: listed,
      of(chain, address) {
        const key = address.toLowerCase();
        return labels[key] ?? known.get(key) ?? contracts.get(`${chain} ${key}`)?.name;
      },
      find(text) {
        const wanted = text.toLowerCase();
        const found = all().filter(([, name]) => name.toLowerCase().includes(wanted));
        return [...new Map(found)].map(([address, name]) => ({ address, name }));
      },
      label(address, name) {
        const { [address.toLowerCase()]: _, ...others } = labels;
        const text = name.trim().slice(0, MOST_LABEL);
        const next = text === "" ? others : { ...others, [address.toLowerCase()]: text };
        localStorage.setItem(KEPT_AS, JSON.stringify(next));
        setLabels(next);
      },
    };
  }, [info, labels, contracts, addresses.length]);
}

function membersOf(info: EcosystemInfo): readonly (readonly [string, string])[] {
  const relayer = info.relayer === undefined ? [] : [[info.relayer.address, "relayer"] as const];
  return [
    ...Object.entries(info.l1.contracts).map(([name, address]) => [address.toLowerCase(), `${info.l1.name} ${name}`] as const),
    ...Object.entries(info.singletons).map(([name, address]) => [address.toLowerCase(), name] as const),
    ...info.chains.flatMap(({ name, hyperchain, operator }) => [
      [hyperchain.toLowerCase(), `${name} on L1`] as const,
      [operator.toLowerCase(), `operator of ${name}`] as const,
    ]),
    ...relayer,
  ];
}

/** The unlocked development accounts by their numbers. */
function accountsOf(info: EcosystemInfo | undefined, addresses: readonly string[]): readonly (readonly [string, string])[] {
  const { funded = [] } = info?.accounts ?? {};
  if (funded.length !== addresses.length) return [];
  const relayer = info?.relayer?.address.toLowerCase();
  return addresses.flatMap((address, i) =>
    address.toLowerCase() === relayer ? [] : [[address.toLowerCase(), `account ${funded[i]}`] as const],
  );
}

/** The project's contracts that transactions have shown, by chain and address. */
function contractsOf(info: EcosystemInfo | undefined, activity: Activity): ReadonlyMap<string, NamedContract> {
  const members = info === undefined ? [] : [info.l1, ...info.chains];
  const contracts = new Map<string, NamedContract>();
  for (const { chainId, name: chain } of members) {
    const take = (at: string, name: string | undefined): void => {
      const address = at.toLowerCase();
      if (name !== undefined) contracts.set(`${chain} ${address}`, { chain, address, name });
    };
    for (const { created, to, contract, events } of (activity.get(chainId) ?? []).flatMap(({ transactions }) => transactions)) {
      take(created ?? to ?? "", contract);
      for (const event of events) take(event.address, event.contract);
    }
  }
  return contracts;
}

function kept(): Readonly<Record<string, string>> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}");
    const entries = Object.entries(read as Record<string, unknown>);
    return Object.fromEntries(entries.flatMap(([address, name]) => (typeof name === "string" ? [[address, name]] : [])));
  } catch {
    // Another page of this machine has been on this port before.
    return {};
  }
}
