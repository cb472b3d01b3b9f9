import { useState } from "preact/hooks";
import type { BatchSummary, BlockAnswer, EcosystemStatus, MessageState, PagedMessages } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count, hex, plural, time } from "../format.ts";
import { BridgeMessages } from "../parts/bridge-messages.tsx";
import { StageMark } from "../parts/batch-stage.tsx";
import { Answer } from "../parts/layout.tsx";
import { BatchLink, BlockLink, useChainName } from "../parts/links.tsx";
import { LongTable } from "../parts/long-table.tsx";
import { MESSAGE_COLUMNS, messageCells } from "../parts/message-table.tsx";
import { ask } from "../rpc.ts";
import { baseOf } from "../settlement-base.ts";
import { ClaimAll } from "../wallet/claim-all.tsx";

/** Titles of the filters of messages; undefined for no filter. */
const FILTERS: readonly (readonly [MessageState | undefined, string])[] = [
  [undefined, "All"],
  ["inFlight", "In flight"],
  ["ready", "Ready"],
  ["failed", "Failed"],
];

/** All messages of the ecosystem, the newest first. */
export function MessagesPage() {
  const { messages, version, status } = useEcosystem();
  const nameOf = useChainName();
  const [state, choose] = useState<MessageState>();
  const numberOf = (name: MessageState | undefined): number => (name === undefined ? messages.total : messages.counts[name]);
  const total = numberOf(state);
  const claimable = status.messages.ready.filter(({ type }) => type === "withdrawal");
  return (
    <>
      <h1>Messages</h1>
      <Counts messages={status.messages} />
      <div class="segments" role="group" aria-label="filter by state">
        {FILTERS.map(([name, title]) => (
          <button key={title} aria-pressed={name === state} onClick={() => choose(name)}>
            {title} {count(numberOf(name))}
          </button>
        ))}
      </div>
      <ClaimAll withdrawals={claimable} />
      <LongTable
        key={state ?? "all"}
        caption={`${plural(total, "message")}, the newest first`}
        columns={MESSAGE_COLUMNS}
        wide="where it is"
        empty={
          state === undefined
            ? "No message has been sent between chains yet. Send one: the wallet does, and hyperchains.send in a test."
            : "No message is in this state."
        }
        total={total}
        version={version}
        load={async (first, limit) => {
          const page = await ask<PagedMessages>("any", "hyperchain_messages", [{ before: first + limit, limit, state }]);
          return page.messages.toReversed();
        }}
        cells={(message) => messageCells(message, nameOf)}
      />
      <BridgeMessages />
    </>
  );
}

/** Numbers of messages by their states, with their age. */
function Counts({ messages }: Pick<EcosystemStatus, "messages">) {
  const { delivered, inFlight, ready, stuck, failed, ended, ageMs, outdated } = messages;
  return (
    <p class="quiet">
      {count(delivered)} delivered, {count(inFlight)} in flight, {ready.length === 0 ? "" : `${count(ready.length)} ready, `}
      {count(stuck.length)} stuck
      {failed === 0 ? "" : `, ${count(failed)} arrived and failed`}
      {ended === 0 ? "" : `, ${count(ended)} expired or canceled`}
      {ageMs === undefined ? "" : `, as of up to ${ageMs / 1000} s ago`}
      {outdated === undefined ? "" : ` (of the last look: ${outdated})`}
    </p>
  );
}

export interface MemberProps {
  readonly chain: string;
  /** Name of the member in the page's server. */
  readonly member: string;
}

/** All blocks of a member, the newest first. */
export function BlocksPage({ chain, member }: MemberProps) {
  const { version } = useEcosystem();
  const newest = useAsked(async () => Number(await ask<string>(member, "eth_blockNumber")), [member, version]);
  return (
    <>
      <h1>Blocks of {chain}</h1>
      <Answer asked={newest} missing="">
        {(last) => (
          <LongTable
            key={member}
            caption={`${plural(last + 1, "block")}, the newest first`}
            columns={["block", "time", "transactions", "gas"]}
            empty=""
            total={last + 1}
            version={undefined}
            load={(first, most) => blocks(member, first, most)}
            cells={(block) => [
              <BlockLink chain={chain} number={block.number} />,
              time(block.timestamp),
              count(block.transactions.length),
              count(block.gasUsed),
            ]}
          />
        )}
      </Answer>
    </>
  );
}

async function blocks(member: string, first: number, most: number): Promise<readonly BlockAnswer[]> {
  const numbers = Array.from({ length: most }, (_, i) => first + i);
  const found = await Promise.all(
    numbers.map((number) => ask<BlockAnswer | null>(member, "eth_getBlockByNumber", [hex(number), false])),
  );
  return found.filter((each) => each !== null);
}

/** All sealed batches of a chain, the newest first. */
export function BatchesPage({ chain, member }: MemberProps) {
  const { status, info, version } = useEcosystem();
  const sealed = status.chains.find(({ name }) => name === chain)?.batches.sealed ?? 0;
  return (
    <>
      <h1>Batches of {chain}</h1>
      <LongTable
        key={member}
        caption={`${plural(sealed, "sealed batch", "sealed batches")}, the newest first`}
        columns={["batch", "began", "transactions", `from ${baseOf(info, chain).words}`, "stage"]}
        empty="No batch is sealed yet."
        total={sealed}
        version={version}
        load={async (first, most) => {
          const params = [Number(member), first + most, most];
          return (await ask<readonly BatchSummary[]>(member, "hyperchain_batches", params)).toReversed();
        }}
        cells={(batch) => [
          <BatchLink chain={chain} number={batch.number} />,
          time(batch.timestamp),
          count(batch.transactions),
          count(batch.operations),
          <StageMark stage={batch.stage} />,
        ]}
      />
    </>
  );
}
