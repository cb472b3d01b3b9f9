import type { Provider } from "ethers";
import type { FormedBatch } from "../batch/form-batch.ts";
import { startChain, type Chain } from "../chain.ts";
import type { BatchForming, ChainDeciders, ChainOptions } from "../composition/chain-inputs.ts";
import { readState } from "../past/compare-state.ts";
import type { EdrConnect } from "../execution/connection.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { Follower } from "../core/follower.ts";
import { predeployTransactions } from "../predeploys/system-transactions.ts";
import { hashAssetFlows, sumAssetFlows } from "../../ground/protocol/asset-flows.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { isProvenVersion } from "../../ground/protocol/no-proof.ts";
import { isProvenOnL1 } from "../../ground/protocol/protocol-version.ts";
import { ChainVersions } from "../settlement-layer/reader/chain-versions.ts";
import type { ScheduledTerms } from "../../ground/protocol/terms.ts";
import type { ScheduledUpgrade } from "../../ground/protocol/upgrade.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { startOrDispose, type Disposer } from "../../ground/runtime/disposer.ts";
import type { MovableClock } from "../../ground/runtime/movable-clock.ts";
import { versionedChain, type ChainOnL1 } from "./described/chain-on-l1.ts";
import { firstAccounts, placeOf } from "../past/start.ts";
import { damagedKeeping, requirePlaceOnL1 } from "./keeping/place-on-l1.ts";
import { chainOptionsOf, type ChainStart, type RunningOptions } from "./described/chain-options.ts";
import { shownOnL1, shownTogether } from "./execution/shown-on-l1.ts";
import {
  openNodeExecution,
  type ExecutionProofs,
  type ExecutionUses,
  type ExecutionView,
  type NodeExecution,
} from "./execution/node-execution.ts";
import { dropUnderpaid, FlooredGasPrice } from "./fees/floored-gas-price.ts";
import { followFees, type FollowedFees } from "./follow-fees.ts";
import type { FeeForecast } from "./fees/followed-gas-price.ts";
import { Fault } from "./fault.ts";
import { offeredMethods } from "./settling/offered-methods.ts";
import type { ShowsTogether } from "./settling/shared-proofs.ts";
import { openL1Link, type L1Link, type ChainSettlement } from "./l1-link.ts";
import { linkedEvm } from "./linked/linked-evm.ts";
import type { ChainKeeping } from "./keeping/chain-keeping.ts";
import { noLink } from "./no-link.ts";
import { endOfBatch, queueTime } from "./inflow/queue-order.ts";
import { isOfQueueAlone } from "../../ground/protocol/sequencing-mode.ts";
import { serveChain, type ChainAccess, type ServingOptions } from "./serving/serve-chain.ts";
import { settlementViewOf } from "./serving/settlement-view.ts";
import type { RunningPorts } from "./ports.ts";
import type { RestorableMember } from "./snapshot-member.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";

export interface NodeOptions {
  /** Name of the chain for messages. */
  readonly name: string;
  readonly chain: ChainOnL1;
  /** L1 block of the chain's creation: none of its events is older. */
  readonly fromBlock: number;
  /** The protocol's genesis, whose root the chain's version names. */
  readonly genesis: readonly GenesisAccount[];
  readonly start: ChainStart;
  readonly running: RunningOptions;
  readonly serving: Omit<ServingOptions, "name" | "settlement" | "hyperchain">;
  /** Storage beyond this process, with the data of earlier ones. Default: none. */
  readonly keeping?: Pick<ChainKeeping, "store" | "commands" | "onRepeated" | "waiting" | "lists" | "past"> &
    Partial<Pick<ChainKeeping, "places">>;
  /** Prover of its batches' execution. Default: none, and execution is trusted. */
  readonly execution?: ExecutionProofs;
  /** Settlement. Undefined: the chain runs without an L1, for reading and trying. */
  readonly settlement: ChainSettlement | undefined;
}

