import { parentId } from "../../../../ground/protocol/chain-ancestry.ts";

/** What a chain settles on, as texts name it that know no names: its id tells. */
export function layerName(chainId: bigint | number): string {
  const below = parentId(BigInt(chainId));
  return below === undefined ? "L1" : `chain ${below}`;
}
