import { layersBelow } from "../../../ground/protocol/chain-ancestry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Relayer } from "../../relayer/relayer.ts";
import type { EcosystemView } from "../view/books/ecosystem-view.ts";
import type { SettledBatchInfo } from "../view/books/ecosystem-info.ts";
import { resealInfo } from "../view/batches/reseal-info.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import type { PromiseDesk } from "../promises/promise-desk.ts";
import { requireNothingOnTop } from "./settlement-bases.ts";
import { settledBatchInfo } from "../view/batches/settled-info.ts";
import { UnknownChainError } from "../chains/unknown-chain.ts";
import type { Driver } from "../view/books/driver.ts";

/** Bridges, as far as a relay moves them. */
interface DrivenBridges {
  /** Advances messages; with a transaction only its messages. Resolves with true if anything moved. */
  look(options: { readonly all: boolean; readonly sentIn?: Hex | undefined }): Promise<boolean>;
  areOver(sentIn: Hex): Promise<boolean | undefined>;
}

interface DriverDependencies {
  /** Current chains. */
  readonly chains: () => readonly DevnetChain[];
  readonly relayer: Relayer;
  readonly books: Pick<EcosystemView, "describe">;
  readonly promises: Pick<PromiseDesk, "unfulfilled">;
  /** Whether the relayer delivers. */
  readonly runsRelayer: boolean;
  /** Called after chains were settled or resealed, before the answer, so that the indexes include the result. */
  readonly onDriven?: (() => Promise<void>) | undefined;
  /** Third-party bridges, if enabled. */
  readonly bridges?: DrivenBridges | undefined;
  /** Advances an L1 of this process to a second; `undefined` if it is remote. */
  readonly passL1?: ((second: bigint) => Promise<void>) | undefined;
}

export function createDriver(dependencies: DriverDependencies): Driver {
  const { chains, relayer, books, promises, runsRelayer, onDriven, bridges, passL1 } = dependencies;
  async function settleChain({ chainId, pipeline }: DevnetChain): Promise<SettledBatchInfo[]> {
    const { executed } = pipeline.progress();
    if (passL1 !== undefined) await endBatches(pipeline, passL1);
    // Roots of other chains alone wait until something uses them.
    const { sequencer } = pipeline.chain;
    if (!sequencer.isIdle) await sequencer.answered(pipeline.seal());
    const { sealed } = pipeline.progress();
    pipeline.hurry();
    const numbers = Array.from({ length: sealed - executed }, (_, i) => BigInt(executed + i));
    const batches = await Promise.all(numbers.map((number) => pipeline.settled(number)));
    return batches.map((batch) => settledBatchInfo(chainId, batch));
  }

  return {
    async settle(chainId) {
      const chosen = chains().filter((chain) => (chainId === undefined ? chain.runSwitch.isRunning : chain.chainId === chainId));
      if (chosen.length === 0 && chainId !== undefined) throw new UnknownChainError(String(chainId), chains());
      const batches: SettledBatchInfo[] = [];
      // What settles on a chain first, so that the chain's own batch holds it.
      for (const layer of layersFromTop(chosen))
        for (const settled of await Promise.all(layer.map((chain) => chain.runSwitch.whileRunning(() => settleChain(chain)))))
          batches.push(...settled);
      await onDriven?.();
      return batches;
    },
    async reseal(chainId, fromBatch) {
      const chain = chains().find((each) => each.chainId === chainId);
      if (chain === undefined) throw new UnknownChainError(String(chainId), chains());
      requireNothingOnTop(chain, chains(), "resealing is a reorg that they do not survive; remove");
      const resealed = await chain.runSwitch.whileRunning(() => chain.pipeline.reseal(fromBatch));
      await onDriven?.();
      return resealInfo(chainId, resealed, promises.unfulfilled(chainId));
    },
    async relay(sentIn) {
      const before = new Map(relayer.journeys().map((journey) => [journey, journey.steps.size]));
      let [priorityOps, importedRoots] = [0, 0];
      // What one transaction sent needs no more than itself, unless it is behind others.
      let [isFirst, alone] = [true, bridges === undefined ? undefined : sentIn];
      for (let moved = true; moved;) {
        const steps = stepsOf(relayer);
        moved = false;
        for (const { pipeline } of chains()) {
          const { operations, roots } = await pipeline.pollL1();
          priorityOps += operations.length;
          importedRoots += roots.length;
          moved ||= operations.length + roots.length > 0;
        }
        await (runsRelayer ? relayer.poll() : relayer.observe());
        // What a receiver refuses stays refused until something changes: it is asked once in each call.
        const executed = (await bridges?.look({ all: isFirst, sentIn: alone })) ?? false;
        isFirst = false;
        moved ||= executed || stepsOf(relayer) !== steps;
        if (alone === undefined) continue;
        // What has failed may be run once more, with other gas.
        if (!executed && (await bridges?.areOver(alone))) break;
        if (!moved) [isFirst, alone, moved] = [true, undefined, true];
      }
      const messages = relayer.journeys().filter((journey) => before.get(journey) !== journey.steps.size);
      return { priorityOps, importedRoots, messages: await books.describe(messages) };
    },
  };
}

/** L1's time ends the batches of a chain whose order is L1's queue, each once the one before is executed. */
async function endBatches(
  { batchEndsAt, pollL1, progress, settled }: DevnetChain["pipeline"],
  passL1: (second: bigint) => Promise<void>,
): Promise<void> {
  for (let end = batchEndsAt(); end !== undefined; end = batchEndsAt()) {
    const { sealed, executed } = progress();
    if (executed < sealed) await settled(BigInt(sealed - 1));
    await passL1(end);
    await pollL1();
  }
}

/** Chains with the most layers above L1 first. */
function layersFromTop(chains: readonly DevnetChain[]): DevnetChain[][] {
  const layers: DevnetChain[][] = [];
  for (const chain of chains) (layers[layersBelow(chain.chainId)] ??= []).push(chain);
  return layers.filter((layer) => layer !== undefined).reverse();
}

/** Grows with everything that the relayer learns. */
function stepsOf(relayer: Relayer): number {
  return relayer.journeys().reduce((sum, { steps }) => sum + 1 + steps.size, 0);
}
