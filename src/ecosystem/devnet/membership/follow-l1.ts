import type { Feed } from "../../../chain/rpc/transport/feed.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { LocalL1 } from "../l1/local-l1.ts";
import { newBlock } from "./open-chain.ts";

/**
 * Announces L1's newest block in the feed after each request of this process that may have made one. The returned
 * function looks once, for blocks of others. The engine's notifications would end after five minutes, and a remote L1 may
 * have none.
 */
export function followL1(
  l1: Pick<LocalL1, "chainId" | "request" | "onMoved">,
  feed: Feed,
  closing: Disposer,
): () => Promise<void> {
  let known: bigint | undefined;
  let looking: Promise<void> | undefined;
  let isMoved = false;
  const look = async (): Promise<void> => {
    while (isMoved) {
      isMoved = false;
      const newest = BigInt((await l1.request("eth_blockNumber")) as string);
      if (newest !== known) feed.add(newBlock(l1.chainId, newest));
      known = newest;
    }
  };
  /** One at a time, so that blocks are announced in their order. */
  const again = (): Promise<void> => {
    isMoved = true;
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  };
  // The caller of an L1 that does not answer gets the error; the next block, or look, announces this one as well.
  closing.add(l1.onMoved(() => void again().catch(() => undefined)));
  return again;
}
