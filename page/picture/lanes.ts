import { knownBlocks } from "../activity-follower.ts";
import { timeOf, type Activity } from "../happenings.ts";
import type { ActivityBlock, EcosystemInfo, EcosystemStatus, MessageInfo, ProofInTheMaking } from "../answers.ts";

/** A lane of the picture: of L1, of a hub, or of a chain. */
export interface Lane {
  readonly name: string;
  /** Negative for a hub, as no member's is. */
  readonly chainId: number;
}

/** Lanes from top to bottom: hubs are between L1 and the chains. */
export function lanesOf({ l1, hubs = [], chains }: Pick<EcosystemInfo, "l1" | "hubs" | "chains">): readonly Lane[] {
  return [l1, ...hubs.map(({ name }, i) => ({ name, chainId: laneOfHub(i) })), ...chains];
}

function laneOfHub(index: number): number {
  return -1 - index;
}

/** Part of a lane whose blocks were not all read: from the beginning to a time. */
export interface UnreadSpan {
  readonly chainId: number;
  readonly to: number;
  /** First of the blocks that were all read. */
  readonly before: number;
}

/** Parts of members' lanes of which the page knows users' blocks at most. */
export function unreadSpans(activity: Activity, { l1, chains }: Pick<EcosystemInfo, "l1" | "chains">): readonly UnreadSpan[] {
  return knownBlocks(
    activity,
    [l1, ...chains].map(({ chainId }) => chainId),
  ).flatMap(({ chainId, oldest }) => {
    const first = chainId === l1.chainId && l1.fork !== undefined ? l1.fork.blockNumber + 1 : 0;
    const block = activity.get(chainId)?.find(({ number }) => number === oldest);
    return oldest <= first || block === undefined ? [] : [{ chainId, to: timeOf(block), before: oldest }];
  });
}

/** A stage of a batch, in order. */
export type Stage = "open" | "sealed" | "committed" | "proven" | "executed";

/** A batch on its chain's lane, from its first block's time to its last one's. */
export interface BatchSpan {
  readonly chainId: number;
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly stage: Stage;
  /** Progress of its proof. */
  readonly proving?: ProofInTheMaking;
}

/** Action of L1, or of a chain on which others settle, for a batch. */
export interface StageMark {
  readonly on: number;
  readonly chainId: number;
  readonly batch: number;
  readonly stage: "committed" | "proven" | "executed";
  readonly at: number;
  readonly hash: string;
}

/** A block of a hub that L1 has taken. */
export interface Landing {
  /** Lane of the hub. */
  readonly on: number;
  readonly hub: string;
  readonly block: number;
  /** Batches that their chains believe since then. */
  readonly batches: readonly { readonly chainId: number; readonly batch: number }[];
  readonly at: number;
  /** Transaction on L1. */
  readonly hash: string;
}

/** Position of a message at a time. */
export interface Stop {
  readonly chainId: number;
  readonly at: number;
  readonly step: string;
}

export interface Line {
  readonly message: MessageInfo;
  readonly stops: readonly Stop[];
}

