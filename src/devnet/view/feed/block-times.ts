import type { Feed } from "../../../chain/rpc/transport/feed.ts";
import type { Clock } from "../../../runtime/clock.ts";
import type { Disposer } from "../../../runtime/disposer.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { LocalL1 } from "../../l1/local-l1.ts";

/** Blocks whose time is kept: as many as a page shows, of many chains. */
const MOST_KEPT = 20_000;

/** What is known of blocks beside what they say. */
export interface BlockTimes {
  /** Milliseconds of this machine's clock, by which blocks of one second are told apart; undefined for one from before. */
  at(chainId: number, number: number): number | undefined;
  /** The last block of a member that is of the ecosystem's set-up; -1 where there is none. */
  setUpTo(chainId: number): number;
  nowMs(): number;
}

interface BlockTimesOptions {
  readonly feed: Feed;
  /** The machine's. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Members of an ecosystem that is new, whose blocks so far are its set-up. */
  readonly fresh?: { readonly l1: Pick<LocalL1, "chainId" | "request">; readonly chains: readonly DevnetChain[] } | undefined;
}

/** Keeps the time of each block that is told from now on. Rejects with L1's error. */
export async function blockTimes({ feed, clock, fresh }: BlockTimesOptions, closing: Disposer): Promise<BlockTimes> {
  const times = new Map<string, number>();
  const nowMs = (): number => clock.nowMs();
  const end = feed.follow(undefined, ({ type, chainId, number }) => {
    if (type !== "block") return;
    const key = `${chainId}:${number}`;
    // After a return to an earlier state a number comes again, as the newest.
    times.delete(key);
    times.set(key, nowMs());
    const [oldest] = times.keys();
    if (times.size > MOST_KEPT && oldest !== undefined) times.delete(oldest);
  });
  closing.add(end);
  const last = new Map(
    fresh?.chains.map(({ chainId, pipeline }) => [Number(chainId), Number(pipeline.chain.sequencer.head.number)] as const),
  );
  if (fresh !== undefined) last.set(Number(fresh.l1.chainId), Number(await fresh.l1.request("eth_blockNumber")));
  return {
    at: (chainId, number) => times.get(`${chainId}:${number}`),
    setUpTo: (chainId) => last.get(chainId) ?? -1,
    nowMs,
  };
}
