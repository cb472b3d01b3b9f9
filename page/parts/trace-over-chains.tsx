import type { CallFrame } from "../../src/ecosystem/client/sending/remote-failure.ts";
import { endedBecause } from "../../src/ecosystem/devnet/view/governing/ended-because.ts";
import type { MessageInfo, PagedMessages, ReceiptAnswer, TracedCall } from "../answers.ts";
import { namedCalls, describe } from "../described.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count } from "../format.ts";
import { ask, type Member } from "../rpc.ts";
import { memberOf } from "../wallet/signer.ts";
import { CallTree } from "./call-tree.tsx";
import { Mark } from "./layout.tsx";
import { Journey } from "./journey.tsx";
import { TransactionLink, useChainName } from "./links.tsx";
import { Said } from "./words.tsx";

/** Maximum messages of one transaction that the tree follows, and maximum chains in sequence. */
const MOST_MESSAGES = 20;
const MOST_HOPS = 6;
const ARRIVED = "executed";

interface Place {
  readonly member: Member;
  readonly chain: string;
  readonly hash: string;
}

interface Traced {
  readonly calls: TracedCall | undefined;
  readonly gasUsed: string | undefined;
  readonly succeeded: boolean;
  /** Messages that it began. */
  readonly messages: readonly MessageInfo[];
}

/** The calls of a transaction, the messages that it began, and the calls of the transactions in which they arrived. */
export function TraceOverChains(place: Place & { readonly hop?: number }) {
  const { member, chain, hash, hop = 0 } = place;
  const { version } = useEcosystem();
  const asked = useAsked(() => trace(place), [`${member}:${hash}`, version]);
  if (asked.state === "waiting") return <p class="quiet">Tracing…</p>;
  if (asked.state === "failed") return <p class="quiet">The trace is not there: {asked.reason}</p>;
  const { calls, gasUsed, succeeded, messages } = asked.value;
  return (
    <div class="trace">
      <p class="small">
        On <strong>{chain}</strong> · <TransactionLink chain={chain} hash={hash} /> ·{" "}
        <Mark kind={succeeded ? "good" : "bad"}>{succeeded ? "succeeded" : "failed"}</Mark>
        {gasUsed !== undefined && ` · ${count(gasUsed)} gas`}
      </p>
      {calls !== undefined && <CallTree call={calls} chain={chain} />}
      {messages.map((message) => (
        <Arrival key={`${message.sender}${message.messageHash}`} message={message} hop={hop} />
      ))}
    </div>
  );
}

function Arrival({ message, hop }: { readonly message: MessageInfo; readonly hop: number }) {
  const { info } = useEcosystem();
  const nameOf = useChainName();
  const arrived = message.steps.find(({ step }) => step === ARRIVED);
  return (
    <div class="arrival">
      <Journey message={message} />
      {arrived !== undefined && hop < MOST_HOPS && (
        <TraceOverChains
          member={memberOf(info, arrived.chainId)}
          chain={nameOf(arrived.chainId)}
          hash={arrived.transactionHash}
          hop={hop + 1}
        />
      )}
    </div>
  );
}

async function trace({ member, hash }: Place): Promise<Traced> {
  const [calls, receipt, { messages }] = await Promise.all([
    // What is too large to be traced still has messages.
    ask<TracedCall>(member, "debug_traceTransaction", [hash, { tracer: "callTracer" }]).catch(() => undefined),
    ask<ReceiptAnswer | null>(member, "eth_getTransactionReceipt", [hash]),
    ask<PagedMessages>("any", "hyperchain_messages", [{ limit: MOST_MESSAGES, transaction: hash }]),
  ]);
  return {
    calls: calls && (await namedCalls(calls).catch(() => calls)),
    gasUsed: receipt?.gasUsed,
    succeeded: receipt?.status !== "0x0",
    messages: messages.filter(({ steps }) => steps[0]?.transactionHash === hash),
  };
}

/** Why a transaction failed, in a line. */
export function Reverted({ member, hash }: { readonly member: Member; readonly hash: string }) {
  const asked = useAsked(async () => {
    const options = { tracer: "callTracer", tracerConfig: { onlyTopCall: true } };
    const call = await ask<CallFrame>(member, "debug_traceTransaction", [hash, options]);
    const [{ reason } = {}] = await describe([{ output: call.output ?? "0x" }]);
    return endedBecause(call) ?? reason;
  }, [`${member}:${hash}`]);
  if (asked.state !== "there" || asked.value === undefined) return null;
  return (
    <span class="bad">
      It reverted <Said text={asked.value} />.
    </span>
  );
}
