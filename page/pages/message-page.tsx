import type { MessageInfo, MessageTrace } from "../answers.ts";
import { namedCalls } from "../described.ts";
import { useAsked, useEcosystem, type Asked } from "../ecosystem.ts";
import { time } from "../format.ts";
import { Answer, Facts, Section } from "../parts/layout.tsx";
import { AddressLink, ChainLink, TransactionLink, useChainName } from "../parts/links.tsx";
import { Amount } from "../parts/carried.tsx";
import { Where } from "../parts/message-table.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { CallTree } from "../parts/call-tree.tsx";
import { Said, Words } from "../parts/words.tsx";
import { ReadyAction } from "../parts/ready-action.tsx";
import { FailingLine } from "../parts/failing-line.tsx";
import { isFailedStep, stepsOf, stepWords } from "../message-steps.ts";
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
      <h1>Message</h1>
      <p>
        <code>{hash}</code> <CopyButton what="hash" text={hash} />
      </p>
      <Answer asked={asked} missing={`No chain of this ecosystem has sent this message${hidden}.`}>
        {(message) => (
          <>
            <Failure asked={trace} />
            <ReadyAction message={message} />
            <CopySent message={message} />
            <About message={message} />
            <Trace asked={trace} message={message} />
          </>
        )}
      </Answer>
    </>
  );
}

/** Transaction that sent the message, in other forms; the form of a test expects its arrival. */
function CopySent({ message: { steps } }: { readonly message: MessageInfo }) {
  const [first] = steps;
  return first === undefined ? null : <CopyAs chainId={first.chainId} hash={first.transactionHash} />;
}

function About({ message }: { readonly message: MessageInfo }) {
  const nameOf = useChainName();
  const times = new Map(message.steps.map(({ step, timestamp }) => [step, timestamp]));
  const done = new Map(message.steps.map((step) => [step.step, step]));
  return (
    <>
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
      <Section title="Steps">
        <ol class="steps">
          {stepsOf(message).map((step) => {
            const at = done.get(step);
            const hasFailed = at !== undefined && isFailedStep(step, message);
            return (
              <li class={hasFailed ? "bad" : at === undefined ? "open" : "done"} key={step}>
                <span aria-hidden="true">{hasFailed ? "✗" : at === undefined ? "○" : "●"}</span> {stepWords(step, message)}
                {hasFailed && " – its call failed"}
                {at === undefined ? (
                  <span class="quiet"> – not yet</span>
                ) : (
                  <>
                    {" "}
                    – on {nameOf(at.chainId)}, <TransactionLink chain={nameOf(at.chainId)} hash={at.transactionHash} />
                    <When seconds={times.get(step)} />
                  </>
                )}
              </li>
            );
          })}
        </ol>
      </Section>
    </>
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

function When({ seconds }: { readonly seconds: number | undefined }) {
  if (seconds === undefined) return null;
  return (
    <>
      , <time dateTime={new Date(seconds * 1000).toISOString()}>{time(seconds)}</time>
    </>
  );
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
