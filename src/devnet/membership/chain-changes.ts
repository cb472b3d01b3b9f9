import type { RpcMethod } from "../../chain/rpc/dispatch.ts";
import { SharedExclusiveLock } from "../../runtime/shared-exclusive-lock.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { requireFreePort } from "../../node/serving/listening.ts";
import { fundAccounts, requireFunds } from "../funding.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import { chainInfo } from "../view/ecosystem-view.ts";
import { openChain } from "./open-chain.ts";
import type { ChainOpening, OpenedChain } from "./open-chain.ts";
import { planChain } from "./plan-chain.ts";
import type { RunningChains } from "./running-chains.ts";

export interface ChainChangesDependencies {
  readonly chains: RunningChains;
  readonly opening: ChainOpening;
  /** What every member answers about the whole ecosystem. */
  readonly methods: () => ReadonlyMap<string, RpcMethod>;
}

/** Chains that come to an ecosystem while it runs. */
export interface ChainChanges {
  /**
   * Creates a chain on L1 and runs it beside the others, with money for the funded accounts. `described` has the fields that a
   * chain has in the config, and `name`. The others' open batches end, since those cannot send to a chain that is newer.
   * Rejects with DevnetOptionsError, PortInUseError, DeploymentError or with L1's error, and then no chain has come.
   */
  addChain(described: unknown): Promise<DevnetChain>;
}

export function createChainChanges({ chains, opening, methods }: ChainChangesDependencies): ChainChanges & {
  /** The same snapshots, between changes of the chains; they hold which chains there are. */
  keptBy(snapshots: Snapshots): Snapshots;
} {
  const { options, layer, world, clock, events } = opening;
  const lock = new SharedExclusiveLock({ clock });
  let last: Promise<unknown> = Promise.resolve();

  /** After all changes before, and beside no snapshot. */
  function inTurn<Result>(label: string, change: () => Promise<Result>): Promise<Result> {
    const turn = last.then(() => lock.alone(label, change));
    last = turn.catch(() => undefined);
    return turn;
  }

  async function add(described: unknown): Promise<DevnetChain> {
    const plans = chains.current().map(({ plan }) => plan);
    const planned = await planChain(described, plans, opening);
    await requireFunds(options, [planned], layer.funder);
    // Once L1 has the chain, its id is spent.
    await requireFreePort(`chain ${planned.name}`, { host: options.host, port: planned.port });
    world?.forgetChain(planned.chainId);
    const chain = await openChain(planned, "baseToken", opening);
    try {
      await settleIn(chain, chains.current());
      await fundAccounts(options, { ...opening, ...layer, chains: [chain] });
      await chain.pipeline.pollL1();
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

  return {
    addChain: (described) => inTurn("the start of a chain", () => add(described)),
    keptBy: (snapshots) => ({
      snapshot: () => lock.shared("a snapshot", () => snapshots.snapshot()),
      revert: (id) =>
        lock.shared("a return to a snapshot", async () => {
          const before = chains.current();
          const returned = await snapshots.revert(id);
          // Not before: what waits for the return's end would keep a chain from ending.
          for (const gone of before.filter((chain) => !chains.current().includes(chain))) await gone.close();
          return returned;
        }),
    }),
  };
}

/**
 * L1 takes what is for a chain only from batches that began after its creation: no block of any chain is earlier than that from
 * now on, and what began before ends.
 */
export async function settleIn({ pipeline: added }: OpenedChain, others: readonly DevnetChain[]): Promise<void> {
  const after = added.created.bornAt + 1n;
  await added.chain.sequencer.notBefore(after);
  for (const { pipeline } of others) {
    await pipeline.chain.sequencer.notBefore(after);
    await pipeline.seal();
  }
}
