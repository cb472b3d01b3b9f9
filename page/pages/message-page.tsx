import type { MessageInfo, MessageTrace } from "../answers.ts";
import { namedCalls } from "../described.ts";
import { useAsked, useEcosystem, type Asked } from "../ecosystem.ts";
import { capital, count, time } from "../format.ts";
import { Answer, Facts, Section } from "../parts/layout.tsx";
import { AddressLink, ChainLink, TransactionLink, useChainName } from "../parts/links.tsx";
import { Amount } from "../parts/carried.tsx";
import { Where } from "../parts/message-table.tsx";
import { CopyAs, CopyTest } from "../parts/copy-as.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { CallTree } from "../parts/call-tree.tsx";
import { Said, Words } from "../parts/words.tsx";
import { Glyph, Shape } from "../parts/shape.tsx";
import { ReadyAction } from "../parts/ready-action.tsx";
import { FailingLine } from "../parts/failing-line.tsx";
import { isFailedStep, shortStep, stepsOf, stepWords } from "../message-steps.ts";
import { ask } from "../rpc.ts";
import { hasSession } from "../sessions.ts";

export function MessagePage({ sourceChainId, hash }: { readonly sourceChainId: number; readonly hash: string }) {
  const { version, info } = useEcosystem();
  const closed = info.chains.filter(({ chainId, readsNeedSession }) => readsNeedSession === true && !hasSession(chainId));
  const hidden =
    closed.length === 0 ? "" : `, or one that only its readers may read (${closed.map(({ name }) => name).join(", ")})`;
  const asked = useAsked(
    () => ask<MessageInfo | null>("any", "hyperchain_message", [hash, sourceChainId]),
    [`${sourceChainId}:${hash}`, version],
  );
  const steps = asked.state === "there" ? (asked.value?.steps.length ?? 0) : 0;
  const trace = useTrace(hash, sourceChainId, steps);
  return (
    <>
      <div class="head">
        <h1>
          <small>Message</small>
          {asked.state === "there" && asked.value !== null && <Title message={asked.value} />}
        </h1>
        {asked.state === "there" && asked.value !== null && <CopySent message={asked.value} />}
      </div>
      <p>
        <code>{hash}</code> <CopyButton what="hash" text={hash} />
      </p>
      <Answer asked={asked} missing={`No chain of this ecosystem has sent this message${hidden}.`}>
        {(message) => (
          <>
            <Failure asked={trace} />
            <ReadyAction message={message} />
            <Hops message={message} />
            <About message={message} />
            <Trace asked={trace} message={message} />
          </>
        )}
      </Answer>
    </>
  );
}

/** Type, amount and way of a message. */
function Title({ message }: { readonly message: MessageInfo }) {
  const nameOf = useChainName();
  const { type, carries, sourceChainId, destinationChainId } = message;
  return (
    <>
      {capital(type)} {carries !== undefined && <Amount carries={carries} />} {nameOf(sourceChainId)} →{" "}
      {nameOf(destinationChainId)}
    </>
  );
}

/** Transaction that sent the message, in other forms; the form of a test expects its arrival. */
function CopySent({ message: { steps } }: { readonly message: MessageInfo }) {
  const [first] = steps;
  if (first === undefined) return null;
  return (
    <div class="actions">
      <CopyTest chainId={first.chainId} hash={first.transactionHash} isPrimary />
      <CopyAs chainId={first.chainId} hash={first.transactionHash} />
    </div>
  );
}

