import type { Resealed } from "../../../../chain/node/settling/batch-update.ts";
import type { UnfulfilledPromise } from "../../promises/promise-info.ts";
import type { ResealInfo } from "../books/ecosystem-info.ts";

/** Resealed batches, in the form of the ecosystem's methods. */
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
