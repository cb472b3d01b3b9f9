import type { Provider } from "ethers";
import type { BatchCounts, BatchStages, SettlementPlace, SettlementView } from "../../rpc/zks/settlement-view.ts";
import { isMark } from "../../../ground/protocol/batch-record.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { L1Event } from "../../settlement-layer/reader/l1-event.ts";
import { createL1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import type { ChainOnL1 } from "../described/chain-on-l1.ts";

interface SettlementViewOptions {
  readonly settlementChainId: ChainId;
  readonly l2ChainId: ChainId;
  readonly contracts: SettlementView["contracts"];
  /** The registry of Transaction Roots. */
  readonly roots: Hex;
  readonly baseToken: Hex;
  /** L1 block of the chain's creation: none of its events is older. */
  readonly fromBlock: number;
}

type Stage = "committed" | "proven" | "secondCheck" | "executed";
type Place = Pick<SettlementPlace, "transactionHash" | "blockNumber">;

/** Data of L1's events so far. */
interface Known {
  readonly stages: Map<bigint, Partial<Record<Stage, Place>>>;
  readonly registryLeaves: Map<bigint, bigint>;
  readonly timestamps: Map<number, bigint>;
  counts: BatchCounts;
}

function nothingKnown(): Known {
  return {
    stages: new Map(),
    registryLeaves: new Map(),
    timestamps: new Map(),
    counts: { committed: 0n, proven: 0n, executed: 0n },
  };
}

function takeStage(recorded: Known, stage: Stage, batchNumber: BatchNumber, { transactionHash, blockNumber }: L1Event): void {
  recorded.stages.set(batchNumber, { ...recorded.stages.get(batchNumber), [stage]: { transactionHash, blockNumber } });
  if (stage === "secondCheck") return;
  // Each counted stage goes through the batches in order.
  recorded.counts = { ...recorded.counts, [stage]: batchNumber + 1n };
}

function take(facts: Known, event: L1Event, l2ChainId: ChainId): void {
  switch (event.type) {
    case "batchCommitted":
      return takeStage(facts, "committed", event.stored.batchNumber, event);
    case "batchProven":
      return takeStage(facts, "proven", event.batchNumber, event);
    case "batchConfirmed":
      return takeStage(facts, "secondCheck", event.batchNumber, event);
    case "batchExecuted":
      return takeStage(facts, "executed", event.batchNumber, event);
    case "batchesReverted":
      for (const number of [...facts.stages.keys()]) if (number >= event.committed) facts.stages.delete(number);
      facts.counts = { committed: event.committed, proven: event.verified, executed: event.executed };
      return;
    case "transactionRoot":
      if (event.chainId === l2ChainId && !isMark(event.record)) facts.registryLeaves.set(event.batchNumber, event.leafIndex);
      return;
    case "priorityOperation":
    case "exitActivated":
    case "transfersRefused":
    case "upgradeScheduled":
    case "upgradeCanceled":
    case "haltedPassed":
    case "termsScheduled":
    case "termsCanceled":
    case "retirementScheduled":
  }
}

/**
 * A chain's batches as L1's events tell them. Reads what is new with each question, and everything again after a reorg.
 */
export function createSettlementView(
  options: SettlementViewOptions,
  { provider }: { readonly provider: Provider },
): SettlementView {
  const { settlementChainId, l2ChainId, contracts, roots, baseToken, fromBlock } = options;
  // With one checkpoint it reads everything again after a reorg: rare, and simpler than a search for the reverted part.
  const watcher = createL1Watcher(
    { hyperchains: [contracts.hyperchain], registry: roots, fromBlock, checkpointLimit: 1 },
    { provider, confirmations: 1 },
  );
  let known = nothingKnown();

  async function poll(): Promise<void> {
    const { events, reorg } = await watcher.poll();
    if (reorg !== undefined) known = nothingKnown();
    for (const event of events) take(known, event, l2ChainId);
  }

  // Questions that come while one is answered share the next poll.
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function upToDate(): Promise<void> {
    if (next !== undefined) return next;
    const start = (): Promise<void> => {
      next = undefined;
      running = poll().finally(() => (running = undefined));
      return running;
    };
    if (running === undefined) return start();
    next = running.then(start, start);
    return next;
  }

  async function complete(place: Place | undefined, { timestamps }: Known): Promise<SettlementPlace | undefined> {
    if (place === undefined) return undefined;
    const timestamp = timestamps.get(place.blockNumber) ?? BigInt((await provider.getBlock(place.blockNumber))?.timestamp ?? 0);
    timestamps.set(place.blockNumber, timestamp);
    return { ...place, timestamp };
  }

  return {
    chainId: settlementChainId,
    contracts,
    baseToken,
    async stages(batchNumber): Promise<BatchStages> {
      await upToDate();
      const now = known;
      const { committed, proven, secondCheck, executed } = now.stages.get(batchNumber) ?? {};
      const [committedAt, provenAt, secondCheckAt, executedAt] = await Promise.all(
        [committed, proven, secondCheck, executed].map((place) => complete(place, now)),
      );
      return {
        committed: committedAt,
        proven: provenAt,
        ...(secondCheckAt === undefined ? {} : { secondCheck: secondCheckAt }),
        executed: executedAt,
        registryLeafIndex: now.registryLeaves.get(batchNumber),
      };
    },
    async counts(): Promise<BatchCounts> {
      await upToDate();
      return known.counts;
    },
  };
}

/** The view of a chain's own batches. `fromBlock`: as in the options. */
export function settlementViewOf(
  { settlementChainId, hyperchain, factory, bridge, registry, configuration }: ChainOnL1,
  fromBlock: number,
  provider: Provider,
): SettlementView {
  return createSettlementView(
    {
      settlementChainId,
      l2ChainId: configuration.chainId,
      contracts: { bridgehub: factory, hyperchain, bridge },
      roots: registry,
      baseToken: configuration.baseToken,
      fromBlock,
    },
    { provider },
  );
}
