import { BRIDGE_TITLES } from "../../src/ecosystem/devnet/view/books/bridge-info.ts";
import type { BridgesAnswer, MessageInfo } from "../answers.ts";
import { BRIDGE_NAMES, bridgeHops, bridgeMessages, type BridgeMessage } from "../bridge-steps.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count, short } from "../format.ts";
import { ask } from "../rpc.ts";
import { Journey } from "./journey.tsx";
import { Mark, Section } from "./layout.tsx";
import { AddressLink, TransactionLink, useChainName } from "./links.tsx";
import { Said } from "./words.tsx";

/** Messages that are shown at once. */
const MOST_MESSAGES = 30;

/**
 * Messages of the bridges that the ecosystem's options name, each step by step; those of one transaction where it is named. Nothing
 * where there is no bridge, or none of its messages.
 */
export function BridgeMessages({ transaction }: { readonly transaction?: string }) {
  const { info, version } = useEcosystem();
  const has = BRIDGE_NAMES.some((name) => info.bridges?.[name] !== undefined);
  const asked = useAsked(async () => (has ? ask<BridgesAnswer>("any", "hyperchain_bridges") : undefined), [has, version]);
  if (asked.state !== "there" || asked.value === undefined) return null;
  const all = bridgeMessages(asked.value).filter(
    ({ sentIn, transactionHash }) => transaction === undefined || transaction === sentIn || transaction === transactionHash,
  );
  if (all.length === 0 && transaction !== undefined) return null;
  return (
    <Section title="Messages of other bridges">
      <p class="quiet">{asked.value.trust}</p>
      {all.length === 0 && <p class="quiet">None has been sent yet.</p>}
      <ul class="bridged">
        {all.slice(0, MOST_MESSAGES).map((message) => (
          <li key={`${message.bridge}${message.id}`}>
            <Bridged message={message} />
          </li>
        ))}
      </ul>
      {all.length > MOST_MESSAGES && <p class="quiet">{count(all.length - MOST_MESSAGES)} older ones are not shown.</p>}
    </Section>
  );
}

function Bridged({ message }: { readonly message: BridgeMessage }) {
  const { bridge, id, sourceChainId, destinationChainId, nonce, sender, receiver, sentIn, transactionHash, reason, data } =
    message;
  const { info } = useEcosystem();
  const nameOf = useChainName();
  const isMember = [info.l1, ...info.chains].some(({ chainId }) => chainId === destinationChainId);
  const [from, to] = [nameOf(sourceChainId), isMember ? nameOf(destinationChainId) : "a network that is not a member"];
  const hops = bridgeHops(message, from, to);
  const missing = hops.find(({ state }) => state === "missing");
  return (
    <details>
      <summary>
        <strong>{BRIDGE_TITLES[bridge]}</strong> {from} to {to}, message {count(nonce)} <code>{short(id)}</code>{" "}
        {missing !== undefined ? (
          <Mark kind="under-way">waits until {missing.words}</Mark>
        ) : (
          <Mark kind={hops.at(-1)?.state === "failed" ? "bad" : "good"}>{hops.at(-1)?.words}</Mark>
        )}
      </summary>
      <ol class="steps">
        {hops.map(({ step, words, state }) => (
          <li key={step} class={state === "done" ? "done" : "open"}>
            <span aria-hidden="true">{state === "missing" ? "○" : "●"}</span> {words}
            {state === "missing" && <span class="quiet"> – not yet</span>}
            {step === "sent" && (
              <>
                , <TransactionLink chain={from} hash={sentIn} />
              </>
            )}
            {step === message.step && step !== "sent" && transactionHash !== undefined && (
              <>
                , <TransactionLink chain={to} hash={transactionHash} />
              </>
            )}
          </li>
        ))}
      </ol>
      <p class="small">
        <AddressLink chain={from} address={addressOf(sender)} /> → <AddressLink chain={to} address={addressOf(receiver)} />
      </p>
      {reason !== undefined && (
        <p>
          <Said text={reason} />
        </p>
      )}
      {data !== undefined && (
        <p class="bad">
          Its receiver reverts with <code class="long">{data.slice(0, MOST_DATA)}</code>
        </p>
      )}
      {message.composed.map(({ to: composer, index, step }) => (
        <p key={`${composer}${index}`} class="small">
          composed call {index} of <AddressLink chain={to} address={composer} />: {step}
        </p>
      ))}
      <Voucher message={message} />
    </details>
  );
}

const MOST_DATA = 266;

/** Proven message that attests it, with its steps. */
function Voucher({ message: { provenMessage, sourceChainId } }: { readonly message: BridgeMessage }) {
  const { version } = useEcosystem();
  const asked = useAsked(
    async () =>
      provenMessage === undefined ? null : ask<MessageInfo | null>("any", "hyperchain_message", [provenMessage, sourceChainId]),
    [provenMessage, version],
  );
  if (asked.state !== "there" || asked.value === null) return null;
  return (
    <div class="small">
      It is attested by a proven message of the ecosystem: <Journey message={asked.value} />
    </div>
  );
}

/** The account in a word. */
function addressOf(word: string): string {
  return `0x${word.slice(-40)}`;
}
