import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { connectChain, prepareWorkload, startBenchDevnet } from "./bench-devnet.ts";
import { serveBareEngine } from "./bare-endpoint.ts";
import { byRest, measureConfirmations, type Confirmations } from "./devnet-confirmations.ts";
import { measureProven } from "./devnet-proven.ts";
import { measureCommitCosts } from "./devnet-settlement.ts";
import { measureSevenSteps } from "./devnet-seven-steps.ts";
import { measureThroughput, openBareEngine } from "./devnet-throughput.ts";
import { median, quantile } from "./statistics.ts";

export interface DevnetBenchOptions {
  readonly json: boolean;
  /** Transactions of each measurement. */
  readonly transactions: number;
  /** Duration of the test of continuous proving in seconds; 0 skips it. */
  readonly provenSeconds: number;
}

/** Results of the same transactions on the chain and in the reference. */
interface Beside {
  readonly chain: Confirmations;
  readonly bare: Confirmations;
}

const CHAIN_IDS = [271n, 272n] as const;
/** Accounts with ETH and tokens on each chain. */
const HOLDERS = 200;
/** Connections that send at the same time under load. */
const CONNECTIONS = 16;
/** Token transfers in the batch whose cost is measured. */
const BATCH_TRANSFERS = 100;
const MAX_ALONE = 500;

const compileFile = fileURLToPath(new URL("./compile-apart.ts", import.meta.url));

/** Measures an L1 with two chains, with real proofs; bench/README.md says what each figure is. */
export async function benchDevnet({ json, transactions, provenSeconds }: DevnetBenchOptions): Promise<void> {
  execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const begun = performance.now();
  const devnet = await startBenchDevnet(CHAIN_IDS);
  try {
    const readySeconds = (performance.now() - begun) / 1000;
    const rssMiB = { ready: rss() } as Record<string, number>;
    const [settled, busy] = devnet.chains;
    if (settled === undefined || busy === undefined) throw new RangeError("two chains are measured");
    const steps = await measureSevenSteps(devnet);
    const workload = await prepareWorkload(devnet, settled, HOLDERS);
    const costs = await measureCommitCosts(settled, workload, devnet.l1.provider, BATCH_TRANSFERS);
    rssMiB["settled"] = rss();

    const load = await prepareWorkload(devnet, busy, HOLDERS);
    const bare = await openBareEngine(busy.pipeline.chain, load, connectChain);
    const throughput = await measureThroughput(busy.pipeline.chain, bare, load, transactions);
    rssMiB["throughput"] = rss();
    const reference = await serveBareEngine(bare);
    const onBoth = async (count: number, connections: number): Promise<Beside> => {
      const raws = load.mixedTransfers(count, connections);
      const chain = await measureConfirmations(busy.url, raws, connections);
      return { chain, bare: await measureConfirmations(reference.url, raws, connections) };
    };
    const alone = await onBoth(Math.min(transactions, MAX_ALONE), 1);
    const many = await onBoth(transactions, CONNECTIONS);
    await reference.close();
    await bare.close();
    const rest = await measureConfirmations(busy.url, load.mixedTransfers(transactions, CONNECTIONS), CONNECTIONS, byRest);
    rssMiB["confirmations"] = rss();
    const proven = provenSeconds === 0 ? undefined : await measureProven(settled, workload, provenSeconds);
    rssMiB["proven"] = rss();
    const result = {
      readySeconds,
      confirmMsP50: median(alone.chain.ms),
      confirmMsP99: quantile(many.chain.ms, 0.99),
      confirmP50PerEdr: median(alone.chain.ms) / median(alone.bare.ms),
      confirmP99PerEdr: quantile(many.chain.ms, 0.99) / quantile(many.bare.ms, 0.99),
      restMsP99: quantile(rest.ms, 0.99),
      ...throughput,
      httpTxPerSecond: many.chain.txPerSecond,
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
