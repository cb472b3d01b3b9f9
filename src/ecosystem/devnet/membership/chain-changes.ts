import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import type { ChainRun } from "../chains/run-switch.ts";
import type { DevnetChain, ServedChain } from "../chains/served-chain.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import { requireFreePort } from "../../../chain/node/serving/listening.ts";
import { UnknownChainError } from "../chains/unknown-chain.ts";
import type { EcosystemFaults } from "../faults/faults.ts";
import { fundAccounts, requireFunds } from "../chains/funding.ts";
import { putOnChains } from "../chains/put-contracts.ts";
import type { SnapshotChains } from "../l1/settlement-layer.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import type { RemovedChainInfo } from "../view/books/ecosystem-info.ts";
import { chainInfo, type EcosystemView } from "../view/books/ecosystem-view.ts";
import { LeavingChains } from "./leaving-chains.ts";
import { openChain, type ChainOpening, type OpenedChain } from "./open-chain.ts";
import { planChain } from "./plan-chain.ts";
import { openMessages, removedInfo, requireRemovable } from "./removal.ts";
import type { RunningChains } from "./running-chains.ts";
import { requireNothingOnTop } from "./settlement-bases.ts";

interface ChainChangesDependencies {
  readonly chains: RunningChains;
  readonly opening: ChainOpening;
  readonly faults: Pick<EcosystemFaults, "applyToSequencers">;
  /** Messages that a chain would leave behind. */
  readonly view: Pick<EcosystemView, "messages">;
  /** Third-party bridges; a chain joins them before it is shown. */
  readonly bridges?: { setUp(chains: readonly ServedChain[]): Promise<void> } | undefined;
  /** Methods of every member about the whole ecosystem. */
  readonly methods: () => ReadonlyMap<string, RpcMethod>;
}

/** Adds, pauses and removes chains while the ecosystem runs. */
export interface ChainChanges {
  /**
   * Creates a chain on L1 and runs it with the others, with money for the funded accounts. `described` has the fields
   * that a chain has in the config, and `name`. The others' open batches end, since those cannot send to a newer chain.
   * Rejects with DevnetOptionsError, PortInUseError, DeploymentError or with L1's error, and then no chain was added.
   */
  addChain(described: unknown): Promise<DevnetChain>;
  /**
   * Pauses a chain, which refuses its clients until it is started; a paused one remains so. It retains everything that it
   * had confirmed. Rejects with UnknownChainError, EcosystemBusyError, or ChainBelowError if running chains settle on it.
   */
  stopChain(chainId: bigint): Promise<DevnetChain>;
  /**
   * Resumes a paused chain; a running one is unchanged. Rejects with UnknownChainError, or ChainBelowError if the chain
   * below it is paused.
   */
  startChain(chainId: bigint): Promise<DevnetChain>;
  /**
   * Ends a chain, of which the ecosystem keeps nothing; what is on L1 stays. Rejects with UnknownChainError, EcosystemBusyError,
   * ChainBelowError for one on which others settle, or ChainRemovalError for the last one, and for one that leaves something open
   * behind unless it is forced.
   */
  removeChain(chainId: bigint, options?: { readonly force?: boolean }): Promise<RemovedChainInfo>;
}

/** The changes, and what snapshots need to know of them. */
interface KeptChanges extends ChainChanges {
  /** Snapshots that include the set of chains, and that wait for changes of it. */
  keptBy(snapshots: Snapshots): Snapshots;
  /** Which chains snapshots mark, and return to. */
  readonly marked: SnapshotChains;
  /** Ends the chains that are held for snapshots. */
  close(): Promise<void>;
}

export function createChainChanges(dependencies: ChainChangesDependencies): KeptChanges {
  const { chains, opening, faults, view } = dependencies;
  const { clock, world } = opening;
  const lock = new SharedExclusiveLock({ clock });
  const leaving = new LeavingChains({ chains, onGone: ({ chainId }) => world?.forgetChain(chainId) });
  let last: Promise<unknown> = Promise.resolve();

  /** Runs after all earlier changes, and never during a snapshot. */
  function inTurn<Result>(label: string, change: () => Promise<Result>): Promise<Result> {
    const turn = last.then(() => lock.alone(label, change));
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    addChain: (described) => inTurn("the start of a chain", () => add(described, dependencies, leaving)),
    stopChain: (chainId) =>
      inTurn("the stop of a chain", async () => {
        const chain = chainOf(chainId, chains);
        const running = chains.current().filter(({ runSwitch }) => runSwitch.isRunning);
        requireNothingOnTop(chain, running, "stop");
        if (chain.runSwitch.isRunning) await end(chain, "stopped", dependencies, () => Promise.resolve());
        return chain;
      }),
    startChain: (chainId) =>
      inTurn("the start of a chain", async () => {
        const chain = chainOf(chainId, chains);
        await opening.bases.of(chain.plan);
        return startAgain(chain, chains, faults);
      }),
    removeChain: (chainId, { force = false } = {}) =>
      inTurn("the removal of a chain", async () => {
        const chain = chainOf(chainId, chains);
        requireNothingOnTop(chain, chains.current(), "remove");
        const messages = await openMessages(chain, view);
        const look = () => requireRemovable(chain, { chains: chains.current(), messages, l1: chain.base.provider, force });
        await look();
        const leftOpen = await end(chain, "removed", dependencies, look);
        await leaving.leave(chain);
        return removedInfo(chain, leftOpen);
      }),
    marked: leaving.marked,
    keptBy(snapshots) {
      const held = leaving.keptBy(snapshots);
      return {
        snapshot: () => lock.shared("a snapshot", () => held.snapshot()),
        revert: (id) => lock.shared("a return to a snapshot", () => held.revert(id)),
      };
    },
    close: () => leaving.close(),
  };
}

