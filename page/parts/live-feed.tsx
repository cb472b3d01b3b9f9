import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useActivity } from "../activity.ts";
import { useJourneys } from "../asked-journeys.ts";
import { timeOf, withOlder, type Activity, type Happening } from "../happenings.ts";
import type { ActInfo, MessageInfo } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { asCsv, asJson, filtered, type Filter, type Naming } from "../filtered.ts";
import { count, switchClock } from "../format.ts";
import { useNames } from "../names.ts";
import { useLinkState } from "../route.ts";
import { saveFile } from "../save-file.ts";
import { useStill, type FeedContent, type Held } from "../still.ts";
import { tick } from "./age.tsx";
import { ActRow, Row } from "./feed-row.tsx";
import { keptNodes } from "./kept-nodes.ts";
import { Menu } from "./menu.tsx";
import { OlderTransactions } from "./older-transactions.tsx";
import { Shape } from "./shape.tsx";

/** Rows at first, and as many again with each press of the button. */
const ROWS = 30;
/** Transactions whose messages are looked through for one that failed. */
const MOST_LOOKED_THROUGH = 1_000;

interface LiveFeedProps {
  readonly snapshot: Held | undefined;
  readonly onHold: () => void;
  readonly onOlder: (change: (snapshot: Held) => Held) => void;
}

/** Users' transactions over all members, the newest first, as they happen. */
export function LiveFeed({ snapshot, onHold, onOlder }: LiveFeedProps) {
  const [filter, setFilter] = useFilter();
  const [most, setMost] = useState(ROWS);
  const feed = useRef<HTMLDivElement>(null);
  const { rows, acts, begun, naming, failed, waiting, known, still, shown } = useRows({ feed, snapshot, filter, limit: most });
  const rowOf = useMemo(() => keptNodes(rowNode(still.unfolds)), []);
  const isEmpty = rows.length + acts.length === 0;
  // An empty feed has no row that could move.
  useEffect(() => {
    if (isEmpty && waiting > 0 && snapshot === undefined) still.refresh();
  }, [isEmpty, waiting]);
  const onCame = (all: Activity): void => {
    const change = <T extends FeedContent>(content: T): T => ({ ...content, activity: withOlder(content.activity, all) });
    setMost(rows.length + ROWS);
    still.change(change);
    onOlder(change);
  };
  return (
    <section aria-labelledby="feed" class="live">
      <h2 id="feed" class="sr">
        Live
      </h2>
      <FeedHeader {...{ filter, setFilter, failed }}>
        <button class="bare hold" aria-pressed={snapshot !== undefined} aria-keyshortcuts="h" onClick={onHold}>
          <Shape name={snapshot === undefined ? "up" : "off"} />
          {snapshot === undefined ? "Hold" : `Resume${waiting > 0 ? ` (${count(waiting)} new)` : ""}`}
        </button>
        <Export {...{ rows, naming, begun }} />
      </FeedHeader>
      <div ref={feed}>
        {waiting > 0 && snapshot === undefined && <Newer waiting={waiting} onShow={still.refresh} />}
        {isEmpty ? <Empty filter={filter} /> : <FeedHead />}
        <ol class="feed" aria-label="transactions, the newest first">
          {inOrder(rows.slice(0, most), acts).map((each) =>
            "block" in each ? rowOf(each, begun.get(each.hash) ?? NO_MESSAGES) : <ActRow key={`act ${each.id}`} act={each} />,
          )}
        </ol>
      </div>
      <footer>
        {rows.length > most ? (
          <button onClick={() => setMost(most + ROWS)}>Show more of {count(rows.length)}</button>
        ) : (
          <OlderTransactions
            activity={shown.activity}
            chain={filter.chain}
            hasMore={(all) => filtered(all, filter, naming, begun).length > Math.max(known, rows.length)}
            onCame={onCame}
          />
        )}
      </footer>
    </section>
  );
}

interface RowsQuery {
  readonly feed: { readonly current: HTMLElement | null };
  readonly snapshot: Held | undefined;
  readonly filter: Filter;
  /** Maximum number of rows. */
  readonly limit: number;
}

