import type { EcosystemInfo } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count } from "../format.ts";
import { ask } from "../rpc.ts";
import { baseOf } from "../settlement-base.ts";
import { Answer, Section, Table } from "./layout.tsx";
import { AddressLink } from "./links.tsx";

/** Answer of `hyperchain_getAccessLists`; null for every account. */
interface ListsAnswer {
  readonly senders: readonly string[] | null;
  readonly deployers: readonly string[] | null;
}

const MOST_SHOWN = 100;

/** The accounts whose transactions and contracts the chain's sequencer takes; nothing where it takes every account's. */
export function AccessLists({ chain }: { readonly chain: EcosystemInfo["chains"][number] }) {
  const { info, version } = useEcosystem();
  const member = String(chain.chainId);
  const asked = useAsked(
    async () => (chain.lists === undefined ? null : ask<ListsAnswer>(member, "hyperchain_getAccessLists")),
    [member, version],
  );
  if (chain.lists === undefined) return null;
  return (
    <Section title="Listed accounts">
      <p class="quiet">
        The sequencer takes what these accounts ask for; {baseOf(info, chain.name).words}'s queue carries operations of every
        account. The chain's admin and operator are always among them; the admin changes the lists.
      </p>
      <Answer asked={asked} missing="">
        {(lists) => (
          <>
            <List title="may send transactions" accounts={lists.senders} chain={chain.name} />
            <List title="may create contracts" accounts={lists.deployers} chain={chain.name} />
          </>
        )}
      </Answer>
    </Section>
  );
}

function List({
  title,
  accounts,
  chain,
}: {
  readonly title: string;
  readonly accounts: readonly string[] | null;
  readonly chain: string;
}) {
  if (accounts === null) return <p>Every account {title}.</p>;
  return (
    <>
      <Table
        caption={`Accounts that ${title}`}
        columns={["account"]}
        empty={`No account ${title}.`}
        rows={accounts.slice(0, MOST_SHOWN).map((address) => ({
          key: address,
          cells: [<AddressLink chain={chain} address={address} />],
        }))}
      />
      {accounts.length > MOST_SHOWN && <p class="quiet">{count(accounts.length - MOST_SHOWN)} more are listed.</p>}
    </>
  );
}
