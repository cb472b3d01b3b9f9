import { useMemo } from "preact/hooks";
import { callOutcomes, outcomeWords } from "../../src/ecosystem/client/sending/call-outcome.ts";
import type { TracedCall } from "../answers.ts";
import { amount, count, short } from "../format.ts";
import { Mark } from "./layout.tsx";
import { AddressLink, useSymbol } from "./links.tsx";
import { Said, Words } from "./words.tsx";

/** Calls within calls that are shown; deeper ones are counted. */
const MOST_DEPTH = 12;
const MOST_CALLS = 50;

/** Characters of a call that are shown at once, and of one that is folded. */
const MOST_TEXT = 400;
const MOST_FOLDED = 100;

/** Description of a call; one with a proof among its arguments unfolds. */
function CallText({ text, chain }: { readonly text: string; readonly chain: string }) {
  if (text.length <= MOST_TEXT) return <Words text={text} chain={chain} />;
  return (
    <details>
      <summary>
        <code>
          <Said text={`${text.slice(0, MOST_FOLDED)}…`} />
        </code>
      </summary>
      <pre>
        <Said text={text} />
      </pre>
    </details>
  );
}

/** A call with the calls that it made. */
export function CallTree({ call, chain }: { readonly call: TracedCall; readonly chain: string }) {
  const outcomes = useMemo(() => callOutcomes(call), [call]);
  return (
    <ul class="calls">
      <OneCall {...{ call, chain, outcomes }} depth={0} />
    </ul>
  );
}

interface OneCallProps {
  readonly call: TracedCall;
  readonly chain: string;
  readonly depth: number;
  readonly outcomes: ReturnType<typeof callOutcomes>;
}

function OneCall({ call, chain, depth, outcomes }: OneCallProps) {
  const symbol = useSymbol(chain);
  const calls = call.calls ?? [];
  const outcome = outcomes.get(call) ?? "succeeded";
  const line = (
    <>
      {call.type.toLowerCase()} {call.to === undefined ? "" : <AddressLink chain={chain} address={call.to} />}{" "}
      {call.input !== "0x" && <CallText text={call.call ?? short(call.input)} chain={chain} />}
      {call.value !== undefined && BigInt(call.value) > 0n ? ` with ${amount(call.value, symbol)}` : ""}, gas{" "}
      {count(call.gasUsed ?? 0)}{" "}
      {outcome !== "succeeded" && (
        <Mark kind={outcome === "failed" ? "bad" : "quiet"}>
          it <Said text={outcomeWords(outcome, call.reason ?? `with "${call.error}"`)} />
        </Mark>
      )}
    </>
  );
  return (
    <li class="call">
      {line}
      {calls.length > 0 && depth >= MOST_DEPTH && " (and deeper calls)"}
      {calls.length > 0 && depth < MOST_DEPTH && (
        <ul>
          {calls.slice(0, MOST_CALLS).map((each, place) => (
            <OneCall key={place} {...{ call: each, chain, outcomes }} depth={depth + 1} />
          ))}
          {calls.length > MOST_CALLS && <li class="quiet">{count(calls.length - MOST_CALLS)} more calls</li>}
        </ul>
      )}
    </li>
  );
}
