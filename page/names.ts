import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { accountAddresses, protocolAddresses, shownContracts } from "../src/ecosystem/devnet/view/feed/address-names.ts";
import type { AddressBook } from "./address-book.ts";
import type { Activity } from "./happenings.ts";
import type { Deployment, EcosystemInfo } from "./answers.ts";
import { useDeployments } from "./deployments.ts";
import { useAsked } from "./ecosystem.ts";
import { useKeptBook } from "./kept-book.ts";
import type { NamedAddress } from "./named-address.ts";
import { ask } from "./rpc.ts";

/** A contract of the project on a member. */
export interface NamedContract {
  /** The member's name. */
  readonly chain: string;
  readonly address: string;
  /** Name of its source. */
  readonly name: string;
}

/** Names of accounts and contracts. */
export interface Names {
  /** The project's contracts that users' transactions have shown, by their names, then by their members. */
  readonly contracts: readonly NamedContract[];
  /** All addresses with a name, the reader's own first. */
  readonly all: readonly NamedAddress[];
  /** The reader's own names, which stand before all others. */
  readonly book: AddressBook;
  /** Replaces the reader's address book. */
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
  const deployments = useDeployments(info);
  const contracts = useMemo(() => contractsOf(info, activity, deployments), [info, activity, deployments]);
  return useMemo(() => {
    const protocol = protocolAddresses(info);
    const accounts = accountAddresses(info, addresses);
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

/** The project's contracts, by chain and address: those back to block 0, and those of newer blocks that the feed has told. */
function contractsOf(
  info: EcosystemInfo | undefined,
  activity: Activity,
  deployments: readonly Deployment[],
): ReadonlyMap<string, NamedContract> {
  const members = info === undefined ? [] : [info.l1, ...info.chains];
  const contracts = new Map<string, NamedContract>();
  for (const { chainId, name: chain } of members) {
    for (const { address, name, chainId: on } of deployments)
      if (on === chainId) contracts.set(`${chain} ${address}`, { chain, address, name });
    const taken = new Map<string, string>();
    for (const transaction of (activity.get(chainId) ?? []).flatMap(({ transactions }) => transactions))
      for (const [address, name] of shownContracts(transaction)) {
        if (taken.get(address) === name) continue;
        taken.set(address, name);
        contracts.set(`${chain} ${address}`, { chain, address, name });
      }
  }
  return contracts;
}