/** Steps of a message in order, with their transactions and the seconds since its sending. */
function Hops({ message }: { readonly message: MessageInfo }) {
  const done = new Map(message.steps.map((step) => [step.step as string, step]));
  const sentAt = message.steps[0]?.timestamp;
  return (
    <Section title="Steps">
      <ol class="steps hops">
        {stepsOf(message).map((step) => {
          const at = done.get(step);
          const hasFailed = at !== undefined && isFailedStep(step, message);
          return (
            <li class={hasFailed ? "bad" : at === undefined ? "open" : "done"} key={step} title={stepWords(step, message)}>
              <Shape name={hasFailed ? "fail" : at === undefined ? "none" : "ok"} />
              <strong>{hasFailed ? "Its call failed" : shortStep(step)}</strong>
              {at === undefined ? <span class="quiet">not yet</span> : <Hop {...at} sentAt={sentAt} />}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

function Hop({
  chainId,
  transactionHash,
  timestamp,
  sentAt,
}: MessageInfo["steps"][number] & { readonly sentAt?: number | undefined }) {
  const nameOf = useChainName();
  return (
    <>
      <span class="chain">
        <Glyph chainId={chainId} />
        <span>{nameOf(chainId)}</span>
      </span>
      <TransactionLink chain={nameOf(chainId)} hash={transactionHash} />
      {timestamp !== undefined && (
        <time class="quiet" dateTime={new Date(timestamp * 1000).toISOString()} title={time(timestamp)}>
          {sentAt === undefined || timestamp === sentAt ? time(timestamp) : `+${count(timestamp - sentAt)} s`}
        </time>
      )}
    </>
  );
}

function About({ message }: { readonly message: MessageInfo }) {
  const nameOf = useChainName();
  return (
    <Facts
      facts={{
        "where it is": <Where message={message} />,
        "what helps": message.stuck?.help,
        refused: message.refusal && <Said text={message.refusal} />,
        what: message.type,
        carries: message.carries && <Carried carries={message.carries} />,
        sender: <AddressLink chain={nameOf(message.sourceChainId)} address={message.sender} />,
        from: <ChainLink name={nameOf(message.sourceChainId)} />,
        to: <ChainLink name={nameOf(message.destinationChainId)} />,
      }}
    />
  );
}

/** Amount, with the token on its origin chain. */
function Carried({ carries }: { readonly carries: NonNullable<MessageInfo["carries"]> }) {
  const nameOf = useChainName();
  const { originChainId, originToken } = carries;
  return (
    <>
      <Amount carries={carries} />
      {BigInt(originToken) !== 0n && (
        <>
          , <AddressLink chain={nameOf(originChainId)} address={originToken} /> of {nameOf(originChainId)}
        </>
      )}
    </>
  );
}

type TracedTransaction = MessageTrace["transactions"][number];

/** With the protocol's own calls named too. */
async function withNames(traced: TracedTransaction): Promise<TracedTransaction> {
  return { ...traced, calls: await namedCalls(traced.calls).catch(() => traced.calls) };
}

type AskedTrace = Asked<MessageTrace | null>;

/** Requests the calls on both chains, with names; again after each further step of the message. */
function useTrace(hash: string, sourceChainId: number, steps: number): AskedTrace {
  return useAsked(async () => {
    const trace = steps === 0 ? null : await ask<MessageTrace | null>("any", "hyperchain_traceMessage", [hash, sourceChainId]);
    return trace && { ...trace, transactions: await Promise.all(trace.transactions.map(withNames)) };
  }, [`${sourceChainId}:${hash}`, steps]);
}

/** That a message's call failed where it arrived: its steps alone would look like a success. */
function Failure({ asked }: { readonly asked: AskedTrace }) {
  const nameOf = useChainName();
  const failure = asked.state === "there" ? asked.value?.failure : undefined;
  if (failure === undefined) return null;
  const { chainId, call, contract, reason, sentFrom } = failure;
  return (
    <div class="bad" role="alert">
      <p>
        Its call failed. On {nameOf(chainId)} <Words text={call} chain={nameOf(chainId)} /> of{" "}
        <AddressLink chain={nameOf(chainId)} address={contract} /> reverted <Said text={reason} />
      </p>
      <FailingLine failure={failure} />
      {sentFrom !== undefined && (
        <div class="led-there">
          <p>It was sent from {nameOf(sentFrom.chainId)}:</p>
          <FailingLine failure={sentFrom} isFailing={false} />
        </div>
      )}
    </div>
  );
}

function Trace({ asked, message }: { readonly asked: AskedTrace; readonly message: MessageInfo }) {
  const nameOf = useChainName();
  return (
    <Section title="Calls on both chains">
      <Answer asked={asked} missing="asking…">
        {({ transactions }) => (
          <>
            {transactions.map(({ step, chainId, transactionHash, calls }) => (
              <div key={step}>
                <h3>
                  {stepWords(step, message)}, <TransactionLink chain={nameOf(chainId)} hash={transactionHash} />
                </h3>
                <CallTree call={calls} chain={nameOf(chainId)} />
              </div>
            ))}
          </>
        )}
      </Answer>
    </Section>
  );
}
