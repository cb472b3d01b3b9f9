import { useAsked, useEcosystem } from "../ecosystem.ts";
import { amount, count, plural, short } from "../format.ts";
import { Answer, Facts, Mark, Section, Table } from "../parts/layout.tsx";
import { AddressLink, BatchLink, ChainLink, useChainName, WholeAddress } from "../parts/links.tsx";
import { ask } from "../rpc.ts";
import type { HubBlockInfo, HubInfo } from "../answers.ts";

/** Blocks of the table. */
const MAX_BLOCKS = 10;

interface ShownHub {
  readonly hub: HubInfo;
  /** The newest blocks, the newest first. */
  readonly blocks: readonly HubBlockInfo[];
}

/** A hub: its members and aggregators, with those that are behind, and its newest blocks. */
export function HubPage({ name }: { readonly name: string }) {
  const { version } = useEcosystem();
  const asked = useAsked(() => readHub(name), [name, version]);
  return (
    <>
      <h1>Hub {name}</h1>
      <p>
        It has L1 check one proof of batches of several chains. L1 checks that proof as it checks the proof of one batch, so a hub
        decides only which batches come together; if it stops, each member shows its batches alone.
      </p>
      <Answer asked={asked} missing="There is no hub of this name.">
        {(shown) => <Hub {...shown} />}
      </Answer>
    </>
  );
}

async function readHub(name: string): Promise<ShownHub> {
  const hub = await ask<HubInfo>("any", "hyperchain_getHub", [name]);
  const numbers = Array.from({ length: Math.min(MAX_BLOCKS, hub.block) }, (_, i) => hub.block - i);
  const blocks = await Promise.all(
    numbers.map((number) => ask<HubBlockInfo | null>("any", "hyperchain_getHubBlock", [name, number])),
  );
  return { hub, blocks: blocks.filter((block) => block !== null) };
}

function Hub({ hub, blocks }: ShownHub) {
  const { info } = useEcosystem();
  const nameOf = useChainName();
  const landed = blocks.find(({ number }) => number === hub.landed);
  return (
    <>
      <Facts
        facts={{
          "contract on L1": <WholeAddress chain={info.l1.name} address={hub.address} />,
          "newest block": hub.block === 0 ? "none yet" : count(hub.block),
          "newest block on L1": hub.landed === 0 ? "none yet" : count(hub.landed),
          "digest after the newest block": <code>{hub.state}</code>,
          "digest on L1": landed === undefined ? undefined : <code>{landed.state}</code>,
        }}
      />
      <Section title="Members">
        <Table
          caption="Members that run, with the batches that no block of the hub has"
          columns={["chain", "next batch", "waiting"]}
          empty="No member runs."
          rows={hub.progress.map(({ name, nextBatch, waiting }) => ({
            key: name,
            cells: [
              <ChainLink name={name} />,
              count(nextBatch),
              waiting === 0 ? <Mark kind="good">none</Mark> : <Mark kind="under-way">{plural(waiting, "batch", "batches")}</Mark>,
            ],
          }))}
        />
      </Section>
      <Section title="Aggregators">
        <Table
          caption="Keys that decide the hub's blocks together"
          columns={["account", "address", "at stake", "block", "state"]}
          empty=""
          rows={hub.aggregators.map((aggregator) => ({
            key: aggregator.address,
            cells: [
              aggregator.account ?? "of another owner",
              <AddressLink chain={info.l1.name} address={aggregator.address} />,
              aggregator.stakeWei === undefined ? "nothing" : amount(BigInt(aggregator.stakeWei), "ETH"),
              count(aggregator.block),
              <AggregatorState {...aggregator} newest={hub.block} />,
            ],
          }))}
        />
      </Section>
      <Section title="Blocks">
        <Table
          caption="The newest blocks of the hub"
          columns={["block", "batches", "digest", "on L1"]}
          empty="No block yet: one is decided when enough batches wait, or one waits long enough."
          rows={blocks.map(({ number, batches, state }) => ({
            key: String(number),
            cells: [
              count(number),
              batches.map(({ chainId, batchNumber }) => (
                <>
                  {nameOf(chainId)} <BatchLink chain={nameOf(chainId)} number={batchNumber} />{" "}
                </>
              )),
              <code title={state}>{short(state)}</code>,
              number <= hub.landed ? <Mark kind="good">landed</Mark> : <Mark kind="under-way">decided</Mark>,
            ],
          }))}
        />
      </Section>
    </>
  );
}

function AggregatorState({ isRunning, failure, block, newest }: HubInfo["aggregators"][number] & { readonly newest: number }) {
  if (failure !== undefined) return <Mark kind="bad">{failure}</Mark>;
  if (!isRunning) return <Mark kind="bad">silent</Mark>;
  if (block < newest) return <Mark kind="under-way">{plural(newest - block, "block")} behind</Mark>;
  return <Mark kind="good">runs</Mark>;
}