/** Shown rows that the filter includes, and the number of newer ones. */
function useRows({ feed, snapshot, filter, limit }: RowsQuery) {
  const { messages, acts: newestActs, version } = useEcosystem();
  const activity = useActivity();
  const naming = useNaming();
  const still = useStill(feed, { activity, acts: newestActs });
  const shown: FeedContent = snapshot ?? still.content;
  const [begun, shows] = useJourneys(messages);
  const key = [filter.text, filter.chain, filter.failedOnly, filter.withSystem, naming, begun];
  const rows = useMemo(() => filtered(shown.activity, filter, naming, begun), [shown.activity, ...key]);
  // Of those that succeeded only their messages tell whether one failed elsewhere.
  const asked = useMemo(
    () =>
      filter.failedOnly
        ? filtered(shown.activity, { ...filter, failedOnly: false }, naming, begun).slice(0, MOST_LOOKED_THROUGH)
        : rows.slice(0, limit),
    [shown.activity, filter.failedOnly, rows, limit],
  );
  const hashes = useMemo(() => asked.map(({ hash }) => hash), [asked]);
  useEffect(() => shows(hashes, version), [hashes, version]);
  const failing = { ...filter, failedOnly: true };
  const failed = useMemo(() => filtered(activity, failing, naming, begun).length, [activity, ...key]);
  const acts = useMemo(() => shown.acts.filter((act) => isShown(act, filter, naming)), [shown.acts, ...key]);
  const isOld = shown.activity !== activity || shown.acts !== newestActs;
  const known = isOld ? filtered(activity, filter, naming, begun).length : rows.length;
  const newer = newestActs.filter((act) => isShown(act, filter, naming)).length - acts.length;
  const waiting = Math.max(0, known - rows.length + newer);
  return { rows, acts, begun, naming, failed, waiting, known, still, shown };
}

function Newer({ waiting, onShow }: { readonly waiting: number; readonly onShow: () => void }) {
  return (
    <div class="newer">
      <button aria-keyshortcuts="." onClick={onShow}>
        {count(waiting)} new
      </button>
    </div>
  );
}

interface FeedHeaderProps {
  readonly filter: Filter;
  readonly setFilter: (name: string, value: string | undefined) => void;
  /** Number of failed transactions. */
  readonly failed: number;
  readonly children: ComponentChildren;
}

function FeedHeader({ filter, setFilter, failed, children }: FeedHeaderProps) {
  const { info } = useEcosystem();
  return (
    <header>
      <form role="search" aria-label="the feed" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label="filter by account, contract, function, event or hash"
          placeholder="Filter by account, event, hash"
          value={filter.text}
          onInput={({ currentTarget }) => setFilter("q", currentTarget.value)}
        />
      </form>
      <select aria-label="chain" value={filter.chain} onChange={({ currentTarget }) => setFilter("chain", currentTarget.value)}>
        <option value="">All chains</option>
        {[info.l1, ...info.chains].map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button
        class="bare"
        aria-pressed={filter.failedOnly}
        aria-keyshortcuts="f"
        onClick={() => setFilter("failed", filter.failedOnly ? undefined : "1")}
      >
        Failed <span class={failed > 0 ? "bad" : undefined}>{count(failed)}</span>
      </button>
      <button
        class="bare"
        aria-pressed={filter.withSystem}
        onClick={() => setFilter("system", filter.withSystem ? undefined : "1")}
      >
        System
      </button>
      {children}
    </header>
  );
}

interface ExportProps {
  readonly rows: readonly Happening[];
  readonly naming: Naming;
  readonly begun: ReadonlyMap<string, readonly MessageInfo[]>;
}

function Export({ rows, naming, begun }: ExportProps) {
  return (
    <Menu label="Export">
      <button class="bare" onClick={() => saveFile("transactions.json", "application/json", asJson(rows, naming, begun))}>
        JSON
      </button>
      <button class="bare" onClick={() => saveFile("transactions.csv", "text/csv", asCsv(rows, naming, begun))}>
        CSV
      </button>
    </Menu>
  );
}

function FeedHead() {
  const change = (): void => {
    switchClock();
    tick();
  };
  return (
    <div class="feed-head">
      <button class="bare" title="Switch between ages and times of day" onClick={change}>
        Age
      </button>
      <span />
      <span>Chain</span>
      <span>Call</span>
      <span>From</span>
      <span>Messages</span>
      <span class="end">Gas</span>
    </div>
  );
}

/** Next steps for a reader whose feed is empty. */
function Empty({ filter: { text, chain, failedOnly, withSystem } }: { readonly filter: Filter }) {
  const isFiltered = text !== "" || chain !== "" || failedOnly;
  return (
    <div class="empty">
      <p>
        {isFiltered
          ? "Nothing that is kept matches the filter."
          : withSystem
            ? "Nothing has happened yet."
            : "No user has sent a transaction yet; deploy a contract, or send something."}
      </p>
      {!isFiltered && (
        <p>
          <code>npx hardhat run scripts/deploy.ts --network alpha</code>, or <a href="#/contracts">deploy</a> and{" "}
          <a href="#/wallet">send</a> from here.
        </p>
      )}
    </div>
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
function rowNode(unfolds: (by: number) => void) {
  return (row: Happening, messages: readonly MessageInfo[]) => (
    <Row key={`${row.block.chainId}:${row.hash}`} row={row} messages={messages} unfolds={unfolds} />
  );
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
