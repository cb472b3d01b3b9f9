import { useContext, useState } from "preact/hooks";
import { olderBlocks, reachInWords } from "../../src/devnet/view/feed/older-blocks.ts";
import { OlderContext } from "../activity.ts";
import { knownBlocks, MOST_BACK } from "../activity-follower.ts";
import { useEcosystem } from "../ecosystem.ts";
import type { Activity } from "../happenings.ts";

interface OlderBlocksProps {
  /** What the feed shows. */
  readonly activity: Activity;
  /** Name of a member; empty for all. */
  readonly chain: string;
  /** Whether these blocks have rows that the feed did not have. */
  readonly hasMore: (activity: Activity) => boolean;
  /** Told of all that is known then. */
  readonly came: (activity: Activity) => void;
}

/** How many of its members' blocks the feed has looked through, and a button for older ones. */
export function OlderBlocks({ activity, chain, hasMore, came }: OlderBlocksProps) {
  const { info } = useEcosystem();
  const older = useContext(OlderContext);
  const [isAsking, setAsking] = useState(false);
  const [refusal, refuse] = useState<string>();
  const members = [info.l1, ...info.chains.filter(({ stopped }) => stopped !== true)]
    .filter(({ name }) => chain === "" || name === chain)
    .map(({ chainId }) => chainId);
  const known = knownBlocks(activity, members);
  if (known.length === 0) return null;
  const isMore = olderBlocks(known, { blocks: MOST_BACK, l1: info.l1 }) !== undefined;
  const ask = async (): Promise<void> => {
    setAsking(true);
    refuse(undefined);
    try {
      await older(members, info.l1, (all) => {
        came(all);
        return hasMore(all);
      });
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
    setAsking(false);
  };
  return (
    <>
      <p class="quiet small">
        From {reachInWords(known, info)}.{" "}
        {!isMore && known.some(({ oldest }) => oldest > 0) && (
          <>
            <code>npx hardhat hyperchain:logs --blocks</code> reads further.
          </>
        )}
      </p>
      {isMore && (
        <button aria-disabled={isAsking} onClick={() => void (isAsking || ask())}>
          {isAsking ? "Looking through older blocks…" : "Look through older blocks"}
        </button>
      )}
      {refusal !== undefined && (
        <p class="bad" role="alert">
          Older blocks were not told: {refusal}
        </p>
      )}
    </>
  );
}