export interface NodeDependencies extends Pick<ExecutionUses, "onProvable"> {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** The time of all chains of an ecosystem, where it has one. */
  readonly time?: MovableClock;
  /** Answers what readers ask about the chain's batches on L1. Undefined: nothing is known of them. */
  readonly l1: Provider | undefined;
  /** Followers in addition to the node's, which receive a batch's end before the batch is formed. */
  readonly followers?: readonly Follower<CommandResult>[];
  /** Passed to the chain. */
  readonly alterChanges?: NonNullable<BatchForming["alterChanges"]>;
  /** Passed to the chain. */
  readonly chooseData?: BatchForming["chooseData"];
  /** Passed to the chain. */
  readonly leaders?: ChainDeciders["leaders"];
  /** Leaders in other processes, which decide the chain's commands. */
  readonly remoteLeaders?: ChainDeciders["remoteLeaders"];
  /** Log of the decided commands. */
  readonly decided?: ChainDeciders["decided"];
  /** Parts of others, in place of the node's own. */
  readonly ports?: RunningPorts | undefined;
  /** Awaited when a stored chain has replayed everything, before its batches continue; receives these. */
  readonly onRepeated?: (chain: Chain, batches: readonly FormedBatch[]) => Promise<void>;
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
  /** Blocks behind the last place that are worth another one. Default: some ten seconds of a start. */
  readonly placeBlocks?: number;
}

/** A chain's protocol version, and the one that it waits for. */
interface NodeVersions {
  /** Version of a batch that begins now. */
  readonly current: bigint;
  /** Undefined where no other version is scheduled. */
  readonly next: ScheduledUpgrade | undefined;
  /** Terms at the time of its next block; undefined while they are those of its creation. */
  readonly terms: ScheduledTerms | undefined;
  /** Scheduled terms. */
  readonly nextTerms: ScheduledTerms | undefined;
  /** Number of the block of L1 up to which terms were read; undefined before the chain's first poll of L1. */
  readonly readUpTo: number | undefined;
}

/** One chain with everything between its users and the execution of its batches on L1. */
export interface Node
  extends
    RestorableMember,
    ChainAccess,
    Pick<
      L1Link,
      "pollL1" | "settled" | "hurry" | "reseal" | "executable" | "unexecuted" | "progress" | "proving" | "waitsFor" | "isBlind"
    > {
  readonly chainId: ChainId;
  readonly chain: Chain;
  /**
   * Ends the open batch; resolves when it is sealed. Undefined where none is open, or the sequencer is paused. Looks at L1
   * first where the chain's view of it is older than the window; rejects with SettlementError L1Unreachable where that
   * fails.
   */
  seal(): Promise<FormedBatch | undefined>;
  /** The second of L1's time at which the open batch ends, where L1's queue alone makes the order; otherwise undefined. */
  batchEndsAt(): bigint | undefined;
  /** Proven part of its execution; undefined if it is trusted. */
  readonly execution: ExecutionView | undefined;
  /** Versions by the chain's view of L1. */
  versions(): NodeVersions;
  /** Parts of its gas price; undefined if it does not follow L1's. */
  fees(): FeeForecast | undefined;
  /** From now on nothing is taken that pays less for gas, and what waits and pays less is dropped. It never falls again. */
  raiseGasPrice(floorWei: bigint): void;
  /** Error that stopped the chain or its settlement for good; undefined while both run. */
  fault(): unknown;
  close(): Promise<void>;
}

/**
 * Runs one chain: at its genesis, behind the batches that L1 has, or apart from L1. They differ in their options only.
 *
 *   L1 events → priority operations, roots of other chains ─┐
 *   users → rpc → mempool ───────────────────────────── sequencer → batch ─┬→ prover ─┐
 *                                                                          └→ commit ─┴→ prove → execute, on L1
 *
 * Rejects with PortInUseError, EngineError, LedgerError Damaged for a place that cannot be gone on from, or with L1's error.
 */
export async function startNode(options: NodeOptions, dependencies: NodeDependencies): Promise<Node> {
  const { name, chain, fromBlock, start } = options;
  const { l1: provider } = dependencies;
  try {
    const place = placeOf(start.state);
    if (place !== undefined && provider !== undefined)
      await requirePlaceOnL1(place, { provider, hyperchain: chain.hyperchain, fromBlock });
    return await runNode(options, dependencies);
  } catch (error) {
    return damagedKeeping(name, error);
  }
}

