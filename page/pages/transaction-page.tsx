import type {
  BlockAnswer,
  CallFailure,
  Description,
  PagedMessages,
  ReceiptAnswer,
  TracedCall,
  TransactionAnswer,
} from "../answers.ts";
import { useAsked, useEcosystem, type Asked } from "../ecosystem.ts";
import { amount, count, short, time } from "../format.ts";
import { Answer, Facts, Mark, Section, Table } from "../parts/layout.tsx";
import { AddressLink, BatchLink, BlockLink, useSymbol } from "../parts/links.tsx";
import { namedCalls, useDescriptions } from "../described.ts";
import { useNames } from "../names.ts";
import { gasByFunction } from "../gas-by-function.ts";
import { BridgeMessages } from "../parts/bridge-messages.tsx";
import { ArgumentsList } from "../parts/arguments-list.tsx";
import { CopyAs, CopyTest } from "../parts/copy-as.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { FoldedData } from "../parts/folded-data.tsx";
import { Said, Words } from "../parts/words.tsx";
import { CallTree } from "../parts/call-tree.tsx";
import { FailingLine } from "../parts/failing-line.tsx";
import { MessageTable } from "../parts/message-table.tsx";
import { MemberGlyph } from "../parts/shape.tsx";
import { SectionTabs } from "../parts/section-tabs.tsx";
import { STEPS_GAS_LIMIT, StepsSection } from "../parts/steps.tsx";
import { StorageSection } from "../parts/storage-section.tsx";
import { ask } from "../rpc.ts";
import { baseOf } from "../settlement-base.ts";

export interface TransactionPageProps {
  readonly chain: string;
  readonly member: string;
  readonly hash: string;
}

const MOST_MESSAGES = 200;
/** Maximum characters of the call in the title; the facts show the rest. */
const MOST_TITLE = 100;

interface WholeTransaction {
  readonly transaction: TransactionAnswer;
  /** Null while it waits for a block. */
  readonly receipt: ReceiptAnswer | null;
  /** Timestamp of its block. */
  readonly timestamp: string | undefined;
  /** ZK Stack's word: pending, included, verified or failed; undefined on L1. */
  readonly status: string | undefined;
  /** Messages that it advanced. */
  readonly messages: PagedMessages;
}

export function TransactionPage({ chain, member, hash }: TransactionPageProps) {
  const { info, version } = useEcosystem();
  const asked = useAsked(() => whole(member, hash), [`${member}:${hash}`, version]);
  const receipt = asked.state === "there" ? (asked.value?.receipt ?? undefined) : undefined;
  const traced = useCalls(member, hash);
  return (
    <>
      <div class="head">
        <h1>
          <small>
            <MemberGlyph name={chain} /> Transaction on {chain}
          </small>
          {asked.state === "there" && asked.value !== null && <Title {...asked.value} chain={chain} />}
        </h1>
        <div class="actions">
          <CopyTest chainId={member === "l1" ? info.l1.chainId : Number(member)} hash={hash} isPrimary />
          <CopyAs chainId={member === "l1" ? info.l1.chainId : Number(member)} hash={hash} />
        </div>
      </div>
      <p>
        <code>{hash}</code> <CopyButton what="hash" text={hash} />
      </p>
      <SectionTabs titles={sectionsOf(asked, traced)} />
      {traced.state === "there" && <Failure call={traced.value} />}
      {receipt?.status === "0x0" && member !== "l1" && <WhereItFailed chain={chain} hash={hash} />}
      <Answer asked={asked} missing={`${chain} knows no transaction with this hash.`}>
        {(found) => <Found {...found} chain={chain} />}
      </Answer>
      {traced.state === "there" && <Calls call={traced.value} chain={chain} />}
      {receipt !== undefined && (
        <>
          <StorageSection chain={chain} hash={hash} />
          <StepsSection chain={chain} member={member} hash={hash} gasUsed={Number(receipt.gasUsed)} />
        </>
      )}
    </>
  );
}

