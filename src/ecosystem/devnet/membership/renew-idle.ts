import type { Clock } from "../../../ground/runtime/clock.ts";
import { repeat } from "../../../ground/runtime/repeat.ts";
import type { ServedChain } from "../chains/served-chain.ts";

/** Milliseconds between two checks at most. */
const HOUR_MS = 3_600_000;

/** A chain and the seconds after a commit for which the stake of its guardians answers. */
interface GuardedTime {
  readonly chain: Pick<ServedChain, "answer" | "pipeline">;
  readonly retention: number;
}

/**
 * Ends a batch if its first block, or the newest block if no batch is open, is half as old as stake answers for data: the
 * signatures of this batch cover the whole state, so the data of an idle chain stay at stake. An open batch with roots alone
 * may wait for years. `nowSeconds` since the epoch, by L1's clock.
 */
export async function renewIdle({ chain, retention }: GuardedTime, nowSeconds: bigint): Promise<void> {
  const { sequencer } = chain.pipeline.chain;
  const { openedAt } = sequencer;
  const since = openedAt ?? (await newestSecond(chain));
  if (2n * (nowSeconds - since) < BigInt(retention) || sequencer.isPaused) return;
  if (openedAt === undefined) await sequencer.mine();
  await chain.pipeline.seal();
}

async function newestSecond(chain: GuardedTime["chain"]): Promise<bigint> {
  const newest = (await chain.answer("eth_getBlockByNumber", ["latest", false], undefined)) as { readonly timestamp: string };
  return BigInt(newest.timestamp);
}

/** Renews idle chains regularly; returns the function that ends this. A chain that waits for a quorum is retried. */
export function renewingIdle(
  guarded: GuardedTime,
  { clock, nowSeconds }: { readonly clock: Clock; readonly nowSeconds: () => bigint },
): () => void {
  const between = Math.min(guarded.retention * 500, HOUR_MS);
  return repeat(
    clock,
    between,
    () => renewIdle(guarded, nowSeconds()),
    () => guarded.chain.pipeline.fault() === undefined,
  );
}
