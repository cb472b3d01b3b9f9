import type { BatchInfo, EcosystemInfo, EcosystemStatus } from "./answers.ts";
import { ask } from "./rpc.ts";

/** Maximum batches of each chain. */
const MOST_BATCHES = 5;

/** The newest executed batches of the chains that settle on L1. */
export async function executedBatches({ chains }: EcosystemInfo, status: EcosystemStatus): Promise<readonly BatchInfo[]> {
  const settledHere = new Set(chains.filter(({ settlesOn }) => settlesOn === undefined).map(({ chainId }) => chainId));
  const wanted = status.chains
    .filter(({ chainId }) => settledHere.has(chainId))
    .flatMap(({ chainId, batches: { executed } }) =>
      Array.from({ length: Math.min(MOST_BATCHES, executed) }, (_, i) => [chainId, executed - 1 - i] as const),
    );
  const found = await Promise.all(
    // A chain that is paused, or that only its readers may read, does not tell.
    wanted.map(([chainId, number]) => ask<BatchInfo | null>("any", "hyperchain_batch", [chainId, number]).catch(() => null)),
  );
  return found.filter((batch) => batch !== null);
}