function runNode(options: NodeOptions, dependencies: NodeDependencies): Promise<Node> {
  const { name, chain: onL1, fromBlock, genesis, start, running, serving, settlement, keeping } = options;
  const { connect, clock, time, l1, followers = [], onRepeated, onStop, placeBlocks = PLACE_BLOCKS, ports = {} } = dependencies;
  return startOrDispose(name, async (closing) => {
    const fault = new Fault(onStop);
    const fees = followFees(running.fees, l1);
    const gasPrice = new FlooredGasPrice(ports.gasPrice ?? fees.price ?? { ...serving.gasPrice, leastWei: 0n });
    const started: { chain?: Chain; execution?: NodeExecution | undefined } = {};
    const ownTime = isOfQueueAlone(onL1.configuration.sequencingMode) ? queueTime() : undefined;
    const queue = ownTime && { time: ownTime, chain: () => started.chain, coinbase: running.coinbase };
    const versions = new ChainVersions(versionedChain(onL1), start.upgrades, start.before === undefined ? 0 : fromBlock);
    const link =
      settlement === undefined
        ? noLink(name)
        : await openL1Link(
            options,
            fees.following(showing(onL1.configuration.chainId, settlement, options.execution, () => started.execution)),
            { ...shared(time), clock, fault, versions, queue },
            () => started.chain && linkedEvm(started.chain, running.coinbase),
          );
    closing.add(() => link.close());
    if (running.startsPaused === true) await link.member.pause();
    const chainOptions = chainOptionsOf(onL1, genesis, start, running);
    const execution = (started.execution = openExecution(chainOptions, options, dependencies.onProvable, closing));
    const chain = await startChain(chainOptions, {
      connect,
      clock,
      time: ownTime ?? time,
      system: predeployTransactions,
      gasPrice,
      order: ports.order,
      engine: ports.engine,
      forming: formingOf(onL1, versions, dependencies),
      beforeForming: (unformed) => [...followers, ...(execution === undefined ? [] : [execution.executed(unformed)])],
      followers: [
        ...(fees.price === undefined ? [] : [fees.price]),
        ...(execution === undefined ? [] : [execution.provable]),
        link.batches,
      ],
      sources: [link.intake],
      deciding: dependencies,
      sealing: link,
      onStop: fault.raise,
      ...(keeping === undefined ? {} : { keeping: { ...keeping, earlier: { ...keeping, executed: link.executed } } }),
    });
    if (keeping !== undefined) await onRepeated?.(chain, link.batches.waiting);
    started.chain = chain;
    execution?.follow(chain);
    link.batches.begin();
    closing.add(() => chain.close());
    closing.add(() => keepPlaceAtRest(chain, link, options, placeBlocks));
    closing.add(() => link.quiet());
    const view = l1 === undefined ? {} : { settlement: settlementViewOf(onL1, fromBlock, l1) };
    const access = await serveChain(chain, { ...serving, ...view, gasPrice, name, hyperchain: onL1.hyperchain }, closing);
    access.addMethods(offeredMethods(options.execution?.offered));
    return {
      ...access,
      ...linked(link),
      pollL1: () => fees.lookAfter(link.pollL1()),
      ...priced(chain, { fees, gasPrice, recipient: running.coinbase }),
      execution: execution?.view,
      chainId: onL1.configuration.chainId,
      chain,
      ...sealedBy(chain, onL1, ownTime === undefined ? undefined : link),
      versions: () => versionsNow(chain, versions),
      fault: () => fault.error,
      close: () => closing.close(),
    };
  });
}

/** Facts of L1 about the chain's batches, and the operator's choices. */
function formingOf(
  { settlementChainId, configuration }: ChainOnL1,
  versions: ChainVersions,
  { alterChanges, chooseData }: NodeDependencies,
): BatchForming {
  return {
    flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
    versionOf: versions.versionOf,
    policyOf: versions.policyOf(configuration),
    alterChanges,
    chooseData,
  };
}

/** Seals by the caller's time, or by L1's time if L1's queue alone makes the order. */
function sealedBy(
  chain: Chain,
  { configuration }: ChainOnL1,
  queue: Pick<L1Link, "pollL1"> | undefined,
): Pick<Node, "seal" | "batchEndsAt"> {
  const { sequencer } = chain;
  return {
    async seal() {
      if (sequencer.isPaused) return undefined;
      if (queue === undefined) return chain.seal();
      await queue.pollL1();
      return undefined;
    },
    batchEndsAt: () => (queue === undefined ? undefined : endOfBatch(sequencer, configuration)),
  };
}

function priced(
  chain: Chain,
  of: { readonly fees: FollowedFees; readonly gasPrice: FlooredGasPrice; readonly recipient: Hex },
): Pick<Node, "fees" | "raiseGasPrice"> {
  const { fees, gasPrice, recipient } = of;
  return {
    fees: () =>
      fees.price && {
        ...fees.price.report(),
        gasPriceWei: gasPrice.toldWei,
        leastGasPriceWei: gasPrice.leastWei,
        l1GasPerBatchAtNextFloor: fees.nextFloor?.average,
      },
    raiseGasPrice(floorWei) {
      gasPrice.raise(floorWei);
      dropUnderpaid(chain, recipient);
    },
  };
}

