import type { Hex } from "../../../ground/protocol/hex.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import { SHIELDED_POOL_ADDRESS } from "./pool-contracts.ts";

/** Question to a chain by JSON-RPC. */
type QueryChain = (method: string, params: readonly unknown[]) => Promise<unknown>;

/**
 * Reason why a chain with coins in its shielded pool should not take a version; undefined if nothing is against it. On a
 * proven chain a transfer of the pool has more work than a transaction may have, so no note could be spent. `mostLocked`:
 * wei in the pool that the chain's admin lets be locked, so that a stranger's deposit does not hold the upgrade.
 */
export async function lockedPoolObjection(
  { from, to, mostLocked }: { readonly from: bigint; readonly to: bigint; readonly mostLocked: bigint },
  query: QueryChain,
): Promise<string | undefined> {
  if (isProvenOnL1(from) || !isProvenOnL1(to)) return undefined;
  const pool = [SHIELDED_POOL_ADDRESS, "latest"];
  if ((await query("eth_getCode", pool)) === "0x") return undefined;
  const held = BigInt((await query("eth_getBalance", pool)) as Hex);
  if (held <= mostLocked) return undefined;
  return (
    `its shielded pool ${SHIELDED_POOL_ADDRESS} holds ${held} wei, and on a proven chain no transfer of the pool fits into a transaction, ` +
    `so its notes would be locked: have their owners withdraw them first, or name the most that may be locked with --lock-pool <ETH>`
  );
}
