import type { Relayer } from "../relayer/relayer.ts";
import type { ProverMode, RelayInfo, SettledBatchInfo } from "./view/ecosystem-info.ts";
import { messageInfo } from "./view/message-info.ts";
import type { DevnetChain } from "./chains/served-chain.ts";
import { settledBatchInfo } from "./view/settled-info.ts";

export interface DriverDependencies {
  readonly chains: readonly DevnetChain[];
  readonly relayer: Relayer;
  /** Whether the relayer delivers. */
  readonly runsRelayer: boolean;
  readonly proverMode: ProverMode;
}

/** Moves an ecosystem on by hand. */
export interface Driver {
  /**
   * Seals the open batches, of one chain or of all, and resolves when L1 has executed them and all before them: those that
   * were not executed when it was called. Rejects with UnknownChainError, or with what stopped settlement.
   */
  settle(chainId?: bigint): Promise<readonly SettledBatchInfo[]>;
  /**
   * Has every chain look at L1 and the relayer at all of them, until nothing moves any more without a settle. Rejects with a
   * provider's error or with what stopped a chain.
   */
  relay(): Promise<RelayInfo>;
}

/** The ecosystem has no chain of that id or name. */
export class UnknownChainError extends Error {
  override readonly name = "UnknownChainError";
  readonly code = "UnknownChain";

  constructor(wanted: string, chains: readonly Pick<DevnetChain, "chainId" | "name">[]) {
    super(`there is no chain ${wanted}; there are ${chains.map(({ chainId, name }) => `${name} (${chainId})`).join(", ")}`);
  }
}

export function createDriver({ chains, relayer, runsRelayer, proverMode }: DriverDependencies): Driver {
  async function settleChain({ chainId, pipeline }: DevnetChain): Promise<SettledBatchInfo[]> {
    const { executed } = pipeline.progress();
    await pipeline.seal();
    const { sealed } = pipeline.progress();
    const numbers = Array.from({ length: sealed - executed }, (_, i) => BigInt(executed + i));
    const batches = await Promise.all(numbers.map((number) => pipeline.settled(number)));
    return batches.map((batch) => settledBatchInfo(chainId, batch, proverMode));
  }

  return {
    async settle(chainId) {
      const chosen = chainId === undefined ? chains : chains.filter((chain) => chain.chainId === chainId);
      if (chosen.length === 0) throw new UnknownChainError(String(chainId), chains);
      return (await Promise.all(chosen.map(settleChain))).flat();
    },
    async relay() {
      const before = new Map(relayer.journeys().map((journey) => [journey, journey.steps.size]));
      let [priorityOps, importedRoots] = [0, 0];
      for (let moved = true; moved; ) {
        const steps = stepsOf(relayer);
        moved = false;
        for (const { pipeline } of chains) {
          const inputs = await pipeline.pollL1();
          priorityOps += inputs.priorityOps;
          importedRoots += inputs.importedRoots;
          moved ||= inputs.priorityOps + inputs.importedRoots > 0;
        }
        await (runsRelayer ? relayer.poll() : relayer.observe());
        moved ||= stepsOf(relayer) !== steps;
      }
      const messages = relayer.journeys().filter((journey) => before.get(journey) !== journey.steps.size);
      return { priorityOps, importedRoots, messages: messages.map(messageInfo) };
    },
  };
}

/** Grows with everything that the relayer learns. */
function stepsOf(relayer: Relayer): number {
  return relayer.journeys().reduce((sum, { steps }) => sum + 1 + steps.size, 0);
}
