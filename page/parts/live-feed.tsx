import { useEffect, useMemo, useState } from "preact/hooks";
import { actWords, placeWords } from "../../src/ecosystem/devnet/view/feed/shown-act.ts";
import { whatItDoes } from "../../src/ecosystem/devnet/view/feed/feed-words.ts";
import { useActivity } from "../activity.ts";
import { useJourneys } from "../asked-journeys.ts";
import { timeOf, withOlder, type Activity, type Happening } from "../happenings.ts";
import type { ActInfo, MessageInfo } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { asCsv, asJson, filtered, type Filter, type Naming } from "../filtered.ts";
import { clockTime, count, plural } from "../format.ts";
import { useNames } from "../names.ts";
import { useLinkState } from "../route.ts";
import { saveFile } from "../save-file.ts";
import { CopyAs } from "./copy-as.tsx";
import { keptNodes } from "./kept-nodes.ts";
import { AddressLink, TransactionLink, useChainName, useSymbol } from "./links.tsx";
import { Journey } from "./journey.tsx";
import { Mark } from "./layout.tsx";
import { OlderTransactions } from "./older-transactions.tsx";
import { Reverted, TraceOverChains } from "./trace-over-chains.tsx";
import { Said, Words } from "./words.tsx";

/** Rows at first, and as many again with each press of the button. */
const ROWS = 30;
/** Transactions whose messages are looked through for one that failed. */
const MOST_LOOKED_THROUGH = 1_000;

