import type { ActivityBlock, EcosystemStatus, FeedEntry } from "./answers.ts";
import type { Activity } from "./happenings.ts";

/** Blocks of a member that are kept: an hour of one block every six seconds. */
const MOST_BLOCKS = 600;
/** Of one question; see `hyperchain_activity`. */
const MOST_ASKED = 200;
/** Questions for ranges that may fail one after the other: then all members' newest blocks are asked for, which none refuses. */
const MOST_FAILURES = 3;

/** What is taken in of a block's entry: the member, and its newest block. */
interface News {
  readonly chainId: number;
  readonly number: number;
}

interface Range {
  readonly chain: number;
  readonly from: number;
  readonly to: number;
}

interface FollowerPorts {
  /** `hyperchain_activity`: of these ranges, or the newest of all members. */
  readonly ask: (ranges?: readonly Range[]) => Promise<readonly ActivityBlock[]>;
  readonly changed: (activity: Activity) => void;
  /** Does something a moment later. */
  readonly later: (work: () => void) => void;
}

/** Asks for the blocks that the feed tells, one question at a time; what a question that failed was for is asked again. */
export class ActivityFollower {
  readonly #ports: FollowerPorts;
  readonly #known = new Map<number, readonly ActivityBlock[]>();
  #wanted: readonly News[] = [];
  #isAllWanted = false;
  /** Also while it waits after a question that failed. */
  #isAsking = false;
  #failures = 0;

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  /** To be called with what the feed tells, and without it where the feed has a gap. */
  tell(entry?: FeedEntry): void {
    if (entry === undefined) this.#isAllWanted = true;
    else if (entry.type === "block" && entry.chainId !== undefined && entry.number !== undefined)
      this.#wanted = [...this.#wanted, { chainId: entry.chainId, number: entry.number }];
    void this.#go();
  }

  /** Forgets the blocks that members have no more. The status may be the older of both: so the members are asked. */
  prune({ chains }: EcosystemStatus): void {
    const gone = chains.filter(({ chainId, blockNumber }) => (this.#known.get(chainId)?.at(-1)?.number ?? 0) > blockNumber);
    if (gone.length === 0) return;
    this.#wanted = [...this.#wanted, ...gone.map(({ chainId, blockNumber }) => ({ chainId, number: blockNumber + 1 }))];
    void this.#go();
  }

  async #go(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    let isAnswered = true;
    while (isAnswered && (this.#isAllWanted || this.#wanted.length > 0)) isAnswered = await this.#askOnce();
    const end = (): void => void (this.#isAsking = false);
    if (isAnswered) return end();
    this.#ports.later(() => {
      end();
      void this.#go();
    });
  }

  /** Whether it was answered; if not, all that it was for is still wanted. */
  async #askOnce(): Promise<boolean> {
    const [wanted, isAllWanted] = [this.#wanted, this.#isAllWanted];
    const ranges = isAllWanted ? undefined : rangesOf(wanted, this.#known);
    [this.#wanted, this.#isAllWanted] = [[], false];
    try {
      const blocks = await this.#ports.ask(ranges);
      this.#failures = 0;
      for (const { chain, from } of ranges ?? [])
        this.#known.set(chain, this.#known.get(chain)?.filter(({ number }) => number < from) ?? []);
      take(this.#known, blocks);
      this.#ports.changed(new Map(this.#known));
      return true;
    } catch {
      // What a member refuses for good, since it was stopped or removed, must not keep the others' blocks away.
      const isRefused = ++this.#failures >= MOST_FAILURES;
      this.#wanted = isRefused ? this.#wanted : [...wanted, ...this.#wanted];
      this.#isAllWanted ||= isAllWanted || isRefused;
      return false;
    }
  }
}

/** What is to be asked for: from the block behind the newest known one, or the named one where that comes again, on. */
function rangesOf(news: readonly News[], known: ReadonlyMap<number, readonly ActivityBlock[]>): readonly Range[] {
  const ends = new Map<number, { from: number; to: number }>();
  for (const { chainId, number } of news) {
    const newest = known.get(chainId)?.at(-1)?.number;
    const from = newest === undefined ? number : Math.min(newest + 1, number);
    const before = ends.get(chainId);
    const to = Math.max(number, before?.to ?? number, from <= (newest ?? -1) ? (newest ?? 0) : 0);
    ends.set(chainId, { from: Math.min(from, before?.from ?? from), to });
  }
  const most = Math.floor(MOST_ASKED / Math.max(1, ends.size));
  return [...ends].map(([chain, { from, to }]) => ({ chain, from: Math.max(from, to - most + 1), to }));
}

/** Puts blocks in; one that comes again, of the same number, stands for it and all behind it. */
function take(known: Map<number, readonly ActivityBlock[]>, blocks: readonly ActivityBlock[]): void {
  const byMember = Map.groupBy(blocks, ({ chainId }) => chainId);
  for (const [chainId, found] of byMember) {
    const sorted = found.toSorted((a, b) => a.number - b.number);
    const first = sorted[0]?.number ?? 0;
    const before = (known.get(chainId) ?? []).filter(({ number }) => number < first);
    known.set(chainId, [...before, ...sorted].slice(-MOST_BLOCKS));
  }
}