/** Titles of a transaction's sections, in order. */
function sectionsOf(asked: Asked<WholeTransaction | null>, traced: Asked<TracedCall>): readonly string[] {
  const found = asked.state === "there" ? asked.value : null;
  const receipt = found?.receipt ?? undefined;
  return [
    ...(found !== null && found.messages.total > 0 ? ["Messages"] : []),
    ...(receipt === undefined ? [] : ["Events"]),
    ...(traced.state === "there" ? ["Calls"] : []),
    ...(receipt === undefined ? [] : ["Storage"]),
    ...(receipt === undefined || Number(receipt.gasUsed) > STEPS_GAS_LIMIT ? [] : ["Steps"]),
  ];
}

/** Call of the transaction, or the amount that it sends. */
function Title({ transaction, chain }: WholeTransaction & { readonly chain: string }) {
  const symbol = useSymbol(chain);
  const names = useNames();
  const { to, input, value, hash } = transaction;
  const [{ call } = {}] = useDescriptions(hash, input === "0x" ? [] : [{ input }]);
  if (to === null) return <>creates a contract</>;
  if (call === undefined) return <>{input === "0x" ? `sends ${amount(value, symbol)}` : `${input.slice(0, 10)}…`}</>;
  const contract = names.of(chain, to.toLowerCase());
  return (
    <>
      {contract !== undefined && `${contract}.`}
      <Words text={call} chain={chain} most={MOST_TITLE} />
    </>
  );
}

async function whole(member: string, hash: string): Promise<WholeTransaction | null> {
  const [transaction, receipt, details, messages] = await Promise.all([
    ask<TransactionAnswer | null>(member, "eth_getTransactionByHash", [hash]),
    ask<ReceiptAnswer | null>(member, "eth_getTransactionReceipt", [hash]),
    member === "l1" ? undefined : ask<{ readonly status: string } | null>(member, "zks_getTransactionDetails", [hash]),
    ask<PagedMessages>("any", "hyperchain_messages", [{ limit: MOST_MESSAGES, transaction: hash }]),
  ]);
  if (transaction === null) return null;
  const block = receipt && (await ask<BlockAnswer | null>(member, "eth_getBlockByNumber", [receipt.blockNumber, false]));
  return { transaction, receipt, timestamp: block?.timestamp, status: details?.status, messages };
}

function statusWords(status: string, base: string): string | undefined {
  const words: Readonly<Record<string, string>> = {
    pending: "waits for a block",
    included: `in a block; its batch is not executed on ${base} yet`,
    verified: `its batch is executed on ${base}`,
  };
  return words[status];
}

/** Names of the types of EIP-2718, and of ZK Stack's operations. */
function typeWords(type: number, base: string): string {
  if (type === 255) return `priority operation, from ${base}'s queue`;
  const words = [
    "legacy",
    "EIP-2930, with an access list",
    "EIP-1559",
    "EIP-4844, with blobs",
    "EIP-7702, with code for accounts",
  ];
  return words[type] === undefined ? String(type) : `${type}: ${words[type]}`;
}

function Found({ transaction, receipt, timestamp, status, chain, messages }: WholeTransaction & { readonly chain: string }) {
  const symbol = useSymbol(chain);
  const { info } = useEcosystem();
  const { words: base } = baseOf(info, chain);
  const failed = receipt?.status === "0x0";
  const [{ call, arguments: named } = {}] = useDescriptions(
    transaction.hash,
    transaction.input === "0x" ? [] : [{ input: transaction.input }],
  );
  return (
    <>
      <Facts
        facts={{
          result:
            receipt === null ? (
              <Mark kind="under-way">waits for a block</Mark>
            ) : failed ? (
              <Mark kind="bad">failed</Mark>
            ) : (
              <Mark kind="good">succeeded</Mark>
            ),
          settlement: status === undefined ? undefined : statusWords(status, base),
          from: <AddressLink chain={chain} address={transaction.from} />,
          to: transaction.to === null ? undefined : <AddressLink chain={chain} address={transaction.to} />,
          "new contract":
            typeof receipt?.contractAddress === "string" ? (
              <AddressLink chain={chain} address={receipt.contractAddress} />
            ) : undefined,
          value: amount(transaction.value, symbol),
          time: timestamp === undefined ? undefined : time(timestamp),
          block: receipt === null ? undefined : <BlockLink chain={chain} number={receipt.blockNumber} />,
          batch:
            typeof receipt?.l1BatchNumber === "string" ? <BatchLink chain={chain} number={receipt.l1BatchNumber} /> : undefined,
          gas: receipt === null ? `${count(transaction.gas)} at most` : `${count(receipt.gasUsed)} of ${count(transaction.gas)}`,
          fee: receipt === null ? undefined : amount(BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice), symbol),
          nonce: count(transaction.nonce),
          type: typeWords(Number(transaction.type), base),
          call: call === undefined ? undefined : <Words text={call} chain={chain} />,
          arguments: named === undefined ? undefined : <ArgumentsList named={named} chain={chain} />,
          input: transaction.input === "0x" ? undefined : <FoldedData what="input" hex={transaction.input} />,
        }}
      />
      {messages.total > 0 && (
        <Section title="Messages">
          <MessageTable messages={messages} caption="Messages that this transaction brought a step further" />
        </Section>
      )}
      <BridgeMessages transaction={transaction.hash} />
      {receipt !== null && <Events receipt={receipt} chain={chain} />}
    </>
  );
}

