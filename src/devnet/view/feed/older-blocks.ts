import type { EcosystemInfo } from "../books/ecosystem-info.ts";

/** Which of a member's blocks are known: all from the oldest to its newest one. */
export interface KnownBlocks {
  readonly chainId: number;
  readonly oldest: number;
  readonly newest: number;
}

/** A question's part for `hyperchain_activity`. */
interface AskedBlocks {
  readonly chain: number;
  readonly from: number;
  readonly to: number;
}

/** How far back from its newest block each member is read. */
export interface Reach {
  readonly blocks: number;
  readonly l1: Pick<EcosystemInfo["l1"], "chainId" | "fork" | "runsElsewhere">;
}

/** Blocks of one question; `hyperchain_activity` takes no more. */
const MOST_ASKED = 200;
/** Of an L1 elsewhere, where each block and each transaction is a request to an RPC that may be a public one. */
const MOST_ASKED_ELSEWHERE = 25;
const MOST_BACK_ELSEWHERE = 250;

/** The next question for blocks before those that are known, as many of each member; undefined where the reach has no more. */
export function olderBlocks(known: readonly KnownBlocks[], reach: Reach): readonly AskedBlocks[] | undefined {
  const left = known
    .map(({ chainId, oldest, newest }) => ({ chainId, oldest, last: lastWithin(reach, { chainId, newest }) }))
    .filter(({ oldest, last }) => oldest > last)
    .slice(0, MOST_ASKED);
  if (left.length === 0) return undefined;
  const most = Math.floor(MOST_ASKED / left.length);
  return left.map(({ chainId, oldest, last }) => {
    const asked = isElsewhere(reach, chainId) ? Math.min(most, MOST_ASKED_ELSEWHERE) : most;
    return { chain: chainId, from: Math.max(last, oldest - asked), to: oldest - 1 };
  });
}

/** The last block that is read, going back. */
function lastWithin(reach: Reach, { chainId, newest }: Pick<KnownBlocks, "chainId" | "newest">): number {
  const back = isElsewhere(reach, chainId) ? Math.min(reach.blocks, MOST_BACK_ELSEWHERE) : reach.blocks;
  return Math.max(firstOf(reach.l1, chainId), newest + 1 - back);
}

function isElsewhere({ l1 }: Pick<Reach, "l1">, chainId: number): boolean {
  return chainId === l1.chainId && l1.runsElsewhere === true;
}

/** A fork's blocks before its own are another L1's. */
function firstOf({ chainId: l1, fork }: Reach["l1"], chainId: number): number {
  return chainId === l1 && fork !== undefined ? fork.blockNumber + 1 : 0;
}

/** Members that are named one by one. */
const MOST_NAMED = 4;

/** How many of which members' blocks are known: "the last 25 of 114 blocks of l1, all 20 of alpha". */
export function reachInWords(
  known: readonly KnownBlocks[],
  {
    l1,
    chains,
  }: Pick<EcosystemInfo, "l1"> & { readonly chains: readonly Pick<EcosystemInfo["chains"][number], "chainId" | "name">[] },
): string {
  const names = new Map([l1, ...chains].map(({ chainId, name }) => [chainId, name]));
  const named = known.slice(0, MOST_NAMED).map(({ chainId, oldest, newest }, i) => {
    const first = firstOf(l1, chainId);
    const all = newest + 1 - first;
    const part = (newest + 1 - oldest).toLocaleString("en");
    const which = oldest <= first ? `all ${all.toLocaleString("en")}` : `the last ${part} of ${all.toLocaleString("en")}`;
    return `${which}${i > 0 ? "" : all === 1 ? " block" : " blocks"} of ${names.get(chainId) ?? chainId}`;
  });
  const others = known.length - named.length;
  return [...named, ...(others === 0 ? [] : [`and of ${others} more`])].join(", ");
}
