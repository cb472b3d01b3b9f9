import type { StorageChanges } from "../answers.ts";
import { useAsked } from "../ecosystem.ts";
import { count, short } from "../format.ts";
import { useNames } from "../names.ts";
import { ask } from "../rpc.ts";
import { Section, Table } from "./layout.tsx";
import { AddressLink } from "./links.tsx";
import { Words } from "./words.tsx";

/** Storage changes of a transaction: variables have their names if the project has compiled the contract. */
export function StorageSection({ chain, hash }: { readonly chain: string; readonly hash: string }) {
  const asked = useAsked(
    () => ask<readonly StorageChanges[]>("any", "hyperchain_storageChanges", [chain, hash]),
    [`${chain}:${hash}`],
  );
  const names = useNames();
  if (asked.state === "waiting") return null;
  const changed = asked.state === "there" ? asked.value : [];
  return (
    <Section title="Storage">
      {asked.state === "failed" && <p class="quiet">What it changed is not told: {asked.reason}</p>}
      <Table
        caption="What the transaction changed in storage"
        columns={["contract", "variable", "type", "before", "after"]}
        empty={asked.state === "there" ? "It changed nothing in storage." : ""}
        rows={changed.flatMap(({ address, contract, changes }) =>
          changes.map(({ slot, variable, type, before, after }) => ({
            key: `${address}${slot}${variable ?? ""}`,
            cells: [
              <>
                <AddressLink chain={chain} address={address} />
                {contract !== undefined && contract !== names.of(chain, address) && ` ${contract}`}
              </>,
              variable === undefined ? (
                <code title={slot}>slot {short(slot)}</code>
              ) : (
                <Words text={variable} chain={chain} anyCase />
              ),
              type ?? <span class="quiet">unknown</span>,
              <Value type={type} text={before} chain={chain} />,
              <Value type={type} text={after} chain={chain} />,
            ],
          })),
        )}
      />
      {changed.map(({ address, more = 0 }) =>
        more === 0 ? null : (
          <p key={address} class="quiet">
            {count(more)} more slots of <AddressLink chain={chain} address={address} />.
          </p>
        ),
      )}
    </Section>
  );
}

/** A word of which nothing is known stands whole: what changed in it may be anywhere. */
function Value({ type, text, chain }: { readonly type?: string | undefined; readonly text: string; readonly chain: string }) {
  return type === undefined ? <code class="long">{text}</code> : <Words text={text} chain={chain} anyCase />;
}
