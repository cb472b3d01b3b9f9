import { useEcosystem } from "../ecosystem.ts";
import { count, isolated, short } from "../format.ts";
import { useNames } from "../names.ts";
import { to } from "../route.ts";

/** A chain's name, or L1's, by its id. */
export function useChainName(): (chainId: number) => string {
  const { info } = useEcosystem();
  return (chainId) =>
    chainId === info.l1.chainId
      ? info.l1.name
      : (info.chains.find((chain) => chain.chainId === chainId)?.name ?? `chain ${chainId}`);
}

/** Symbol of a chain's base token, or of L1's coin. */
export function useSymbol(chain: string): string {
  return useSymbols()(chain);
}

/** Symbols of all members, by name. */
export function useSymbols(): (chain: string) => string {
  const { info } = useEcosystem();
  return (chain) => isolated(info.chains.find(({ name }) => name === chain)?.baseToken.symbol ?? "ETH");
}

/** An address by its name where it has one, with the reader's tags. */
export function AddressLink({ chain, address }: { readonly chain: string; readonly address: string }) {
  const names = useNames();
  // Some answers have the checksum's capitals, others have none: one address looks the same everywhere.
  const shown = address.toLowerCase();
  return (
    <>
      <a href={to(chain, "address", shown)} title={shown}>
        {names.of(chain, shown) ?? <code>{short(shown)}</code>}
      </a>
      <Tags address={address} />
    </>
  );
}

/** Full address, which links to its page, with its name next to it. */
export function WholeAddress({ chain, address }: { readonly chain: string; readonly address: string }) {
  return (
    <a href={to(chain, "address", address)}>
      <code>{address}</code>
    </a>
  );
}

/** Tags of an address in the reader's address book. */
export function Tags({ address }: { readonly address: string }) {
  const tags = useNames().book[address.toLowerCase()]?.tags ?? [];
  return (
    <>
      {tags.map((tag) => (
        <>
          {" "}
          <span class="tag">{tag}</span>
        </>
      ))}
    </>
  );
}

export function TransactionLink({ chain, hash }: { readonly chain: string; readonly hash: string }) {
  return (
    <a href={to(chain, "tx", hash)} title={hash}>
      <code>{short(hash)}</code>
    </a>
  );
}

export function BlockLink({ chain, number }: { readonly chain: string; readonly number: number | string }) {
  return <a href={to(chain, "block", Number(number))}>{count(number)}</a>;
}

export function BatchLink({ chain, number }: { readonly chain: string; readonly number: number | string }) {
  return (
    <a class="short" href={to(chain, "batch", Number(number))}>
      batch {count(number)}
    </a>
  );
}

/** A chain, or L1, by its name. */
export function ChainLink({ name }: { readonly name: string }) {
  return <a href={to(name)}>{name}</a>;
}

export function MessageLink({ hash, sourceChainId }: { readonly hash: string; readonly sourceChainId: number }) {
  return (
    <a href={to("message", sourceChainId, hash)} title={hash}>
      <code>{short(hash)}</code>
    </a>
  );
}
