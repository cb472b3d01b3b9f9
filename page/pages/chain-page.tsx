import { versionInWords } from "../../src/ground/protocol/protocol-version.ts";
import { governedBy, proposalsOf, standingsOf } from "../../src/ecosystem/devnet/view/governing/governance-words.ts";
import { announcedOf, powersOver } from "../../src/ecosystem/devnet/view/governing/powers-words.ts";
import { executionText } from "../../src/ecosystem/devnet/view/books/execution-text.ts";
import { encryptionSentence, nodesSentence, slotsSentence } from "../../src/ecosystem/devnet/view/books/nodes-text.ts";
import { unprovenLine } from "../../src/ecosystem/devnet/view/batches/unproven.ts";
import type { BatchAnswer, BlockAnswer, ChainPowersInfo, EcosystemInfo, GovernanceInfo, EcosystemStatus } from "../answers.ts";
import { useAsked, useEcosystem, type Asked } from "../ecosystem.ts";
import { count, hex, plural, time } from "../format.ts";
import { Answer, Facts, Section, Table } from "../parts/layout.tsx";
import { Addresses } from "../parts/addresses.tsx";
import { AccessLists } from "../parts/access-lists.tsx";
import { BatchLink, BlockLink, ChainLink, WholeAddress } from "../parts/links.tsx";
import { BatchStage } from "../parts/batch-stage.tsx";
import { gasPerTransaction, useSettlementCost } from "../parts/chain-costs.tsx";
import { Meter } from "../parts/meter.tsx";
import { MemberGlyph } from "../parts/shape.tsx";
import { ReaderSession } from "../parts/reader-session.tsx";
import { CouncilForm } from "../parts/council-form.tsx";
import { Said, Sentence } from "../parts/words.tsx";
import { ask } from "../rpc.ts";
import { baseOf } from "../settlement-base.ts";
import { hasSession } from "../sessions.ts";
import { to } from "../route.ts";
import { AddToWallet } from "../wallet/add-chain.tsx";
import { ChainState } from "./progress-page.tsx";

const MOST_SHOWN = 10;

/** One chain: what it rests on, its newest blocks and batches. */
export function ChainPage({ name }: { readonly name: string }) {
  const { info, status, version } = useEcosystem();
  const chain = info.chains.find((each) => each.name === name);
  const now = status.chains.find((each) => each.name === name);
  const member = String(chain?.chainId ?? "l1");
  const blocks = useAsked(
    () => newest<BlockAnswer>(member, now?.blockNumber ?? 0, (number) => ["eth_getBlockByNumber", [hex(number), true]]),
    [member, version],
  );
  const batches = useAsked(
    () => newest<BatchAnswer>(member, (now?.batches.sealed ?? 0) - 1, (number) => ["zks_getL1BatchDetails", [number]]),
    [member, version],
  );
  const base = baseOf(info, name);
  const settlementCost = useSettlementCost(member, base, now?.batches.executed ?? 0);
  if (chain === undefined || now === undefined) return <p class="bad">This ecosystem has no chain {name}.</p>;
  const { quorum, standby } = chain;
  const isClosed = chain.readsNeedSession === true && !hasSession(chain.chainId);
  return (
    <>
      <div class="head">
        <h1>
          <MemberGlyph name={name} /> {name}
        </h1>
        <div class="actions">
          <AddToWallet chainId={chain.chainId} />
          <a class="button primary" href={to("wallet")}>
            Deposit or send
          </a>
        </div>
      </div>
      <p>
        <ChainState chain={now} />
      </p>
      <Figures chain={now} />
      {!isClosed && (
        <>
          <NewestBatches chain={name} asked={batches} />
          <NewestBlocks chain={name} asked={blocks} />
        </>
      )}
      <h2>Trust</h2>
      <Facts
        facts={{
          "chain ID": chain.chainId,
          "JSON-RPC": <code>{chain.url}</code>,
          [`contract on ${base.words}`]: <WholeAddress chain={base.name} address={chain.hyperchain} />,
          "fees are paid in": chain.baseToken.symbol,
          "settles on": <ChainLink name={base.name} />,
          data: dataSentence(chain),
          reading: chain.readsNeedSession && "its readers alone, by sessions",
          execution: chain.execution?.sentence ?? executionText(chain),
          order: chain.orderedBy?.sentence,
          nodes: now.nodes && nodesSentence(now.nodes),
          "slots of its sequencer": now.external && slotsSentence(now.external),
          "encrypted mempool": now.encryption && encryptionSentence(now.encryption),
          "promises that it takes": chain.promisesFrom?.map(({ sentence }) => sentence).join("; "),
          "promises taken": now.promises?.sentence,
          [`porter, chain ${chain.porter?.chainId ?? ""}`]: chain.porter && (
            <>
              <code>{chain.porter.url}</code>: {chain.porter.sentence}
            </>
          ),
          "validators, whose signatures count":
            quorum.members.length === 0 ? undefined : (
              <>
                {quorum.threshold} of {quorum.members.length}: <Addresses chain={base.name} addresses={quorum.members} />
              </>
            ),
          "standby for lost keys": standby && (
            <>
              {standby.threshold} of {plural(standby.members.length, "account")}, while an operation is overdue:{" "}
              <Addresses chain={base.name} addresses={standby.members} />
            </>
          ),
          attestation: chain.attestation?.sentence,
          "protocol version": versionInWords(now.protocolVersion),
          "next version": now.upgrade && `${versionInWords(now.upgrade.version)}, from ${time(now.upgrade.effectiveAt)} on`,
          "second check": chain.secondCheck && "a second verifier confirms each batch before it executes",
          "execution delay": `${count(chain.executionDelaySeconds)} s`,
          "a transaction takes": blocks.state === "there" ? gasPerTransaction(blocks.value) : undefined,
          [`and on ${base.words}`]: isClosed ? undefined : (settlementCost ?? "asking…"),
        }}
      />
      <Unproven chain={now} />
      {!isClosed && <Changes name={name} />}
      {!isClosed && <Governance name={name} />}
      <ReaderSession chain={chain} />
      {!isClosed && <AccessLists chain={chain} />}
    </>
  );
}

