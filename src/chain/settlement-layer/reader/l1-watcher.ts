import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { countingBlock, type L1AtDepth } from "./l1-depth.ts";
import { DEFAULT_BLOCKS_PER_PAGE, PageWidth, readLogPages } from "./log-pages.ts";
import { decodeL1Event, HYPERCHAIN_TOPICS, REGISTRY_TOPIC, SETTINGS_TOPICS, VERIFIERS_TOPIC, type L1Event } from "./l1-event.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** An L1 block up to which everything was read. */
export interface L1Checkpoint {
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

interface L1WatcherOptions {
  /** The contracts of chains. */
  readonly hyperchains: readonly Hex[];
  /** Registry of Transaction Roots; absent for a watcher of chains alone. */
  readonly registry?: Hex;
  /** Settings of all chains; absent for a watcher that does not ask for upgrades. */
  readonly settings?: Hex;
  /** Registry of protocol versions; absent for a watcher that ignores retirements. */
  readonly verifiers?: Hex;
  /** First block to read. */
  readonly fromBlock: number;
  /**
   * Checkpoints of an earlier watcher, oldest first; reading continues after the last one that L1 still has.
   */
  readonly resumeFrom?: readonly L1Checkpoint[];
  /** Maximum blocks per request for logs; fewer if the node refuses. Default 2,000: public nodes limit it. */
  readonly blocksPerRequest?: number;
  /**
   * Looks in a row that find L1 shorter than it was until that is believed; before, they reject. A node that was restarted, or
   * one of several behind a URL, may only be behind. Default 1: believed at once.
   */
  readonly looksUntilShorter?: number;
  /**
   * Number of stored checkpoints, and so of the polls that a reorg can cover without reading from the start.
   * Default 256.
   */
  readonly checkpointLimit?: number;
}

/** Result of one poll. */
export interface L1Poll {
  /** In L1's order. */
  readonly events: readonly L1Event[];
  /** Set after a reorg: everything from blocks after `blockNumber` is void, and read again in `events`. */
  readonly reorg: { readonly blockNumber: number; readonly removed: readonly L1Event[] } | undefined;
  /** Up to here everything was read. */
  readonly checkpoint: L1Checkpoint | undefined;
}

/**
 * L1 may only be behind: a node that was restarted, or one of several behind a URL.
 * Remedy: wait until L1's node has caught up, or configure one node instead of a URL of several.
 */
export class L1BehindError extends HyperchainError<"L1Unreachable"> {
  override readonly name = "L1BehindError";
}

/** Reads chains' events, and the registry's, from L1. */
export interface L1Watcher {
  /**
   * Reads what is new. Rejects with the provider's error, or with L1BehindError, and changes nothing then; polls must not
   * overlap.
   */
  poll(): Promise<L1Poll>;
  /** To resume from, or to return to, oldest first. */
  checkpoints(): readonly L1Checkpoint[];
  /** Continues from an earlier checkpoint, after L1 has returned to that state. No poll may be pending. */
  returnTo(checkpoints: readonly L1Checkpoint[]): void;
}

/** Events of chains, registry, versions and settings. */
const TOPICS = [[...HYPERCHAIN_TOPICS, REGISTRY_TOPIC, VERIFIERS_TOPIC, ...SETTINGS_TOPICS]];

/** Nothing is read before the first poll. */
export function createL1Watcher(options: L1WatcherOptions, { provider, confirmations }: L1AtDepth): L1Watcher {
  const { fromBlock, blocksPerRequest = DEFAULT_BLOCKS_PER_PAGE, looksUntilShorter = 1, checkpointLimit = 256 } = options;
  const { registry, settings, verifiers } = options;
  const address = [...options.hyperchains, registry, settings, verifiers].filter((each) => each !== undefined);
  const width = new PageWidth(blocksPerRequest);
  let checkpoints: readonly L1Checkpoint[] = options.resumeFrom ?? [];
  /** Events after the oldest checkpoint, to report them after a reorg. */
  let recent: readonly L1Event[] = [];
  /** Looks in a row that found L1 shorter than it was. */
  let shorterLooks = 0;

  async function checkHeight(): Promise<number> {
    const newest = await provider.getBlockNumber();
    const last = checkpoints.at(-1)?.blockNumber ?? 0;
    shorterLooks = newest < last ? shorterLooks + 1 : 0;
    if (shorterLooks === 0 || shorterLooks >= looksUntilShorter) return newest;
    throw new L1BehindError("L1Unreachable", `L1 has ${newest} blocks and had ${last}: it may be behind`);
  }

  return {
    checkpoints: () => checkpoints,
    returnTo(earlier) {
      checkpoints = earlier;
      const last = earlier.at(-1)?.blockNumber ?? fromBlock - 1;
      recent = recent.filter(({ blockNumber }) => blockNumber <= last);
    },
    async poll() {
      const head = countingBlock(await checkHeight(), confirmations);
      const standing = await surviving(checkpoints, provider);
      const base = standing.at(-1);
      const first = (base?.blockNumber ?? fromBlock - 1) + 1;
      const tookBack = standing.length < checkpoints.length;
      const kept = tookBack ? recent.filter(({ blockNumber }) => blockNumber < first) : recent;
      const reorg = tookBack
        ? { blockNumber: first - 1, removed: recent.filter(({ blockNumber }) => blockNumber >= first) }
        : undefined;
      const blockHash = head >= first ? await hashOf(head, provider) : undefined;
      const logs = { address, topics: TOPICS, fromBlock: first, toBlock: head };
      const events = blockHash === undefined ? [] : await readEvents(logs, width, provider);
      // L1 may have changed its mind while it was read: then this poll found nothing, and the next one looks again.
      const settled = blockHash === undefined || (await hashOf(head, provider)) === blockHash;
      const unchanged = base === undefined || blockHash === undefined || (await isOnL1(base, provider));
      if (!settled || !unchanged) return { events: [], reorg: undefined, checkpoint: checkpoints.at(-1) };

      const read = blockHash === undefined ? [] : [{ blockNumber: head, blockHash }];
      checkpoints = [...standing, ...read].slice(-checkpointLimit);
      const oldest = checkpoints[0]?.blockNumber ?? fromBlock;
      recent = [...kept, ...events].filter(({ blockNumber }) => blockNumber >= oldest);
      return { events, reorg, checkpoint: checkpoints.at(-1) };
    },
  };
}

/** The checkpoints that L1 still has: a prefix, since a block fixes all before it. */
async function surviving(checkpoints: readonly L1Checkpoint[], provider: Provider): Promise<readonly L1Checkpoint[]> {
  let length = checkpoints.length;
  for (; length > 0; length--) {
    const last = checkpoints[length - 1];
    if (last !== undefined && (await isOnL1(last, provider))) break;
  }
  return checkpoints.slice(0, length);
}

async function isOnL1({ blockNumber, blockHash }: L1Checkpoint, provider: Provider): Promise<boolean> {
  return (await hashOf(blockNumber, provider)) === blockHash;
}

async function hashOf(blockNumber: number, provider: Provider): Promise<Hex | undefined> {
  return ((await provider.getBlock(blockNumber))?.hash ?? undefined) as Hex | undefined;
}

async function readEvents(
  filter: Parameters<typeof readLogPages>[1],
  width: PageWidth,
  provider: Provider,
): Promise<readonly L1Event[]> {
  const events: L1Event[] = [];
  for await (const { logs } of readLogPages(provider, filter, width)) {
    for (const log of logs) {
      const event = log.removed ? undefined : decodeL1Event(log);
      if (event !== undefined) events.push(event);
    }
  }
  return events;
}
