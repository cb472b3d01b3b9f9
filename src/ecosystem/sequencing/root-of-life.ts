import type { Header } from "../../chain/consensus/proposals.ts";
import type { BlockVoteDomain } from "../../ground/protocol/block-vote.ts";
import { fromHex, keccak } from "../../ground/protocol/hex.ts";

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
