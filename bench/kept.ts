import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import hre from "hardhat";
import { lowerCaseAddress } from "../src/devnet/accounts.ts";
import { startDevnet } from "../src/devnet/devnet.ts";
import type { Devnet, DevnetOptions } from "../src/devnet/devnet.ts";
import type { Hex } from "../src/protocol/hex.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { measureConfirmations } from "./devnet-confirmations.ts";
import { median, quantile } from "./statistics.ts";

export interface KeptBenchOptions {
  readonly json: boolean;
  /** Payments one after another, each in a block of its own. */
  readonly transactions: number;
}

const CHAIN_ID = 271n;
const ETHER = 10n ** 18n;
const PAYER = 1;
const BATCH_TRANSACTIONS = 100;
/** Recipients are new accounts: what a chain's state grows by. */
const FIRST_RECIPIENT = 0x1000_0000n;

const compileFile = fileURLToPath(new URL("./compile-apart.ts", import.meta.url));

/** Measures an ecosystem that is kept in a folder: its confirmations beside those in memory, and how long its next start takes. */
export async function benchKept({ json, transactions }: KeptBenchOptions): Promise<void> {
  execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const folder = mkdtempSync(join(tmpdir(), "bench-kept-"));
  try {
    const inMemory = await confirmed(await start({}), transactions);
    await (await start({ data: folder })).close();
    const empty = await timed(() => start({ data: folder }));
    const kept = await confirmed(empty.result, transactions);
    const full = await timed(() => start({ data: folder }));
    await full.result.close();
    const result = {
      confirmMsP50: median(kept),
      confirmMsP99: quantile(kept, 0.99),
      inMemoryMsP50: median(inMemory),
      blocks: transactions,
      emptyStartSeconds: empty.seconds,
      startSeconds: full.seconds,
      startMsPerBlock: ((full.seconds - empty.seconds) * 1000) / transactions,
      startCpuMsPerBlock: ((full.cpuSeconds - empty.cpuSeconds) * 1000) / transactions,
      node: process.version,
    };
    if (json) console.log(JSON.stringify(result));
    else console.table(result);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function start(options: Pick<DevnetOptions, "data">): Promise<Devnet> {
  return startDevnet(
    {
      ...options,
      chains: [{ chainId: CHAIN_ID, batches: { maxTransactions: BATCH_TRANSACTIONS } }],
      fundedAccounts: [PAYER],
      fundingWei: 1_000n * ETHER,
      prover: { mode: "none" },
      relayer: false,
    },
    {
      connectL1: (genesisMs) =>
        hre.network.create({
          network: "local",
          override: {
            allowBlocksWithSameTimestamp: true,
            ...(genesisMs === undefined ? {} : { initialDate: new Date(genesisMs) }),
          },
        }),
      connectChain: (override) => hre.network.create({ network: "local", override }),
      artifacts: (name) => hre.artifacts.readArtifact(name),
      clock: systemClock,
      onStop: (chainId, error) => console.error(`chain ${chainId} has stopped`, error),
    },
  );
}

/** From request to receipt of each payment, over HTTP on one connection; settles and closes the ecosystem. */
async function confirmed(devnet: Devnet, transactions: number): Promise<readonly number[]> {
  try {
    const [chain] = devnet.chains;
    if (chain === undefined) throw new RangeError("one chain is measured");
    const payer = devnet.accounts.wallet(PAYER);
    const first = Number(
      await chain.provider.request({
        method: "eth_getTransactionCount",
        params: [lowerCaseAddress(payer.address), "latest"],
      }),
    );
    const fees = { gasLimit: 50_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n };
    const raws: Hex[] = [];
    for (let i = 0; i < transactions; i++) {
      const to = `0x${(FIRST_RECIPIENT + BigInt(i)).toString(16).padStart(40, "0")}`;
      const payment = { to, value: 1n, nonce: first + i, chainId: CHAIN_ID, type: 2, ...fees };
      raws.push((await payer.signTransaction(payment)) as Hex);
    }
    const { ms } = await measureConfirmations(chain.url, raws, 1);
    await devnet.settle();
    return ms;
  } finally {
    await devnet.close();
  }
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number; readonly cpuSeconds: number }> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 };
}
