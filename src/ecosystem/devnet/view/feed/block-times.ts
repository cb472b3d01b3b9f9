import type { Feed } from "../../../../chain/rpc/transport/feed.ts";
import type { Clock } from "../../../../ground/runtime/clock.ts";
import type { Disposer } from "../../../../ground/runtime/disposer.ts";
import type { ServedChain } from "../../chains/served-chain.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { EcosystemSends } from "../../l1/own-sends.ts";
import type { LocalL1 } from "../../l1/local-l1.ts";
import type { RunningChains } from "../../membership/running-chains.ts";
import { dropOldest } from "../../../../ground/runtime/drop-oldest.ts";

/** Blocks whose time is kept: as many as a page shows, of many chains. */
const MOST_KEPT = 20_000;

/** Times of blocks besides their timestamps. */
export interface BlockTimes {
  /** Milliseconds of this machine's clock, which distinguish blocks of one second; undefined for earlier ones. */
  at(chainId: number, number: number): number | undefined;
  /** The last block of a member that is of the ecosystem's set-up; -1 where there is none. */
  setUpTo(chainId: number): number;
  /** Whether this process has sent the transaction itself: to create a chain, to pay for it, or as its operator. */
  isOwn(hash: Hex): boolean;
  nowMs(): number;
}

interface BlockTimesOptions {
  readonly feed: Feed;
  /** The machine's. */
  readonly clock: Pick<Clock, "nowMs">;
  readonly l1: Pick<LocalL1, "chainId" | "request">;
  readonly chains: Pick<RunningChains, "current" | "onChange">;
  /** Whether the ecosystem is new: its members' blocks so far are its set-up then. */
  readonly isFresh: boolean;
  readonly ownSends: Pick<EcosystemSends, "has">;
}

/** Records the time of each notified block. Rejects with L1's error. */
export async function blockTimes(
  { feed, clock, l1, chains, isFresh, ownSends }: BlockTimesOptions,
  closing: Disposer,
): Promise<BlockTimes> {
  const times = new Map<string, number>();
  const nowMs = (): number => clock.nowMs();
  const end = feed.follow(undefined, ({ type, chainId, number }) => {
    if (type !== "block") return;
    const key = `${chainId}:${number}`;
    // After a return to an earlier state a number comes again, as the newest.
    times.delete(key);
    times.set(key, nowMs());
    dropOldest(times, MOST_KEPT);
  });
  closing.add(end);
  const setUpTo = setUpOfChains(chains, isFresh, closing);
  const setUpOfL1 = isFresh ? Number(await l1.request("eth_blockNumber")) : -1;
  return {
    at: (chainId, number) => times.get(`${chainId}:${number}`),
    setUpTo: (chainId) => (chainId === Number(l1.chainId) ? setUpOfL1 : setUpTo(chainId)),
    isOwn: (hash) => ownSends.has(hash),
    nowMs,
  };
}

/** The last block of each chain's set-up: one that comes later has its accounts' money before others see it. */
function setUpOfChains(chains: BlockTimesOptions["chains"], isFresh: boolean, closing: Disposer): (chainId: number) => number {
  // By the chain itself: one that a snapshot brings back has what users did behind its set-up.
  const last = new WeakMap<ServedChain, number>();
  const note = (isNew: boolean): void => {
    for (const chain of chains.current())
      if (!last.has(chain)) last.set(chain, isNew ? Number(chain.pipeline.chain.sequencer.head.number) : -1);
  };
  note(isFresh);
  closing.add(chains.onChange(() => note(true)));
  return (chainId) => {
    const chain = chains.current().find((each) => Number(each.chainId) === chainId);
    return (chain && last.get(chain)) ?? -1;
  };
}
