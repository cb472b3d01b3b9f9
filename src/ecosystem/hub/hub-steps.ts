import type { Digest } from "../../ground/protocol/digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { FactPath } from "./fact-tree.ts";
import type { HubEntry } from "./hub-block.ts";
import type { HubState } from "./hub-state.ts";

/** Step of a hub's state by one batch: paths in the state before it, and the digest of the state after it. */
interface HubStepPaths {
  readonly paths: {
    readonly member: { readonly leaf: Digest; readonly siblings: readonly Digest[] };
    readonly factCount: number;
    readonly nextFactSiblings: readonly Digest[];
    readonly imports: readonly FactPath[];
  };
  readonly after: Hex;
}

/** Steps of a block's batches from the state before the block, in order. Throws HubError if a batch does not follow. */
export function hubSteps(before: HubState, entries: readonly HubEntry[]): readonly HubStepPaths[] {
  const state = before.copy();
  return entries.map((entry) => {
    const paths = {
      member: state.memberPath(entry.chainId),
      factCount: state.factCount,
      nextFactSiblings: state.nextFactSiblings(),
      imports: entry.paths,
    };
    state.step(entry);
    return { paths, after: state.digest() };
  });
}
