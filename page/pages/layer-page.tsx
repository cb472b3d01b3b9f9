import type { ComponentChildren } from "preact";
import { useActivity } from "../activity.ts";
import { happenings } from "../happenings.ts";
import type { BatchInfo, EcosystemInfo } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { executedBatches } from "../executed-batches.ts";
import { count } from "../format.ts";
import { gasOfStages } from "../gas-of-stages.ts";
import { Guardians } from "../parts/guardians.tsx";
import { Answer, Facts, Mark, Section, Table } from "../parts/layout.tsx";
import { AddressLink, BatchLink, BlockLink, TransactionLink, WholeAddress, useChainName } from "../parts/links.tsx";
import { MemberGlyph } from "../parts/shape.tsx";
import { Words } from "../parts/words.tsx";
import { to } from "../route.ts";

const MOST_TRANSACTIONS = 20;
/** Maximum characters of a call in the list; the transaction's page shows the call in full. */
const MOST_OF_A_CALL = 100;
type Stage = keyof BatchInfo["l1Gas"];

/** Stages of these batches; the second check only if a batch has it. */
function stagesOf(batches: readonly BatchInfo[]): readonly Stage[] {
  const isChecked = batches.some(({ l1Gas }) => l1Gas.secondCheck !== undefined);
  return isChecked ? ["commit", "prove", "secondCheck", "execute"] : ["commit", "prove", "execute"];
}

function columnOf(stage: Stage): string {
  return stage === "secondCheck" ? "second check" : stage;
}

/** L1, on which chains settle: its contracts, what batches took of its gas, and what was done there last. */
export function LayerPage() {
  const { info } = useEcosystem();
  const { l1 } = info;
  return (
    <>
      <h1>
        <MemberGlyph name={l1.name} /> {l1.name}
      </h1>
      <Facts
        facts={{
          "chain ID": l1.chainId,
          "JSON-RPC": <code>{l1.url}</code>,
          "copy of": l1.fork && `chain ${l1.fork.chainId}, up to block ${count(l1.fork.blockNumber)}`,
          ...contractsOf(info),
        }}
      />
      <Guardians />
      <Costs />
      <Newest />
    </>
  );
}

/** The protocol's contracts and those of the chains that settle here. */
function contractsOf({ l1, chains }: EcosystemInfo): Readonly<Record<string, ComponentChildren>> {
  const own = chains.filter(({ settlesOn }) => settlesOn === undefined);
  const contracts = [
    ...Object.entries(l1.contracts),
    ...own.map(({ name, hyperchain }) => [`${name}'s contract`, hyperchain] as const),
  ];
  return Object.fromEntries(contracts.map(([name, address]) => [name, <WholeAddress chain={l1.name} address={address} />]));
}

/** Gas of the newest executed batches of the chains that settle here. */
function Costs() {
  const { info, status } = useEcosystem();
  const nameOf = useChainName();
  const executed = status.chains.map(({ batches }) => batches.executed);
  const asked = useAsked(() => executedBatches(info, status), ["costs", executed.join()]);
  const stage = ({ l1, l1Gas }: BatchInfo, name: Stage): ComponentChildren => {
    const [settled, gas] = [l1[name], l1Gas[name]];
    if (settled === undefined || gas === undefined) return "";
    return <a href={to(info.l1.name, "tx", settled.transactionHash)}>{count(gas)}</a>;
  };
  return (
    <Section title="What batches took">
      <Answer asked={asked} missing="">
        {(batches) => (
          <Table
            caption={`Gas on ${info.l1.name} of the newest executed batches`}
            columns={["chain", "batch", "transactions", "bytes of data", ...stagesOf(batches).map(columnOf), "gas a transaction"]}
            empty="No batch is executed yet."
            rows={batches.map((batch) => {
              const chain = nameOf(batch.chainId);
              const transactions = batch.transactions + batch.operations;
              const gas = gasOfStages(batch.l1Gas);
              return {
                key: `${batch.chainId}:${batch.number}`,
                cells: [
                  <a href={to(chain)}>{chain}</a>,
                  <BatchLink chain={chain} number={batch.number} />,
                  count(transactions),
                  count(batch.pubdataBytes),
                  ...stagesOf(batches).map((name) => stage(batch, name)),
                  transactions === 0 ? "–" : count(Math.round(gas / transactions)),
                ],
              };
            })}
          />
        )}
      </Answer>
    </Section>
  );
}

/** Newest transactions here, of all accounts. */
function Newest() {
  const { info } = useEcosystem();
  const { chainId, name } = info.l1;
  const transactions = happenings(useActivity()).filter(({ block }) => block.chainId === chainId);
  return (
    <Section title="Newest transactions">
      <Table
        caption={`The newest transactions on ${name}`}
        columns={["block", "transaction", "from", "what", "gas", "result"]}
        empty="None since the page was opened."
        rows={transactions
          .slice(0, MOST_TRANSACTIONS)
          .map(({ block, hash, from, call, contract, created, gasUsed, succeeded, to: receiver }) => ({
            key: hash,
            cells: [
              <BlockLink chain={name} number={block.number} />,
              <TransactionLink chain={name} hash={hash} />,
              <AddressLink chain={name} address={from} />,
              created === undefined ? (
                <>
                  {receiver !== undefined && <AddressLink chain={name} address={receiver} />}{" "}
                  {call !== undefined && <Words text={call} chain={name} most={MOST_OF_A_CALL} />}
                </>
              ) : (
                `creates ${contract ?? "a contract"}`
              ),
              count(gasUsed),
              succeeded ? "succeeded" : <Mark kind="bad">failed</Mark>,
            ],
          }))}
      />
      <p>
        <a href={to(name, "blocks")}>All blocks</a>
      </p>
    </Section>
  );
}
