import { useContext, useState } from "preact/hooks";
import { OlderContext } from "../activity.ts";
import { knownBlocks } from "../activity-follower.ts";
import { useEcosystem } from "../ecosystem.ts";
import type { Activity } from "../happenings.ts";

interface OlderTransactionsProps {
  /** Blocks that the feed shows. */
  readonly activity: Activity;
  /** Name of a member; empty for all. */
  readonly chain: string;
  /** True if these blocks have rows that the feed did not have. */
  readonly hasMore: (activity: Activity) => boolean;
  /** Called with all that is known then. */
  readonly onCame: (activity: Activity) => void;
}

/** Which of users' transactions the feed has looked through, and a button for older ones. */
export function OlderTransactions({ activity, chain, hasMore, onCame }: OlderTransactionsProps) {
  const { info } = useEcosystem();
  const { older, reach } = useContext(OlderContext);
  const [isAsking, setAsking] = useState(false);
  const [refusal, refuse] = useState<string>();
  const members = [info.l1, ...info.chains.filter(({ stopped }) => stopped !== true)]
    .filter(({ name }) => chain === "" || name === chain)
    .map(({ chainId }) => chainId);
  if (knownBlocks(activity, members).length === 0) return null;
  const known = reach(members);
  const ask = async (): Promise<void> => {
    setAsking(true);
    refuse(undefined);
    try {
      await older(members, (all) => {
        onCame(all);
        return hasMore(all);
      });
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
    setAsking(false);
  };
  return (
    <>
      {known === "all" && <p class="quiet small">From all transactions of users{chain === "" ? "" : ` on ${chain}`}.</p>}
      {known === "most" && (
        <p class="quiet small">
          From as many transactions as this page keeps; <code>npx hardhat hyperchain:logs --last 10000</code> reads further.
        </p>
      )}
      {known === "some" && (
        <button aria-disabled={isAsking} onClick={() => void (isAsking || ask())}>
          {isAsking ? "Looking for older transactions…" : "Look for older transactions"}
        </button>
      )}
      {refusal !== undefined && (
        <p class="bad" role="alert">
          Older transactions were not told: {refusal}
        </p>
      )}
    </>
  );
}
