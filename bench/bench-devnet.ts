import { ACCOUNT_NUMBERS } from "../src/ecosystem/devnet/accounts/accounts.ts";
import { startDevnet, type Devnet, type DevnetChain, type DevnetDependencies } from "../src/ecosystem/devnet/devnet.ts";
import { connectHttp } from "../src/ecosystem/devnet/relaying/relaying.ts";
import { systemClock } from "../src/ground/runtime/clock.ts";
import { benchArtifacts, benchNetwork } from "./bench-network.ts";
import { BLOCK_TRANSACTIONS } from "./devnet-throughput.ts";
import { createWorkload, type Workload } from "./devnet-workload.ts";

const ETHER = 10n ** 18n;
/** The development account that pays for the measurements' accounts. */
const PAYER = 1;

export const connectChain: DevnetDependencies["connectChain"] = (override) => benchNetwork.create({ network: "local", override });

/** An L1 with these chains, real proofs and no relayer. */
export function startBenchDevnet(chainIds: readonly bigint[]): Promise<Devnet> {
  return startDevnet(
    {
      // A transaction that comes alone is in a block at once; those that come meanwhile share the next one.
      chains: chainIds.map((chainId) => ({
        ...{ chainId, blocks: { type: "instant", maxTransactions: BLOCK_TRANSACTIONS } },
      })),
      fundedAccounts: [PAYER, ACCOUNT_NUMBERS.relayer],
      fundingWei: 1_000n * ETHER,
      relayer: false,
    },
    {
      connectL1: () => benchNetwork.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } }),
      connectChain,
      artifacts: benchArtifacts,
      clock: systemClock,
      onStop: (chainId, error) => console.error(`chain ${chainId} has stopped`, error),
    },
  );
}

/** Pays a workload's accounts, with `holders` holders of equal balances, and creates its token. */
export async function prepareWorkload(
  { accounts }: Devnet,
  { chainId, url, pipeline }: DevnetChain,
  holders: number,
): Promise<Workload> {
  const { bytecode } = await benchArtifacts("PlainToken");
  const workload = createWorkload(chainId, bytecode, holders);
  const client = connectHttp(chainId, url);
  try {
    const payer = accounts.wallet(PAYER).connect(client);
    let nonce = await payer.getNonce();
    for (const { address } of workload.accounts) {
      await payer.sendTransaction({ to: address, value: workload.fundingWei, nonce: nonce++, gasLimit: 21_000n });
    }
    await pipeline.chain.submit(workload.deployment);
    return workload;
  } finally {
    client.destroy();
  }
}
