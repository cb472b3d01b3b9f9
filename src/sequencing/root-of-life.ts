import type { Header } from "../consensus/proposals.ts";
import type { BlockVoteDomain } from "../protocol/block-vote.ts";
import { fromHex, keccak } from "../protocol/hex.ts";

/** Decision that the first one of a life follows. `firstView` is above all views of earlier lives. */
export function rootOf({
  domain: { salt },
  firstView,
}: {
  readonly domain: BlockVoteDomain;
  readonly firstView: number;
}): Header {
  return { id: keccak(fromHex(salt)), view: firstView - 1, parent: salt };
}