/** Adds a prover for an L1 that checks execution. */
function showing(
  chainId: ChainId,
  settlement: ChainSettlement,
  proofs: ExecutionProofs | undefined,
  execution: () => NodeExecution | undefined,
): ChainSettlement {
  if (proofs === undefined) return settlement;
  const shows: ShowsTogether | undefined = proofs.shared ?? proofs.offered ?? proofs.layered;
  const together = shows && {
    show: shownTogether(chainId, shows, execution),
    isShown: (imports: readonly ImportedRoot[]) => shows.isShownHere?.(imports) ?? true,
  };
  return { ...settlement, together, prover: shownOnL1(settlement.prover, proofs.l1Prover, execution) };
}

/** Members of a node that its link provides. */
function linked(link: L1Link): RestorableMember & Omit<Pick<Node, keyof L1Link & keyof Node>, "pollL1" | "close"> {
  return {
    ...link.member,
    settled: (batchNumber) => link.settled(batchNumber),
    hurry: () => link.hurry(),
    reseal: (fromBatch, without) => link.reseal(fromBatch, without),
    executable: (batchNumber) => link.executable(batchNumber),
    unexecuted: () => link.unexecuted(),
    progress: () => link.progress(),
    proving: () => link.proving(),
    waitsFor: () => link.waitsFor(),
    isBlind: () => link.isBlind(),
  };
}

/** Opens the followers of a chain whose execution is proven, or could be. */
function openExecution(
  { genesis, start, initialState = [] }: ChainOptions,
  { chain: { configuration }, running: { coinbase }, execution: proofs }: NodeOptions,
  onProvable: NodeDependencies["onProvable"],
  closing: Disposer,
): NodeExecution | undefined {
  if (proofs === undefined && onProvable === undefined) return undefined;
  const place = placeOf(start);
  const codes = place === undefined ? [] : readState(place.state).codes.map(([, code]) => code);
  const isState = start.from === "state";
  const { chainId } = configuration;
  return openNodeExecution(
    {
      chainId,
      coinbase,
      genesis: firstAccounts(start, genesis) ?? genesis,
      initialState: isState ? [] : initialState,
      codes,
      beginsProven: isState && start.isProven,
    },
    { isProven: isProvenVersion(configuration.protocolVersion), proofs, onProvable },
    closing,
  );
}

/** Each takes a start 2 to 5 ms. */
const PLACE_BLOCKS = 2_000;

/**
 * A chain whose sealed batches L1 has executed, and whose open batch is idle, leaves a place for the next start: its blocks are
 * not repeated then. Not where others need the blocks to follow the chain, proofs of its execution among them, nor where L1 may
 * still forget batches.
 */
async function keepPlaceAtRest(
  chain: Chain,
  link: Pick<L1Link, "progress">,
  { keeping, running, settlement, execution }: Pick<NodeOptions, "keeping" | "running" | "settlement" | "execution">,
  placeBlocks: number,
): Promise<void> {
  const isProven = execution !== undefined && isProvenOnL1(chain.protocolVersion());
  if (isProven || keeping?.places === undefined || chain.sequencer.fault !== undefined || running.isReexecuted === true) return;
  if ((running.data?.publishes ?? "always") !== "always" || settlement?.l1MayBeBehind !== false) return;
  const { sealed, executed } = link.progress();
  const further = chain.sequencer.head.number + 1n - BigInt(keeping.places.blocks);
  if (sealed === 0 || executed < sealed || further < BigInt(placeBlocks)) return;
  await chain.keepPlace?.();
}

function versionsNow(
  { sequencer, operationsTaken }: Chain,
  { versionOf, newestUpgrade: newest, terms, readUpTo }: ChainVersions,
): NodeVersions {
  const { timestamp } = sequencer.nextEnvironment;
  const current = versionOf(timestamp, operationsTaken(), sequencer.batchNumber);
  return {
    current,
    next: newest?.version === current ? undefined : newest,
    readUpTo,
    terms: terms.findLast(({ effectiveAt }) => timestamp >= effectiveAt),
    nextTerms: terms.find(({ effectiveAt }) => timestamp < effectiveAt),
  };
}

function shared(time: MovableClock | undefined): { readonly time?: MovableClock } {
  return time === undefined ? {} : { time };
}
