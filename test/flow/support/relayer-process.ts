import { createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { connectHttp } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { createRelayer } from "../../../src/ecosystem/relayer/relayer.ts";

/** Message that starts the process: only public data of an ecosystem. */
export interface RelayingTask {
  readonly l1: { readonly chainId: bigint; readonly url: string };
  readonly registry: Hex;
  readonly fromBlock: number;
  readonly chains: readonly { readonly chainId: bigint; readonly hyperchain: Hex; readonly url: string }[];
  /** Number of the development account that pays. */
  readonly account: number;
}

/** Answer of the process: the stage of each message, in their order, as it sees them. */
export type RelayingReport = readonly (readonly string[])[];

/** A process that looks once at L1 and the chains, and delivers what it finds. */
process.once("message", (task: RelayingTask) => void relay(task));

async function relay({ l1, registry, fromBlock, chains, account }: RelayingTask): Promise<void> {
  const wallet = createDevelopmentAccounts().wallet(account);
  const clients = [l1, ...chains].map(({ chainId, url }) => connectHttp(chainId, url));
  const relayer = createRelayer(
    {
      settlementChainId: l1.chainId,
      ...{ registry, fromBlock },
      chains: chains.map(({ chainId, hyperchain }, i) => ({ chainId, hyperchain, signer: wallet.connect(clients[i + 1]!) })),
    },
    { l1: clients[0]! },
  );
  await relayer.poll();
  const report: RelayingReport = relayer.journeys().map(({ steps }) => [...steps.keys()]);
  for (const client of clients) client.destroy();
  process.send?.(report, () => process.disconnect());
}
