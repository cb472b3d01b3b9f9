import hre from "hardhat";
import { Transaction } from "ethers";
import { systemClock } from "../src/chain/clock.ts";
import { compile } from "../src/demo/compile.ts";
import { sendAcross } from "../src/demo/round-trip.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../src/devnet/accounts.ts";
import type { SettledBatch } from "../src/devnet/chain-pipeline.ts";
import { startDevnet } from "../src/devnet/devnet.ts";
import type { Devnet } from "../src/devnet/devnet.ts";
import { connectHttp, connectRelayer } from "../src/devnet/relaying.ts";
import { median } from "./statistics.ts";

export interface DevnetBenchOptions {
  readonly json: boolean;
  /** Transactions of each measurement. */
  readonly transactions: number;
}

const CHAIN_IDS = [271n, 272n] as const;
const ETHER = 10n ** 18n;
/** Accounts that send at the same time under load. */
const SENDERS = [1, 2, 3, 4, 5, 6, 7, 8];
const SINK = `0x${"c5".repeat(20)}`;
const GAS_PRICE_WEI = 1_000_000n;

/** Measures an L1 with two chains: start, confirmation, throughput, seven steps. All over HTTP, with real proofs. */
export async function benchDevnet({ json, transactions }: DevnetBenchOptions): Promise<void> {
  await compile();
  const begun = performance.now();
  const devnet = await startDevnet(
    {
      chainIds: CHAIN_IDS,
      fundedAccounts: [...SENDERS, ACCOUNT_NUMBERS.relayer],
      fundingWei: 10n * ETHER,
      batches: { maxAgeMs: undefined, maxTransactions: undefined },
    },
    {
      connectL1: () => hre.network.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } }),
      connectChain: (override) => hre.network.create({ network: "local", override }),
      artifacts: (name) => hre.artifacts.readArtifact(name),
      clock: systemClock,
      onStop: (chainId, error) => console.error(`chain ${chainId} has stopped`, error),
    },
  );
  try {
    const readySeconds = (performance.now() - begun) / 1000;
    const alone = await confirmations(devnet, [1], Math.min(transactions, 200), 0);
    const load = await confirmations(devnet, SENDERS, transactions, 1);
    const steps = await sevenSteps(devnet);
    const result = {
      readySeconds,
      confirmMsP50: median(alone.ms),
      confirmMsP99: quantile(load.ms, 0.99),
      txPerSecond: load.ms.length / load.seconds,
      sevenStepSeconds: steps.seconds,
      l1GasPerBatch: steps.gas,
      proveSeconds: steps.proveSeconds,
      peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      node: process.version,
    };
    if (json) console.log(JSON.stringify(result));
    else console.table(Object.entries(result).map(([name, value]) => ({ name, value: typeof value === "object" ? JSON.stringify(value) : value })));
  } finally {
    await devnet.close();
  }
}

interface Confirmations {
  /** From request to receipt, of each transaction. */
  readonly ms: readonly number[];
  readonly seconds: number;
}

/** ETH transfers, signed beforehand; each sender sends the next when it has the receipt of the last. */
async function confirmations({ chains, accounts }: Devnet, senders: readonly number[], count: number, place: number): Promise<Confirmations> {
  const chain = chains[place];
  if (chain === undefined) throw new RangeError(`no chain ${place}`);
  const client = connectHttp(chain.chainId, chain.url);
  try {
    const each = Math.ceil(count / senders.length);
    const signed = await Promise.all(
      senders.map(async (number) => {
        const wallet = accounts.wallet(number);
        const first = await client.getTransactionCount(wallet.address);
        return Promise.all(
          Array.from({ length: each }, (_, i) =>
            wallet.signTransaction(
              Transaction.from({ type: 2, chainId: chain.chainId, to: SINK, value: 1n, nonce: first + i, gasLimit: 30_000n, maxFeePerGas: GAS_PRICE_WEI, maxPriorityFeePerGas: GAS_PRICE_WEI }),
            ),
          ),
        );
      }),
    );
    const ms: number[] = [];
    const begun = performance.now();
    await Promise.all(
      signed.map(async (raws) => {
        for (const raw of raws) {
          const sent = performance.now();
          const hash: unknown = await client.send("eth_sendRawTransaction", [raw]);
          const receipt: unknown = await client.send("eth_getTransactionReceipt", [hash]);
          if (receipt === null) throw new Error(`no receipt of ${String(hash)}`);
          ms.push(performance.now() - sent);
        }
      }),
    );
    return { ms, seconds: (performance.now() - begun) / 1000 };
  } finally {
    client.destroy();
  }
}

/** A transfer from the first chain to the second, from the moment it is sent until it is executed there. */
async function sevenSteps({ l1, ecosystem, accounts, chains }: Devnet) {
  const [a, b] = chains;
  if (a === undefined || b === undefined) throw new RangeError("seven steps need two chains");
  const settle = async ({ pipeline }: typeof a): Promise<SettledBatch | undefined> => {
    const batch = await pipeline.seal();
    return batch === undefined ? undefined : pipeline.settled(batch.outputs.batchNumber);
  };
  // What came before does not belong to this transfer's batch.
  for (const chain of chains) await settle(chain);
  const targets = chains.map(({ chainId, url, pipeline }) => ({ chainId, url, hyperchain: pipeline.created.hyperchain }));
  const relayer = connectRelayer(ecosystem, l1.url, targets, accounts.wallet(ACCOUNT_NUMBERS.relayer));
  const client = connectHttp(a.chainId, a.url);
  try {
    await relayer.poll();
    const begun = performance.now();
    await sendAcross(accounts.wallet(1).connect(client), b.chainId, lowerCaseAddress(accounts.wallet(2).address), ETHER);
    const settled = await settle(a);
    await b.pipeline.pollL1();
    await relayer.poll();
    const seconds = (performance.now() - begun) / 1000;
    const [journey] = relayer.journeys();
    if (journey?.steps.has("executed") !== true) throw new Error(`the transfer did not arrive: ${journey?.refusal}`);
    const receipts = settled?.receipts ?? {};
    const gas = Object.fromEntries(Object.entries(receipts).map(([stage, receipt]) => [stage, Number(receipt?.gasUsed)]));
    return { seconds, gas, proveSeconds: settled?.proof.metrics.seconds };
  } finally {
    client.destroy();
    relayer.close();
  }
}

/** The value below which a part of all lies, by nearest rank. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
