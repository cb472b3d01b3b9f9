import { endedChain, pausedChain } from "../../../client/standing/chain-standing.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { Stuck } from "./ecosystem-info.ts";

/**
 * Reason why a chain that has something to seal does not seal it automatically, with the remedy. `undefined` if it seals,
 * if it has nothing to seal, and if the cause is a fault or a silent L1, which are reported separately.
 */
export function chainStuckBecause({
  name,
  plan,
  base,
  pipeline,
  runSwitch,
}: Pick<DevnetChain, "name" | "plan"> & {
  readonly base: Pick<DevnetChain["base"], "name" | "chain">;
  readonly runSwitch: Pick<DevnetChain["runSwitch"], "isRunning" | "hasEnded">;
  readonly pipeline: Pick<DevnetChain["pipeline"], "fault" | "waitsFor" | "isBlind"> & {
    readonly chain: {
      readonly sequencer: Pick<DevnetChain["pipeline"]["chain"]["sequencer"], "isAwaited" | "isPaused">;
      readonly mempool: Pick<DevnetChain["pipeline"]["chain"]["mempool"], "size">;
    };
  };
}): Stuck | undefined {
  if (runSwitch.hasEnded) return endedChain(name, base.chain === undefined ? "L1" : base.name);
  if (!runSwitch.isRunning) return pausedChain(name);
  const { sequencer, mempool } = pipeline.chain;
  if (pipeline.fault() !== undefined || pipeline.waitsFor() !== undefined) return undefined;
  if (sequencer.isPaused && (sequencer.isAwaited || mempool.size > 0)) {
    return {
      why: "its sequencer was stopped on purpose",
      help: `faults.startSequencer("${name}") starts it again, as hyperchain_setFault with {"type":"clear"} does`,
    };
  }
  if (!sequencer.isAwaited) return undefined;
  const blindness = pipeline.isBlind();
  if (blindness !== undefined) {
    return {
      why: blindness,
      help: "the node of L1 answers and shows no newer block: use another (l1.url), or set this machine's clock right if it is ahead of L1's",
    };
  }
  const { maxAgeMs, maxTransactions } = plan.ordering.batches;
  if (maxAgeMs !== undefined || maxTransactions !== undefined) return undefined;
  return {
    why: "a batch is open, and nothing seals it automatically (batches.maxAgeMs is null)",
    help: `'npx hardhat hyperchain:settle ${name}' settles it now`,
  };
}
