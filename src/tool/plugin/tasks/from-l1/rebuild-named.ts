import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { withOperationsOf } from "../../../../ecosystem/devnet/reconstruction/queued-operations.ts";
import { staysBelow, withRebuiltChain } from "../../../../ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import type { Reconstruction, ReconstructionOptions } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import { withProvider } from "../../../../ecosystem/devnet/reconstruction/with-provider.ts";
import { systemClock } from "../../../../ground/runtime/clock.ts";
import { connectChain } from "../../start-ecosystem.ts";
import { depthOn, isReadFromBasesL1, rebuild, rebuildFromMessages, type FoundOnL1 } from "./chain-on-l1.ts";

type NamedOptions = Pick<ReconstructionOptions, "upTo" | "fromBlock"> & { readonly confirmations: number };

/** Rebuilds a chain from where a task names it: with `--base` from L1, else from what it settles on. Rejects as `reconstruct`. */
export function rebuildNamed(place: FoundOnL1, options: NamedOptions, hre: HardhatRuntimeEnvironment): Promise<Reconstruction> {
  if (isReadFromBasesL1(place)) return rebuildFromL1(place, options, hre);
  return rebuild(place, { ...options, confirmations: depthOn(place, options.confirmations) });
}

/**
 * From the L1 of the chain on which it settles, which is rebuilt first; from a node of the latter, where one is named, what
 * is not carried.
 */
async function rebuildFromL1(
  place: FoundOnL1 & Required<Pick<FoundOnL1, "base">>,
  { upTo, fromBlock, confirmations }: NamedOptions,
  hre: HardhatRuntimeEnvironment,
): Promise<Reconstruction> {
  const base = await rebuild(place.base, { upTo: "executed", confirmations, ...(fromBlock === undefined ? {} : { fromBlock }) });
  try {
    const rebuilt = await withRebuiltChain(base, { connect: connectChain(hre), clock: systemClock }, (node) =>
      rebuildFromMessages(place, { base, node, ...(upTo === undefined ? {} : { upTo }) }),
    );
    return place.hasNoNode ? rebuilt : await withProvider(place.l1, (node) => withOperationsOf(rebuilt, node));
  } catch (error) {
    if (place.hasNoNode || !staysBelow(error)) throw error;
    return rebuild(place, upTo === undefined ? {} : { upTo });
  }
}