/** Present numbers of a chain. */
function Figures({ chain }: { readonly chain: EcosystemStatus["chains"][number] }) {
  const { blockNumber, transactionsPerSecond, waiting, batches } = chain;
  return (
    <dl class="figures">
      {[
        ["Block", count(blockNumber)],
        ["Transactions a second", transactionsPerSecond ?? "–"],
        ["Waiting", count(waiting)],
        ["Batches", count(batches.sealed)],
      ].map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>Oldest batch</dt>
        <dd>
          <Meter chain={chain} />
        </dd>
      </div>
    </dl>
  );
}

/** Batches whose execution no proof shows, and why; nothing where there are none. */
function Unproven({ chain: { name, execution } }: { readonly chain: EcosystemStatus["chains"][number] }) {
  const unproven = execution?.unproven ?? [];
  if (unproven.length === 0) return null;
  return (
    <Section title="Batches without a proof of execution">
      <ul class="bad">
        {unproven
          .slice(-MOST_SHOWN)
          .toReversed()
          .map((each) => (
            <li key={each.batch}>
              <BatchLink chain={name} number={each.batch} />: <Said text={unprovenLine(name, each)} />
            </li>
          ))}
      </ul>
      {unproven.length > MOST_SHOWN && <p class="quiet">{count(unproven.length - MOST_SHOWN)} older ones have none either.</p>}
    </Section>
  );
}

/** Which accounts can change what of the chain, what is announced, and the last day to leave. */
function Changes({ name }: { readonly name: string }) {
  const { info, status } = useEcosystem();
  const block = status.chains.find((each) => each.name === name)?.settlementBlock;
  const changes = useAsked(() => ask<ChainPowersInfo>("any", "hyperchain_changes", [name]), [name, block]);
  const base = baseOf(info, name);
  return (
    <Section title="Who can change it">
      <Answer asked={changes} missing="">
        {(known) => (
          <>
            {announcedOf(known, base.words).map((line) => (
              <p class="bad" key={line}>
                <Said text={line} />
              </p>
            ))}
            <ul>
              {powersOver(known).map((line) => (
                <li key={line}>
                  <Sentence text={line} chain={base.name} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Answer>
    </Section>
  );
}

/** Governance of the chain's versions, their state, and the votes. */
function Governance({ name }: { readonly name: string }) {
  const { info, status } = useEcosystem();
  const block = status.chains.find((each) => each.name === name)?.settlementBlock;
  const governance = useAsked(() => ask<GovernanceInfo>("any", "hyperchain_governance", [name]), [name, block]);
  return (
    <Section title="Governance">
      <Answer asked={governance} missing="">
        {(known) => (
          <>
            <ul>
              {[...governedBy(known), ...standingsOf(known)].map((line) => (
                <li key={line}>
                  <Sentence text={line} chain={baseOf(info, name).name} />
                </li>
              ))}
              {proposalsOf(known)
                .slice(0, MOST_SHOWN)
                .map((line) => (
                  <li key={line}>
                    <Said text={line} />
                  </li>
                ))}
            </ul>
            <CouncilForm chain={name} council={known.council} />
          </>
        )}
      </Answer>
    </Section>
  );
}

interface NewestProps<T> {
  readonly chain: string;
  readonly asked: Asked<readonly T[]>;
}

/** Location of its data, with the consequences. */
function dataSentence({ dataAvailability, inputsBoundBy, settlesOn, name }: EcosystemInfo["chains"][number]): string {
  if (dataAvailability === "rollup") return "rollup: all of it is on L1, and anyone can rebuild the chain from there";
  if (dataAvailability === "validium") return "validium: a committee keeps it; if the committee withholds it, funds are frozen";
  if (dataAvailability === "guardians") return "guardians: staked processes store it; if they withhold it, funds are frozen";
  if (inputsBoundBy === "proof")
    return "inputs: its transactions are on L1, proofs bind them, and anyone can rebuild the chain by executing them";
  if (dataAvailability === "inputs")
    return "inputs: its transactions are on L1, and anyone can rebuild the chain by executing them, if its signers were honest";
  if (dataAvailability === "owners")
    return "owners: each stores the data of its held account; if the operator stops or loses its disk, all other state is lost";
  return `no rollup: it is on ${settlesOn?.name} alone, so L1 does not have what it takes to rebuild ${name}`;
}

function NewestBatches({ chain, asked }: NewestProps<BatchAnswer>) {
  const { info } = useEcosystem();
  return (
    <Section title="Newest batches">
      <Answer asked={asked} missing="">
        {(list) => (
          <Table
            caption={`The newest sealed batches of ${chain}`}
            columns={["batch", "began", "transactions", `from ${baseOf(info, chain).words}`, "stage"]}
            empty="No batch is sealed yet."
            rows={list.map((batch) => ({
              key: String(batch.number),
              cells: [
                <BatchLink chain={chain} number={batch.number} />,
                time(batch.timestamp),
                count(batch.l2TxCount),
                count(batch.l1TxCount),
                <BatchStage batch={batch} />,
              ],
            }))}
          />
        )}
      </Answer>
      <p>
        <a href={to(chain, "batches")}>All batches</a>
      </p>
    </Section>
  );
}

function NewestBlocks({ chain, asked }: NewestProps<BlockAnswer>) {
  return (
    <Section title="Newest blocks">
      <Answer asked={asked} missing="">
        {(list) => (
          <Table
            caption={`The newest blocks of ${chain}`}
            columns={["block", "time", "transactions", "gas"]}
            empty="There is no block yet."
            rows={list.map((block) => ({
              key: block.hash,
              cells: [
                <BlockLink chain={chain} number={block.number} />,
                time(block.timestamp),
                count(block.transactions.length),
                count(block.gasUsed),
              ],
            }))}
          />
        )}
      </Answer>
      <p>
        <a href={to(chain, "blocks")}>All blocks</a>
      </p>
    </Section>
  );
}

/** The last few of what is numbered from 0 to `last`, newest first. */
async function newest<T>(
  member: string,
  last: number,
  question: (number: number) => readonly [string, readonly unknown[]],
): Promise<readonly T[]> {
  const numbers = Array.from({ length: Math.min(MOST_SHOWN, last + 1) }, (_, i) => last - i);
  const found = await Promise.all(numbers.map((number) => ask<T | null>(member, ...question(number))));
  return found.filter((each) => each !== null);
}
