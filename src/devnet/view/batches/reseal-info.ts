import type { Resealed } from "../../../node/settling/resealing.ts";
import type { UnkeptPromise } from "../../promises/promise-info.ts";
import type { ResealInfo } from "../books/ecosystem-info.ts";

/** Batches that were formed again, as the ecosystem's methods tell it. */
export function resealInfo(
  chainId: bigint,
  { firstBatch, lost }: Resealed,
  unkeptPromises: readonly UnkeptPromise[],
): ResealInfo {
  return {
    chainId: Number(chainId),
    firstBatch: Number(firstBatch),
    lost: lost.map(({ hash, reason }) => (hash === undefined ? { reason } : { hash, reason })),
    ...(unkeptPromises.length === 0 ? {} : { unkeptPromises }),
  };
}
