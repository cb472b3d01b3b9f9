import type { ChainNews, BlockNews } from "../../relayer/chain-news.ts";
import type { SequencedBlock } from "../../../chain/ordering/batch-reducer.ts";
import type { DevnetChain } from "../chains/served-chain.ts";

type Index = Pick<DevnetChain["pipeline"]["chain"]["index"], "onBlock" | "onReturn" | "publicHash">;

/** Notifications of a chain of this process about its blocks: all logs that its RPC would return, before that shows them. */
export function newsOf({ index }: { readonly index: Index }): ChainNews & { close(): void } {
  let changes = 0;
  const followers = new Set<{ readonly onBlock: (block: BlockNews) => void; readonly onReturn: () => void }>();
  const ends = [
    index.onBlock((_number, block) => {
      changes++;
      const told = newsOfBlock(block, index);
      for (const { onBlock } of followers) onBlock(told);
    }),
    index.onReturn(() => {
      changes++;
      for (const { onReturn } of followers) onReturn();
    }),
  ];
  return {
    tip: () => changes,
    follow(onBlock, onReturn) {
      const follower = { onBlock, onReturn };
      followers.add(follower);
      return () => followers.delete(follower);
    },
    close: () => ends.forEach((end) => end()),
  };
}

function newsOfBlock({ environment, hash, receipts }: SequencedBlock, index: Index): BlockNews {
  const blockNumber = Number(environment.number);
  return {
    number: blockNumber,
    hash,
    logs: receipts.flatMap(({ logs, transactionHash }) =>
      logs.map((log) => ({ ...log, blockNumber, transactionHash: index.publicHash(transactionHash) })),
    ),
  };
}
