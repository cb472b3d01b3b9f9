import { parentId } from "../../../../ground/protocol/chain-ancestry.ts";

/** Name of a settlement layer in texts without a list of names, by its id. */
export function layerName(chainId: bigint | number): string {
  const below = parentId(BigInt(chainId));
  return below === undefined ? "L1" : `chain ${below}`;
}