function chainOf(requestedId: bigint, chains: RunningChains): ServedChain {
  const found = chains.current().find(({ chainId }) => chainId === requestedId);
  if (found === undefined) throw new UnknownChainError(String(requestedId), chains.current());
  return found;
}

async function add(
  described: unknown,
  { chains, opening, bridges, methods }: ChainChangesDependencies,
  leaving: LeavingChains,
): Promise<DevnetChain> {
  const { options, layer, world, events } = opening;
  const places = leaving.all().map(({ plan }) => plan.place);
  const plans = chains.current().map(planNow);
  const planned = await planChain(described, { plans, place: Math.max(...places) + 1 }, opening);
  await requireFunds(options, [planned], layer.funder);
  // Once L1 has the chain, its id is spent.
  await requireFreePort(`chain ${planned.name}`, { host: options.host, port: planned.serving.port });
  world?.forgetChain(planned.chainId);
  const chain = await openChain(planned, "baseToken", opening);
  try {
    const siblings = chains.current().filter(({ base }) => base === chain.base);
    await settleIn(chain, siblings);
    await fundAccounts(options, { accounts: layer.accounts, chains: [chain] });
    await chain.pipeline.pollL1();
    await putOnChains([chain], opening.contracts, layer.accounts);
    await bridges?.setUp([...chains.current(), chain]);
  } catch (error) {
    await chain.close();
    throw error;
  }
  chain.addMethods(methods());
  chain.watchL1();
  chains.become([...chains.current(), chain]);
  events.onAdded?.(chainInfo(chain));
  return chain;
}

/** Plan with the execution that the chain has, or waits for: an upgrade changes which chains may settle on it. */
function planNow({ plan, pipeline }: ServedChain): ChainPlan {
  const { current, next } = pipeline.versions();
  return { ...plan, proving: { execution: isProvenOnL1(next?.version ?? current) ? "proven" : "trusted" } };
}

/** Ends a chain when nothing is pending. No block is made afterwards, so the check does not reject. */
async function end<Checked>(
  { name, runSwitch, pipeline }: ServedChain,
  run: Exclude<ChainRun, "running">,
  { opening: { gate }, faults }: ChainChangesDependencies,
  check: () => Promise<Checked>,
): Promise<Checked> {
  await runSwitch.pause();
  try {
    return await gate.alone(`the end of ${name}`, async () => {
      // What was confirmed while this waited is seen by the check.
      pipeline.chain.sequencer.pause();
      const checked = await check();
      runSwitch.end(run);
      return checked;
    });
  } catch (error) {
    runSwitch.resume();
    faults.applyToSequencers();
    throw error;
  }
}

async function startAgain(
  chain: ServedChain,
  chains: RunningChains,
  faults: ChainChangesDependencies["faults"],
): Promise<DevnetChain> {
  const { runSwitch, pipeline } = chain;
  if (runSwitch.isRunning) return chain;
  const { timestamp } = pipeline.chain.sequencer.head;
  runSwitch.start();
  faults.applyToSequencers();
  // As for a chain that joins running ones: an open batch from before cannot send to it.
  if (chains.current().some((other) => other.pipeline.created.bornAt >= timestamp)) await pipeline.seal();
  return chain;
}

/**
 * L1 takes what is for a chain only from batches that began after its creation: no block of any chain is earlier than that from
 * now on, and what began before ends.
 */
async function settleIn({ pipeline: added }: OpenedChain, others: readonly DevnetChain[]): Promise<void> {
  const after = added.created.bornAt + 1n;
  await added.chain.sequencer.notBefore(after);
  for (const { pipeline } of others) {
    await pipeline.chain.sequencer.notBefore(after);
    await pipeline.seal();
  }
}
