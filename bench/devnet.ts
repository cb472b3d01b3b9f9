import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import hre from "hardhat";
import { systemClock } from "../src/runtime/clock.ts";
import { ACCOUNT_NUMBERS } from "../src/devnet/accounts.ts";
import { startDevnet } from "../src/devnet/devnet.ts";
import type { Devnet, DevnetChain } from "../src/devnet/devnet.ts";
import { connectHttp } from "../src/devnet/relaying.ts";
import { byRest, measureConfirmations } from "./devnet-confirmations.ts";
import { measureProven } from "./devnet-proven.ts";
import { measureCommitCosts } from "./devnet-settlement.ts";
import { measureSevenSteps } from "./devnet-seven-steps.ts";
import { BLOCK_TRANSACTIONS, measureThroughput, openBareEngine } from "./devnet-throughput.ts";
import { createWorkload } from "./devnet-workload.ts";
import type { Workload } from "./devnet-workload.ts";
import { median, quantile } from "./statistics.ts";

export interface DevnetBenchOptions {
  readonly json: boolean;
  /** Transactions of each measurement. */
  readonly transactions: number;
  /** How long to prove without a pause; 0 leaves that measurement out. */
  readonly provenSeconds: number;
}

const CHAIN_IDS = [271n, 272n] as const;
const ETHER = 10n ** 18n;
/** The development account that pays for the measurements' accounts. */
const PAYER = 1;
/** Connections that send at the same time under load. */
const CONNECTIONS = 16;
/** Accounts with ETH and tokens on each chain. */
const HOLDERS = 200;
/** Token transfers in the batch whose cost is measured. */
const BATCH_TRANSFERS = 100;
const MAX_ALONE = 500;

const compileFile = fileURLToPath(new URL("./compile-apart.ts", import.meta.url));

/** Measures an L1 with two chains, with real proofs; bench/README.md says what each figure is. */
export async function benchDevnet({ json, transactions, provenSeconds }: DevnetBenchOptions): Promise<void> {
  execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const connectChain = (override: Parameters<Parameters<typeof startDevnet>[1]["connectChain"]>[0]) =>
    hre.network.create({ network: "local", override });
  const begun = performance.now();
  const devnet = await startDevnet(
    {
      // A transaction that comes alone is in a block at once; those that come meanwhile share the next one.
      chains: CHAIN_IDS.map((chainId) => ({ chainId, blocks: { type: "instant", maxTransactions: BLOCK_TRANSACTIONS } })),
      fundedAccounts: [PAYER, ACCOUNT_NUMBERS.relayer],
      fundingWei: 1_000n * ETHER,
      relayer: false,
    },
    {
      connectL1: () => hre.network.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } }),
      connectChain,
      artifacts: (name) => hre.artifacts.readArtifact(name),
      clock: systemClock,
      onStop: (chainId, error) => console.error(`chain ${chainId} has stopped`, error),
    },
  );
  try {
    const readySeconds = (performance.now() - begun) / 1000;
    const rssMiB = { ready: rss() } as Record<string, number>;
    const [settled, busy] = devnet.chains;
    if (settled === undefined || busy === undefined) throw new RangeError("two chains are measured");
    const steps = await measureSevenSteps(devnet);
    const workload = await prepare(devnet, settled);
    const costs = await measureCommitCosts(settled, workload, devnet.l1.provider, BATCH_TRANSFERS);
    rssMiB["settled"] = rss();

    const load = await prepare(devnet, busy);
    const bare = await openBareEngine(busy.pipeline.chain, load, connectChain);
    const throughput = await measureThroughput(busy.pipeline.chain, bare, load, transactions);
    await bare.close();
    rssMiB["throughput"] = rss();
    const alone = await measureConfirmations(busy.url, load.mixedTransfers(Math.min(transactions, MAX_ALONE), 1), 1);
    const many = await measureConfirmations(busy.url, load.mixedTransfers(transactions, CONNECTIONS), CONNECTIONS);
    const rest = await measureConfirmations(busy.url, load.mixedTransfers(transactions, CONNECTIONS), CONNECTIONS, byRest);
    rssMiB["confirmations"] = rss();
    const proven = provenSeconds === 0 ? undefined : await measureProven(settled, workload, provenSeconds);
    rssMiB["proven"] = rss();
    const result = {
      readySeconds,
      confirmMsP50: median(alone.ms),
      confirmMsP99: quantile(many.ms, 0.99),
      restMsP99: quantile(rest.ms, 0.99),
      ...throughput,
      httpTxPerSecond: many.txPerSecond,
      ...(proven === undefined ? {} : { provenTxPerSecond: proven.provenTxPerSecond, proven }),
      sevenStepSeconds: steps.seconds,
      sevenStepProveSeconds: steps.proveSeconds,
      ...costs,
      rssMiB,
      peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      node: process.version,
    };
    if (json) console.log(JSON.stringify(result));
    else
      console.table(
        Object.entries(result).map(([name, value]) => ({
          name,
          value: typeof value === "object" ? JSON.stringify(value) : value,
        })),
      );
  } finally {
    await devnet.close();
  }
}

function rss(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

/** Pays the workload's accounts, each exactly the same, and creates its token. */
async function prepare({ accounts }: Devnet, { chainId, url, pipeline }: DevnetChain): Promise<Workload> {
  const { bytecode } = await hre.artifacts.readArtifact("PlainToken");
  const workload = createWorkload(chainId, bytecode, HOLDERS);
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
