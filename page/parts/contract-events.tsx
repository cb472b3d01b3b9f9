import { useActivity } from "../activity.ts";
import { clockTime, count } from "../format.ts";
import { timeOf } from "../happenings.ts";
import { Section, Table } from "./layout.tsx";
import { BlockLink, TransactionLink } from "./links.tsx";
import { Words } from "./words.tsx";

const MOST_EVENTS = 50;

interface Contract {
  readonly chain: string;
  readonly chainId: number;
  readonly address: string;
}

/**
 * Events of a contract in the blocks that the page stores, the newest first, updated continuously. Empty if
 * it logged none.
 */
export function ContractEvents({ chain, chainId, address }: Contract) {
  const activity = useActivity();
  const wanted = address.toLowerCase();
  const events = (activity.get(chainId) ?? []).flatMap((block) =>
    block.transactions.flatMap(({ hash, events: logged }) =>
      logged.filter((each) => each.address === wanted).map(({ event }, place) => ({ block, hash, event, place })),
    ),
  );
  if (events.length === 0) return null;
  return (
    <Section title="Events">
      <Table
        caption={`The newest of ${count(events.length)} events that the contract logged since this page looks`}
        columns={["time", "block", "transaction", "event"]}
        empty=""
        rows={events
          .toReversed()
          .slice(0, MOST_EVENTS)
          .map(({ block, hash, event, place }) => ({
            key: `${hash}:${place}`,
            cells: [
              clockTime(timeOf(block)),
              <BlockLink chain={chain} number={block.number} />,
              <TransactionLink chain={chain} hash={hash} />,
              event === undefined ? <span class="quiet">unknown</span> : <Words text={event} chain={chain} />,
            ],
          }))}
      />
    </Section>
  );
}
