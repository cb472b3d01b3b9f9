import { useEffect, useState } from "preact/hooks";
import { actWords, placeWords } from "../../src/ecosystem/devnet/view/feed/shown-act.ts";
import { whatItDoes } from "../../src/ecosystem/devnet/view/feed/feed-words.ts";
import type { ActInfo, MessageInfo } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { count, plural } from "../format.ts";
import { timeOf, type Happening } from "../happenings.ts";
import { to } from "../route.ts";
import { Age } from "./age.tsx";
import { CopyAs, CopyTest } from "./copy-as.tsx";
import { Journey } from "./journey.tsx";
import { AddressLink, TransactionLink, useChainName, useSymbol } from "./links.tsx";
import { MemberLink, Shape } from "./shape.tsx";
import { Reverted, TraceOverChains } from "./trace-over-chains.tsx";
import { Said, Words } from "./words.tsx";

interface RowProps {
  readonly row: Happening;
  readonly messages: readonly MessageInfo[];
  readonly unfolds: (by: number) => void;
}

/** A transaction in one line; its first button, or a press anywhere else on it, unfolds hash, events and trace. */
export function Row({ row, messages, unfolds }: RowProps) {
  const { chainId } = row.block;
  const chain = useChainName()(chainId);
  const { info } = useEcosystem();
  const [isOpen, open] = useState(false);
  const member = chainId === info.l1.chainId ? "l1" : String(chainId);
  const at = timeOf(row.block);
  const toggle = (): void => open(!isOpen);
  useEffect(() => {
    if (!isOpen) return undefined;
    unfolds(1);
    return () => unfolds(-1);
  }, [isOpen]);
  const [first, ...others] = messages;
  return (
    <li class={Date.now() - at < FRESH_MS ? "fresh" : undefined}>
      <div
        class={`row ${row.succeeded ? "" : "failed"} ${isOpen ? "opened" : ""}`}
        onClick={(event) => isBare(event) && toggle()}
      >
        <a class="age" href={to(chain, "tx", row.hash)} title={row.hash}>
          <Age at={at} seconds={row.block.timestamp} />
        </a>
        <button class={row.succeeded ? "ok" : "fail"} aria-expanded={isOpen} aria-label="details" onClick={toggle}>
          <Shape name={row.succeeded ? "ok" : "fail"} label={row.succeeded ? "succeeded" : "failed"} />
        </button>
        <MemberLink chainId={chainId} name={chain} />
        <div class="what">
          <What row={row} chain={chain} /> {!row.succeeded && <Reverted member={member} hash={row.hash} />}
          <span class="acts">
            <button class="small" aria-expanded={isOpen} onClick={toggle}>
              Trace
            </button>
            <CopyTest chainId={chainId} hash={row.hash} />
          </span>
        </div>
        <span class="from">
          <AddressLink chain={chain} address={row.from} />
        </span>
        <span class="journeys">
          {first !== undefined && <Journey message={first} isShort />}
          {others.length > 0 && <span class="quiet">+{others.length}</span>}
        </span>
        <span class="gas end">{count(row.gasUsed)}</span>
      </div>
      {isOpen && <Unfolded {...{ row, messages, chain, member }} />}
    </li>
  );
}

/** Maximum age of a row that is marked as new. */
const FRESH_MS = 1_500;

/** True for a press that met no link or button, and that selected no text. */
function isBare({ target }: Event): boolean {
  return !(target as Element).closest("a, button, summary") && getSelection()?.type !== "Range";
}

interface UnfoldedProps extends Omit<RowProps, "unfolds"> {
  readonly chain: string;
  readonly member: string;
}

function Unfolded({ row, messages, chain, member }: UnfoldedProps) {
  return (
    <div class="unfolded">
      <p>
        <TransactionLink chain={chain} hash={row.hash} /> · <AddressLink chain={chain} address={row.from} />
        {row.to !== undefined && (
          <>
            {" → "}
            <AddressLink chain={chain} address={row.to} />
          </>
        )}{" "}
        · {count(row.gasUsed)} gas <CopyAs chainId={row.block.chainId} hash={row.hash} />
      </p>
      {messages.slice(1).map((message) => (
        <Journey key={`${message.sender}${message.messageHash}`} message={message} />
      ))}
      {row.events.length > 0 && <Events row={row} chain={chain} />}
      <TraceOverChains member={member} chain={chain} hash={row.hash} />
    </div>
  );
}

/** Action of a transaction, in one line. */
function What({ row, chain }: { readonly row: Happening; readonly chain: string }) {
  return (
    <>
      {whatItDoes(row, useSymbol(chain)).map(({ kind, text }, place) => {
        if (kind === "contract") return <strong key={place}>{text}</strong>;
        if (kind === "call") return <Words key={place} chain={chain} text={text} />;
        if (kind === "address") return <AddressLink key={place} chain={chain} address={text} />;
        return kind === "selector" ? <code key={place}>{text}</code> : text;
      })}
    </>
  );
}

function Events({ row: { events, moreEvents = 0 }, chain }: { readonly row: Happening; readonly chain: string }) {
  return (
    <>
      <p class="quiet">{plural(events.length + moreEvents, "event")}</p>
      <ul class="events">
        {events.map(({ address, event }, place) => (
          <li key={place}>
            <AddressLink chain={chain} address={address} />{" "}
            {event === undefined ? "an unknown event" : <Words chain={chain} text={event} />}
          </li>
        ))}
        {moreEvents > 0 && <li class="quiet">{count(moreEvents)} more, on the transaction's page</li>}
      </ul>
    </>
  );
}

/** An act of a control, a test or a terminal. */
export function ActRow({ act }: { readonly act: ActInfo }) {
  const { at, refused } = act;
  const { info } = useEcosystem();
  return (
    <li>
      <div class={refused === undefined ? "row act" : "row act failed"}>
        <span class="age">
          <Age at={at} />
        </span>
        <Shape name={refused === undefined ? "clock" : "fail"} />
        <span class="chain">{placeWords(act, info)}</span>
        <div class="what" title={act.method}>
          <Said text={actWords(act)} />
        </div>
      </div>
    </li>
  );
}