const MOST_EVENTS = 100;

function Events({ receipt, chain }: { readonly receipt: ReceiptAnswer; readonly chain: string }) {
  const logs = receipt.logs.slice(0, MOST_EVENTS);
  const described = useDescriptions(receipt.transactionHash, logs);
  return (
    <Section title="Events">
      <Table
        caption="Events of the transaction"
        columns={["number", "contract", "event", "topics", "data"]}
        empty="The transaction logged no event."
        rows={logs.map(({ address, topics, data, logIndex }, place) => ({
          key: logIndex,
          cells: [
            Number(logIndex),
            <AddressLink chain={chain} address={address} />,
            <EventWords description={described[place]} chain={chain} />,
            topics.map((topic) => (
              <code class="line" title={topic}>
                {short(topic)}
              </code>
            )),
            <FoldedData what={`data of event ${Number(logIndex)}`} hex={data} />,
          ],
        }))}
      />
      {receipt.logs.length > MOST_EVENTS && (
        <p class="quiet">{count(receipt.logs.length - MOST_EVENTS)} more events are not shown.</p>
      )}
    </Section>
  );
}

function EventWords({ description, chain }: { readonly description: Description | undefined; readonly chain: string }) {
  if (description?.event === undefined) return <span class="quiet">unknown</span>;
  return (
    <>
      <Words text={description.event} chain={chain} />
      {description.arguments !== undefined && (
        <details>
          <summary>by name</summary>
          <ArgumentsList named={description.arguments} chain={chain} />
        </details>
      )}
    </>
  );
}

function WhereItFailed({ chain, hash }: { readonly chain: string; readonly hash: string }) {
  const asked = useAsked(() => ask<CallFailure | null>("any", "hyperchain_failure", [chain, hash]), [`${chain}:${hash}`]);
  if (asked.state !== "there" || asked.value === null) return null;
  // Contracts that the project has not compiled have no lines to show.
  if (asked.value.stackTrace.every((line) => line.includes("<Unrecognized"))) return null;
  return (
    <Section title="Where it failed">
      <FailingLine failure={asked.value} />
    </Section>
  );
}

function useCalls(member: string, hash: string): Asked<TracedCall> {
  return useAsked(async () => {
    const calls = await ask<TracedCall>(member, "debug_traceTransaction", [hash, { tracer: "callTracer" }]);
    return namedCalls(calls).catch(() => calls);
  }, [`${member}:${hash}`]);
}

/** Reason of a transaction that failed. */
function Failure({ call: { error, reason } }: { readonly call: TracedCall }) {
  if (error === undefined) return null;
  return (
    <p class="bad" role="alert">
      It reverted <Said text={reason ?? `with "${error}"`} />.
    </p>
  );
}

function Calls({ call, chain }: { readonly call: TracedCall; readonly chain: string }) {
  return (
    <Section title="Calls">
      <CallTree call={call} chain={chain} />
      <details>
        <summary>Gas by contract and function</summary>
        <Table
          caption="Gas that each function used, without the calls that it made"
          columns={["contract", "function", "calls", "gas"]}
          empty=""
          rows={gasByFunction(call).map(({ to, name, calls, gas }) => ({
            key: `${to ?? ""}${name}`,
            cells: [
              to === undefined ? "" : <AddressLink chain={chain} address={to} />,
              <code>{name}</code>,
              count(calls),
              count(gas),
            ],
          }))}
        />
      </details>
    </Section>
  );
}
