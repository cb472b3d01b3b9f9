import type { Resealed } from "../../../../chain/node/settling/resealing.ts";
import type { UnfulfilledPromise } from "../../promises/promise-info.ts";
import type { ResealInfo } from "../books/ecosystem-info.ts";

/** Batches that were formed again, as the ecosystem's methods tell it. */
export function resealInfo(
  chainId: bigint,
  { firstBatch, lost }: Resealed,
  unfulfilledPromises: readonly UnfulfilledPromise[] = [],
): ResealInfo {
  return {
    chainId: Number(chainId),
    firstBatch: Number(firstBatch),
    lost: lost.map(({ hash, reason }) => (hash === undefined ? { reason } : { hash, reason })),
    ...(unfulfilledPromises.length === 0 ? {} : { unfulfilledPromises }),
  };
}
