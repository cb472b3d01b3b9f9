import type { Log, LogDescription, Provider } from "ethers";
import type { BatchCounts, BatchStages, SettlementPlace, SettlementView } from "../../chain/rpc/settlement-view.ts";
import type { Hex } from "../../protocol/hex.ts";
import { hyperchainInterface, registryInterface, topicOf } from "../../settlement/contract-interfaces.ts";
import { REGISTRY_TOPIC } from "../../settlement/l1-watcher/l1-event.ts";
import type { ChainPipeline, ChainPipelineDependencies } from "./chain-pipeline.ts";

export interface SettlementViewOptions {
  readonly settlementChainId: bigint;
  readonly l2ChainId: bigint;
  readonly contracts: SettlementView["contracts"];
  /** The registry of Transaction Roots. */
  readonly roots: Hex;
  readonly baseToken: Hex;
  /** L1 block of the chain's creation: none of its events is older. */
  readonly fromBlock: number;
}

type Stage = "committed" | "proven" | "executed";
type Place = Pick<SettlementPlace, "transactionHash" | "blockNumber">;

/** Public nodes limit how many blocks a request for logs may span. */
const BLOCKS_PER_REQUEST = 2_000;

const STAGE_OF_EVENT: ReadonlyMap<string, Stage> = new Map([
  ["BlockCommit", "committed"],
  ["BatchProven", "proven"],
  ["BlockExecution", "executed"],
]);
const TOPICS = [
  ...[...STAGE_OF_EVENT.keys(), "BlocksRevert"].map((name) => topicOf(hyperchainInterface, name)),
  REGISTRY_TOPIC,
];

/**
 * A chain's batches as L1's events tell them. Reads what is new with each question, and everything again after a reorg.
 */
export function createSettlementView(options: SettlementViewOptions, { provider }: { readonly provider: Provider }): SettlementView {
  const { settlementChainId, l2ChainId, contracts, roots, baseToken, fromBlock } = options;
  let stages = new Map<bigint, Partial<Record<Stage, Place>>>();
  let registryLeaves = new Map<bigint, bigint>();
  let timestamps = new Map<number, bigint>();
  let counts: BatchCounts = { committed: 0n, proven: 0n, executed: 0n };
  let read: { readonly number: number; readonly hash: string } | undefined;

  function take(log: Log): void {
    if (log.address.toLowerCase() === roots) {
      const leaf = registryInterface.parseLog(log)?.args;
      if (leaf !== undefined && leaf["chainId"] === l2ChainId) registryLeaves.set(leaf["batchNumber"] as bigint, leaf["leafIndex"] as bigint);
      return;
    }
    const event = hyperchainInterface.parseLog(log);
    if (event !== null) takeStage(event, { transactionHash: log.transactionHash as Hex, blockNumber: log.blockNumber });
  }

  function takeStage({ name, args }: LogDescription, place: Place): void {
    if (name === "BlocksRevert") {
      const [committed, proven, executed] = [...args] as [bigint, bigint, bigint];
      for (const number of [...stages.keys()]) if (number >= committed) stages.delete(number);
      counts = { committed, proven, executed };
      return;
    }
    const stage = STAGE_OF_EVENT.get(name);
    const batchNumber = args["batchNumber"] as bigint;
    if (stage === undefined) return;
    stages.set(batchNumber, { ...stages.get(batchNumber), [stage]: place });
    // Each stage goes through the batches in order.
    counts = { ...counts, [stage]: batchNumber + 1n };
  }

  async function poll(): Promise<void> {
    if (read !== undefined && (await provider.getBlock(read.number))?.hash !== read.hash) {
      read = undefined;
      [stages, registryLeaves, timestamps] = [new Map(), new Map(), new Map()];
      counts = { committed: 0n, proven: 0n, executed: 0n };
    }
    const head = await provider.getBlock("latest");
    const first = read === undefined ? fromBlock : read.number + 1;
    if (head?.hash === null || head?.hash === undefined || head.number < first) return;
    for (let start = first; start <= head.number; start += BLOCKS_PER_REQUEST) {
      const toBlock = Math.min(start + BLOCKS_PER_REQUEST - 1, head.number);
      const logs = await provider.getLogs({ address: [contracts.hyperchain, roots], topics: [TOPICS], fromBlock: start, toBlock });
      for (const log of logs.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)) take(log);
    }
    read = { number: head.number, hash: head.hash };
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

  async function complete(place: Place | undefined): Promise<SettlementPlace | undefined> {
    if (place === undefined) return undefined;
    const known = timestamps.get(place.blockNumber);
    const timestamp = known ?? BigInt((await provider.getBlock(place.blockNumber))?.timestamp ?? 0);
    timestamps.set(place.blockNumber, timestamp);
    return { ...place, timestamp };
  }

  return {
    chainId: settlementChainId,
    contracts,
    baseToken,
    async stages(batchNumber): Promise<BatchStages> {
      await upToDate();
      const { committed, proven, executed } = stages.get(batchNumber) ?? {};
      const [committedAt, provenAt, executedAt] = await Promise.all([complete(committed), complete(proven), complete(executed)]);
      return { committed: committedAt, proven: provenAt, executed: executedAt, registryLeafIndex: registryLeaves.get(batchNumber) };
    },
    async counts(): Promise<BatchCounts> {
      await upToDate();
      return counts;
    },
  };
}

/** The view of a running pipeline's own chain. */
export function settlementViewOf(
  { chainId, created }: Pick<ChainPipeline, "chainId" | "created">,
  { ecosystem, l1 }: Pick<ChainPipelineDependencies, "ecosystem" | "l1">,
): SettlementView {
  const { addresses, settlementChainId } = ecosystem;
  return createSettlementView(
    {
      settlementChainId,
      l2ChainId: chainId,
      contracts: { bridgehub: addresses.factory, hyperchain: created.hyperchain, bridge: addresses.bridge },
      roots: addresses.roots,
      baseToken: created.configuration.baseToken,
      fromBlock: created.fromBlock,
    },
    { provider: l1 },
  );
}