/** Users' transactions over all members, the newest first, as they happen. */
export function LiveFeed() {
  const { info, messages, acts: done, version } = useEcosystem();
  const activity = useActivity();
  const naming = useNaming();
  const [filter, setFilter] = useFilter();
  const [held, hold] = useState<Activity>();
  const [most, setMost] = useState(ROWS);
  const shown = held ?? activity;
  const [begun, shows] = useJourneys(messages);
  const rows = useMemo(
    () => filtered(shown, filter, naming, begun),
    [shown, filter.text, filter.chain, filter.failedOnly, filter.withSystem, naming, begun],
  );
  // Of those that succeeded only their messages tell whether one failed elsewhere.
  const asked = useMemo(
    () =>
      filter.failedOnly
        ? filtered(shown, { ...filter, failedOnly: false }, naming, begun).slice(0, MOST_LOOKED_THROUGH)
        : rows.slice(0, most),
    [shown, filter.failedOnly, rows, most],
  );
  useEffect(
    () =>
      shows(
        asked.map(({ hash }) => hash),
        version,
      ),
    [asked, version],
  );
  const acts = useMemo(
    () => done.filter((act) => isShown(act, filter, naming)),
    [done, filter.text, filter.chain, filter.failedOnly, naming],
  );
  const rowOf = useMemo(() => keptNodes(rowNode), []);
  const waiting = held === undefined ? 0 : filtered(activity, filter, naming, begun).length - rows.length;
  return (
    <section aria-labelledby="feed" class="live">
      <div class="bar">
        <h2 id="feed">Live</h2>
        <form role="search" aria-label="the feed" onSubmit={(event) => event.preventDefault()}>
          <input
            type="search"
            aria-label="filter by account, contract, function, event or hash"
            placeholder="account, contract, event, hash…"
            value={filter.text}
            onInput={({ currentTarget }) => setFilter("q", currentTarget.value)}
          />
        </form>
        <select aria-label="chain" value={filter.chain} onChange={({ currentTarget }) => setFilter("chain", currentTarget.value)}>
          <option value="">all chains</option>
          {[info.l1, ...info.chains].map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Switch label="failed only" on={filter.failedOnly} set={(on) => setFilter("failed", on ? "1" : undefined)} />
        <Switch label="chains' own too" on={filter.withSystem} set={(on) => setFilter("system", on ? "1" : undefined)} />
        <button aria-pressed={held !== undefined} onClick={() => hold(held === undefined ? activity : undefined)}>
          {held === undefined ? "Pause" : `Resume${waiting > 0 ? ` (${count(waiting)} new)` : ""}`}
        </button>
        <button onClick={() => saveFile("transactions.json", "application/json", asJson(rows, naming, begun))}>JSON</button>
        <button onClick={() => saveFile("transactions.csv", "text/csv", asCsv(rows, naming, begun))}>CSV</button>
      </div>
      {rows.length + acts.length === 0 ? (
        <p class="quiet">{emptyBecause(filter)}</p>
      ) : (
        <ol class="feed" aria-label="transactions, the newest first">
          {inOrder(rows.slice(0, most), acts).map((each) =>
            "block" in each ? rowOf(each, begun.get(each.hash) ?? NO_MESSAGES) : <ActRow key={`act ${each.id}`} act={each} />,
          )}
        </ol>
      )}
      {rows.length > most ? (
        <button onClick={() => setMost(most + ROWS)}>Show more of {count(rows.length)}</button>
      ) : (
        <OlderTransactions
          activity={shown}
          chain={filter.chain}
          hasMore={(all) => filtered(all, filter, naming, begun).length > rows.length + waiting}
          onCame={(all) => {
            setMost(rows.length + ROWS);
            hold((before) => before && withOlder(before, all));
          }}
        />
      )}
    </section>
  );
}

/**
 * True if the filter includes an action of a browser, a test or a terminal: by its text, its members, and its
 * success.
 */
function isShown({ text, method, chainId, refused }: ActInfo, filter: Filter, { nameOf }: Naming): boolean {
  const isThere = filter.chain === "" || chainId === undefined || nameOf(chainId) === filter.chain;
  const isMeant = `${method} ${text}`.toLowerCase().includes(filter.text.trim().toLowerCase());
  return isThere && isMeant && (!filter.failedOnly || refused !== undefined);
}

/** Rows with acts between them. */
function inOrder(rows: readonly Happening[], acts: readonly ActInfo[]): readonly (Happening | ActInfo)[] {
  const timeAt = (each: Happening | ActInfo): number => ("block" in each ? timeOf(each.block) : each.at);
  return [...rows, ...acts].sort((a, b) => timeAt(b) - timeAt(a));
}

const NO_MESSAGES: readonly MessageInfo[] = [];

/** Drawn once, and not at each of the blocks that come. */
function rowNode(row: Happening, messages: readonly MessageInfo[]) {
  return <Row key={`${row.block.chainId}:${row.hash}`} row={row} messages={messages} />;
}

function ActRow({ act }: { readonly act: ActInfo }) {
  const { at, refused } = act;
  const { info } = useEcosystem();
  return (
    <li class={refused === undefined ? "row act" : "row act failed"}>
      <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time>
      <span class="chip">{placeWords(act, info)}</span>
      <p class="what" title={act.method}>
        <Said text={actWords(act)} />
      </p>
    </li>
  );
}

function emptyBecause({ text, chain, failedOnly, withSystem }: Filter): string {
  if (text !== "" || chain !== "" || failedOnly) return "Nothing that is kept matches the filter.";
  return withSystem ? "Nothing has happened yet." : "No user has sent a transaction yet; deploy a contract, or send something.";
}

function useNaming(): Naming {
  const { info } = useEcosystem();
  const names = useNames();
  return useMemo((): Naming => {
    const members = new Map([info.l1, ...info.chains].map(({ chainId, name }) => [chainId, name]));
    return {
      nameOf: (chainId) => members.get(chainId) ?? String(chainId),
      addressName: (chain, address) => names.of(chain, address),
    };
  }, [info, names]);
}

function useFilter(): readonly [Filter, (name: string, value: string | undefined) => void] {
  const [state, set] = useLinkState();
  const filter = {
    text: state.get("q") ?? "",
    chain: state.get("chain") ?? "",
    failedOnly: state.has("failed"),
    withSystem: state.has("system"),
  };
  return [filter, set];
}

function Switch({ label, on, set }: { readonly label: string; readonly on: boolean; readonly set: (on: boolean) => void }) {
  return (
    <label class="switch">
      <input type="checkbox" checked={on} onChange={({ currentTarget }) => set(currentTarget.checked)} /> {label}
    </label>
  );
}

function Row({ row, messages }: { readonly row: Happening; readonly messages: readonly MessageInfo[] }) {
  const chain = useChainName()(row.block.chainId);
  const { info } = useEcosystem();
  const [isTraced, setTraced] = useState(false);
  const lane = [info.l1, ...info.chains].findIndex(({ chainId }) => chainId === row.block.chainId);
  const member = row.block.chainId === info.l1.chainId ? "l1" : String(row.block.chainId);
  const at = timeOf(row.block);
  return (
    <li class={row.succeeded ? "row" : "row failed"}>
      <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time>
      <a class={`chip lane-${lane % 8}`} href={`#/${encodeURIComponent(chain)}`}>
        {chain}
      </a>
      <div class="what">
        <p>
          <Mark kind={row.succeeded ? "good" : "bad"}>{row.succeeded ? "✓" : "✗ failed"}</Mark> <What row={row} chain={chain} />
        </p>
        <p class="quiet small">
          <AddressLink chain={chain} address={row.from} />
          {row.to !== undefined && (
            <>
              {" → "}
              <AddressLink chain={chain} address={row.to} />
            </>
          )}
          {" · "}
          {count(row.gasUsed)} gas · <TransactionLink chain={chain} hash={row.hash} />
        </p>
        {!row.succeeded && <Reverted member={member} hash={row.hash} />}
        {messages.map((message) => (
          <Journey key={`${message.sender}${message.messageHash}`} message={message} />
        ))}
        {row.events.length > 0 && <Events row={row} chain={chain} />}
        {isTraced && <TraceOverChains member={member} chain={chain} hash={row.hash} />}
      </div>
      <div class="acts">
        <button aria-expanded={isTraced} onClick={() => setTraced(!isTraced)}>
          Trace
        </button>
        <CopyAs chainId={row.block.chainId} hash={row.hash} />
      </div>
    </li>
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
    <details>
      <summary>{plural(events.length + moreEvents, "event")}</summary>
      <ul class="events">
        {events.map(({ address, event }, place) => (
          <li key={place}>
            <AddressLink chain={chain} address={address} />{" "}
            {event === undefined ? "an unknown event" : <Words chain={chain} text={event} />}
          </li>
        ))}
        {moreEvents > 0 && <li class="quiet">{count(moreEvents)} more, on the transaction's page</li>}
      </ul>
    </details>
  );
}
