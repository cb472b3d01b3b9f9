import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ActivityBlock } from "../answers.ts";
import { clockTime, count } from "../format.ts";
import { timeOf } from "../happenings.ts";
import { to } from "../route.ts";
import { landingWords, type BatchSpan, type Landing, type Line, type StageMark, type UnreadSpan } from "./lanes.ts";
import { batchWords, blockWords, hrefOf, keyOf, stageWords, unreadWords } from "./marks.tsx";
import { messageWords } from "./message-lines.tsx";

/** Entries of a list at first, and as many again with each press of its button. */
const LISTED = 20;

/** Content of the picture. */
export interface Shown {
  readonly lines: readonly Line[];
  readonly spans: readonly BatchSpan[];
  readonly marks: readonly StageMark[];
  readonly landed: readonly Landing[];
  readonly blocks: readonly ActivityBlock[];
}

interface ListsProps {
  readonly content: Shown;
  readonly unread: readonly UnreadSpan[];
  readonly nameOf: (chainId: number) => string;
}

/** The picture as lists: for readers that do not see it, and for the keyboard. */
export function Lists({ content, unread, nameOf }: ListsProps) {
  const { lines, spans, marks, landed, blocks } = content;
  return (
    <div class="lists">
      <Newest
        title="Messages"
        entries={lines.map(({ message, stops }) => ({
          key: `${message.sourceChainId}${message.messageHash}`,
          at: stops[0]?.at ?? 0,
          href: to("message", message.sourceChainId, message.messageHash),
          name: `${nameOf(message.sourceChainId)} to ${nameOf(message.destinationChainId)}`,
          more: `: ${messageWords(message)}`,
        }))}
      />
      <Newest
        title="Batches"
        entries={spans.map((span) => ({
          key: `${span.chainId}:${span.number}`,
          at: span.to,
          href: hrefOf(nameOf(span.chainId), span),
          name: batchWords(nameOf(span.chainId), span),
        }))}
      />
      <Newest
        title="Commits, proofs and executions"
        entries={marks.map((mark) => ({
          key: keyOf(mark),
          at: mark.at,
          href: to(nameOf(mark.on), "tx", mark.hash),
          name: stageWords(mark, nameOf),
        }))}
      />
      <Newest
        title="Blocks of hubs"
        entries={landed.map((landing) => ({
          key: landing.hash,
          at: landing.at,
          href: to("hubs", landing.hub),
          name: landingWords(landing, nameOf),
        }))}
      />
      {unread.map(({ chainId, before }) => (
        <p class="quiet" key={chainId}>
          {unreadWords(nameOf(chainId), before)}
        </p>
      ))}
      <Newest
        title="Blocks"
        entries={blocks.map((block) => ({
          key: `${block.chainId}:${block.number}`,
          at: timeOf(block),
          href: to(nameOf(block.chainId), "block", block.number),
          name: blockWords(nameOf(block.chainId), block),
        }))}
      />
    </div>
  );
}

interface Entry {
  readonly key: string;
  readonly at: number;
  readonly href: string;
  readonly name: string;
  readonly more?: ComponentChildren;
}

function Newest({ title, entries }: { readonly title: string; readonly entries: readonly Entry[] }) {
  const [most, setMost] = useState(LISTED);
  if (entries.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {entries
          .toSorted((a, b) => b.at - a.at)
          .slice(0, most)
          .map(({ key, at, href, name, more }) => (
            <li key={key}>
              <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time> <a href={href}>{name}</a>
              {more}
            </li>
          ))}
      </ul>
      {entries.length > most && (
        <button onClick={() => setMost(most + LISTED)}>
          More of {count(entries.length)} {title.toLowerCase()}
        </button>
      )}
    </section>
  );
}
