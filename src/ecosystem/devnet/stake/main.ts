import { JsonRpcProvider, Wallet } from "ethers";
import { l1Request } from "../l1/request/l1-request.ts";
import { StakeWatcher, type L1Rewinds } from "./stake-watcher.ts";
import type { ChainVotes } from "./vote-reports.ts";
import { watchStakes } from "./watch.ts";
import { openWatcherFile } from "./watcher-file.ts";
import type { FromWatcher, ToWatcher, WatcherStart } from "./watcher-messages.ts";

/** Body of the watcher's process, which ends with its parent process. What it has not reported it reads from L1 again. */
const tell = (message: FromWatcher): void => {
  // The parent process may end in between.
  process.send?.(message, undefined, undefined, () => undefined);
};
const [rewindsWaiting, votesWaiting]: [((rewinds: L1Rewinds) => void)[], ((votes: readonly ChainVotes[]) => void)[]] = [[], []];

async function watch({ l1Url, key, pollMs, file, ...options }: WatcherStart): Promise<void> {
  const l1 = new JsonRpcProvider(l1Request(l1Url), undefined, { staticNetwork: true, cacheTimeout: -1 });
  const journal = file === undefined ? undefined : await openWatcherFile(file);
  const rewinds = (): Promise<L1Rewinds> =>
    new Promise((resolve) => {
      rewindsWaiting.push(resolve);
      tell({ type: "askRewinds" });
    });
  const votes = (): Promise<readonly ChainVotes[]> =>
    new Promise((resolve) => {
      votesWaiting.push(resolve);
      tell({ type: "askVotes" });
    });
  const watcher = new StakeWatcher(options, {
    l1,
    sender: new Wallet(key, l1),
    rewinds,
    votes,
    ...(journal === undefined ? {} : { journal }),
    onEvent: (event) => tell({ type: "event", event }),
  });
  const { signal } = new AbortController();
  await watchStakes(watcher, { pollMs, signal, onTrouble: (reason) => tell({ type: "trouble", reason }) });
}

process.on("message", (message: ToWatcher) => {
  if (message.type === "rewinds") rewindsWaiting.shift()?.(message.rewinds);
  else if (message.type === "votes") votesWaiting.shift()?.(message.votes);
  else void watch(message);
});
process.on("disconnect", () => process.exit(0));
// A Ctrl-C in a terminal reaches the whole group; the parent process ends the watcher.
process.on("SIGINT", () => undefined);
