import { useRef } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count, units } from "../format.ts";
import { MAX_HOLDERS, tokenEverywhere, type ReadBefore, type TokenEverywhere, type TokenOnMember } from "../tokens.ts";
import { Section, Table } from "./layout.tsx";
import { AddressLink, useChainName } from "./links.tsx";
import { Said } from "./words.tsx";

/**
 * Token at an address: its amount on each member, and the accounts that hold it. Empty for any other address.
 */
export function TokenSection({ chainId, address }: { readonly chainId: number; readonly address: string }) {
  const { info, version } = useEcosystem();
  const read = useRef<ReadBefore>(new Map());
  const asked = useAsked(() => tokenEverywhere(info, { chainId, address }, read.current), [`${chainId}:${address}`, version]);
  if (asked.state !== "there" || asked.value === null) return null;
  return <Token token={asked.value} />;
}

function Token({ token }: { readonly token: TokenEverywhere }) {
  const { symbol, decimals, origin, places } = token;
  const nameOf = useChainName();
  const born = nameOf(origin.chainId);
  const holdings = places.flatMap((place) => place.holders.map((holder) => ({ place, holder })));
  return (
    <Section title="Token">
      <p>
        {symbol === "" ? "Without a symbol" : <Said text={symbol} />}, created on {born} at{" "}
        <AddressLink chain={born} address={origin.address} />. The escrow there backs the supply on other chains.
      </p>
      <Table
        caption="Supply of the token on each chain"
        columns={["chain", "address", "supply", "holders"]}
        empty=""
        rows={places.map((place) => ({
          key: place.chain,
          cells: [
            place.chain,
            <AddressLink chain={place.chain} address={place.address} />,
            units(String(place.supply), decimals),
            place.untold === undefined ? holdersOf(place) : <span class="quiet">not told: {place.untold}</span>,
          ],
        }))}
      />
      <Table
        caption="Holders of the token on all chains, those who got most"
        columns={["chain", "holder", "amount", "of the supply there"]}
        empty="No account holds it."
        rows={holdings.map(({ place, holder }) => ({
          key: `${place.chain}:${holder.address}`,
          cells: [
            place.chain,
            <AddressLink chain={place.chain} address={holder.address} />,
            units(String(holder.balance), decimals),
            partOf(holder.balance, place),
          ],
        }))}
      />
    </Section>
  );
}

/** Number of holders, as far as transfers and balances were read. */
function holdersOf({ holders, named, since }: TokenOnMember): string {
  const asked =
    named > MAX_HOLDERS ? `${count(holders.length)} of ${count(named)} accounts that transfers name` : count(holders.length);
  return since === 0 ? asked : `${asked}, by transfers from block ${count(since)} on`;
}

function partOf(balance: bigint, { supply }: TokenOnMember): string {
  return supply === 0n || balance > supply ? "" : `${Number((balance * 1_000n) / supply) / 10} %`;
}
