import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { BOOTLOADER_ADDRESS } from "../src/protocol/l2-log.ts";
import { PREDEPLOYS } from "../src/protocol/predeploys.ts";
import type { AddressBook } from "./address-book.ts";
import type { Activity } from "./happenings.ts";
import type { EcosystemInfo } from "./answers.ts";
import { useAsked } from "./ecosystem.ts";
import { useKeptBook } from "./kept-book.ts";
import type { NamedAddress } from "./named-address.ts";
import { ask } from "./rpc.ts";

/** What every chain has at fixed addresses. */
const PREDEPLOY_NAMES = new Map([
  ...Object.entries(PREDEPLOYS).map(([name, address]) => [address.toLowerCase(), name] as const),
  // The sender of the chain's own transactions.
  [BOOTLOADER_ADDRESS, "bootloader"],
]);

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
  /** All addresses with a name, the reader's own first. */
  readonly all: readonly NamedAddress[];
  /** The reader's own names, which stand before all others. */
  readonly book: AddressBook;
  /** Has these be the reader's own names from now on. */
  keep(book: AddressBook): void;
  /** On a chain, or L1, by its name; undefined for an address without a name. */
  of(chain: string, address: string): string | undefined;
}

export const NamesContext = createContext<Names>({
  ...{ contracts: [], all: [], book: {} },
  keep: () => undefined,
  of: () => undefined,
});

export function useNames(): Names {
  return useContext(NamesContext);
}

export function useKeptNames(info: EcosystemInfo | undefined, activity: Activity): Names {
  const [book, keep] = useKeptBook();
  const asked = useAsked(() => ask<readonly string[]>("any", "eth_accounts"), ["accounts", info === undefined]);
  const addresses = asked.state === "there" ? asked.value : [];
  const contracts = useMemo(() => contractsOf(info, activity), [info, activity]);
  return useMemo(() => {
    const protocol = [...PREDEPLOY_NAMES, ...(info === undefined ? [] : membersOf(info))];
    const accounts = accountsOf(info, addresses);
    const known = new Map([...protocol, ...accounts]);
    const listed = [...contracts.values()].sort((a, b) => a.name.localeCompare(b.name) || a.chain.localeCompare(b.chain));
    return {
      contracts: listed,
      all: [
        ...Object.entries(book).map(([address, { name }]) => ({ kind: "own", address, name }) as const),
        ...accounts.map(([address, name]) => ({ kind: "account", address, name }) as const),
        ...listed.map((contract) => ({ kind: "contract", ...contract }) as const),
        ...protocol.map(([address, name]) => ({ kind: "protocol", address, name }) as const),
      ],
      book,
      keep,
      of(chain, address) {
        const key = address.toLowerCase();
        return book[key]?.name ?? known.get(key) ?? contracts.get(`${chain} ${key}`)?.name;
      },
    };
  }, [info, book, contracts, addresses.length]);
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
    const taken = new Map<string, string>();
    const take = (at: string, name: string | undefined): void => {
      if (name === undefined || taken.get(at) === name) return;
      taken.set(at, name);
      const address = at.toLowerCase();
      contracts.set(`${chain} ${address}`, { chain, address, name });
    };
    for (const { created, to, contract, events } of (activity.get(chainId) ?? []).flatMap(({ transactions }) => transactions)) {
      take(created ?? to ?? "", contract);
      for (const event of events) take(event.address, event.contract);
    }
  }
  return contracts;
}