/** Events of this package's contracts on L1, and of `SystemContext` on each chain. */
const BATCH_EVENT = /^(BatchOpened|BatchClosed|BlockCommit|BlockExecution|BlocksVerification)\((\d+)/;
/** Events of hubs on L1, and of chains' contracts in the same transaction. */
const LANDED_EVENT = /^BlockLanded\((\d+)/;
const PROVEN_EVENT = /^ExecutionProven\((\d+)/;
const STAGES = { BlockCommit: "committed", BlocksVerification: "proven", BlockExecution: "executed" } as const;
const SYSTEM_CONTEXT = "0x000000000000000000000000000000000000800b";

interface BatchEvent {
  readonly name: string;
  readonly batch: number;
  readonly block: ActivityBlock;
  readonly hash: string;
  readonly address: string;
}

/** Events of batches, which a contract of a user may log too: only those of the protocol's own addresses count. */
function batchEvents(blocks: readonly ActivityBlock[], isOwn: (address: string) => boolean): readonly BatchEvent[] {
  return blocks.flatMap((block) =>
    block.transactions.flatMap(({ hash, events }) =>
      events.flatMap(({ address, event }) => {
        // First, since nearly all are users': a page has tens of thousands.
        if (!isOwn(address)) return [];
        const [, name, batch] = BATCH_EVENT.exec(event ?? "") ?? [];
        if (name === undefined) return [];
        return [{ name, batch: Number(batch), block, hash, address }];
      }),
    ),
  );
}

/** The batches of all chains whose blocks are known. */
export function batchSpans(activity: Activity, status: EcosystemStatus): readonly BatchSpan[] {
  return status.chains.flatMap(({ chainId, batches, proving = [] }) => {
    const spans = new Map<number, { from: number; to: number; isClosed: boolean }>();
    const blocks = activity.get(chainId) ?? [];
    for (const { name, batch, block } of batchEvents(blocks, (address) => address === SYSTEM_CONTEXT)) {
      const at = timeOf(block);
      const known = spans.get(batch);
      if (name === "BatchOpened") spans.set(batch, { from: at, to: at, isClosed: false });
      if (name === "BatchClosed") spans.set(batch, { from: known?.from ?? at, to: at, isClosed: true });
    }
    const newest = blocks.at(-1);
    return [...spans].map(([number, { from, to, isClosed }]) => {
      const proof = proving.find((each) => each.batch === number);
      const end = isClosed || newest === undefined ? to : timeOf(newest);
      const stage = isClosed ? stageOf(number, batches) : "open";
      return { chainId, number, from, to: end, stage, ...(proof === undefined ? {} : { proving: proof }) };
    });
  });
}

function stageOf(number: number, { committed, proven, executed }: EcosystemStatus["chains"][number]["batches"]): Stage {
  if (number < executed) return "executed";
  if (number < proven) return "proven";
  return number < committed ? "committed" : "sealed";
}

/** Actions for batches. */
export function stageMarks(activity: Activity, { l1, chains }: EcosystemInfo): readonly StageMark[] {
  const owners = new Map(
    chains.map(({ hyperchain, chainId, settlesOn }) => [`${settlesOn?.chainId ?? l1.chainId}:${hyperchain}`, chainId]),
  );
  const layers = new Set([l1.chainId, ...chains.flatMap(({ settlesOn }) => settlesOn?.chainId ?? [])]);
  return [...layers].flatMap((on) =>
    batchEvents(activity.get(on) ?? [], (address) => owners.has(`${on}:${address}`)).flatMap(
      ({ name, batch, block, hash, address }) => {
        const stage = STAGES[name as keyof typeof STAGES];
        const chainId = owners.get(`${on}:${address}`);
        return stage === undefined || chainId === undefined ? [] : [{ on, chainId, batch, stage, at: timeOf(block), hash }];
      },
    ),
  );
}

/** Blocks of hubs that landed, with their batches. */
export function landings(activity: Activity, { l1, hubs = [], chains }: EcosystemInfo): readonly Landing[] {
  if (hubs.length === 0) return [];
  const chainAt = new Map(chains.map(({ hyperchain, chainId }) => [hyperchain as string, chainId]));
  const transactions = (activity.get(l1.chainId) ?? []).flatMap((block) =>
    block.transactions.map((transaction) => ({ ...transaction, at: timeOf(block) })),
  );
  return transactions.flatMap(({ hash, events, at }) =>
    events.flatMap(({ address, event = "" }) => {
      const index = hubs.findIndex((hub) => hub.address === address);
      const [, block] = LANDED_EVENT.exec(event) ?? [];
      const hub = hubs[index]?.name;
      if (hub === undefined || block === undefined) return [];
      const batches = events.flatMap((other) => {
        const chainId = chainAt.get(other.address);
        const [, batch] = PROVEN_EVENT.exec(other.event ?? "") ?? [];
        return chainId === undefined || batch === undefined ? [] : [{ chainId, batch: Number(batch) }];
      });
      return [{ on: laneOfHub(index), hub, block: Number(block), batches, at, hash }];
    }),
  );
}

export function landingWords({ hub, block, batches }: Landing, nameOf: (chainId: number) => string): string {
  const proven = batches.map(({ chainId, batch }) => `batch ${batch} of ${nameOf(chainId)}`);
  return `${hub}, block ${block}: L1 has accepted one proof of ${proven.length === 0 ? "no further batch" : proven.join(", ")}`;
}

/** Messages with the places and times of their steps, as far as their blocks are known. */
export function messageLines(activity: Activity, messages: readonly MessageInfo[]): readonly Line[] {
  const wanted = new Set(messages.flatMap(({ steps }) => steps.map(({ transactionHash }) => transactionHash as string)));
  const times = new Map<string, number>();
  for (const [chainId, blocks] of activity)
    for (const block of blocks)
      for (const { hash } of block.transactions) if (wanted.has(hash)) times.set(`${chainId}:${hash}`, timeOf(block));
  return messages.flatMap((message) => {
    const stops = message.steps.flatMap(({ chainId, transactionHash, step }) => {
      const at = times.get(`${chainId}:${transactionHash}`);
      return at === undefined ? [] : [{ chainId, at, step }];
    });
    return stops.length === 0 ? [] : [{ message, stops }];
  });
}
