import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AbiCoder, concat, getCreateAddress, toBeHex } from "ethers";
import { prepareFork } from "../src/chain/execution/connection.ts";
import { lowerCaseAddress } from "../src/ecosystem/devnet/accounts/accounts.ts";
import { startDevnet, type Devnet, type DevnetOptions } from "../src/ecosystem/devnet/devnet.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import { systemClock } from "../src/ground/runtime/clock.ts";
import { benchArtifacts, benchConfig, benchNetwork } from "./bench-network.ts";
import { measureConfirmations } from "./devnet-confirmations.ts";
import { median, quantile } from "./statistics.ts";

export interface KeptBenchOptions {
  readonly json: boolean;
  /** Number of sequential payments, each in a separate block. */
  readonly transactions: number;
  /** New accounts that each of them pays. */
  readonly recipients: number;
  /**
   * Folder of an ecosystem whose starts alone are measured. Where it is not there, it is made with these payments and stays.
   * Default: a temporary one, whose confirmations are measured too.
   */
  readonly store?: string;
}

const CHAIN_ID = 271n;
const ETHER = 10n ** 18n;
const PAYER = 1;
const BATCH_TRANSACTIONS = 100;
/** Recipients are new accounts: what a chain's state grows by. */
const FIRST_RECIPIENT = 0x1000_0000n;
/** Gas that paying a new account takes at most, by a contract that does nothing else. */
const RECIPIENT_GAS = 40_000n;
/**
 * Creates a contract that pays 1 wei to each of as many accounts as the first word of its data says, one address after another
 * from that in the second word.
 */
const CREATE_PAYMASTER = concat([
  // Return the 31 bytes of code that follow these nine.
  "0x601f8060095f395ff3",
  // count; while it is not 0: count - 1
  "0x5f355b8015601d57600190035f5f5f5f",
  // CALL(GAS, second word + count, 1 wei)
  "0x600185602035015af150600256",
  "0x5b00",
]);

const compileFile = fileURLToPath(new URL("./compile-apart.ts", import.meta.url));

/**
 * Measures an ecosystem stored in a folder: its confirmations compared with those in memory, and the duration of its next
 * start.
 */
export async function benchKept({ json, store, ...workload }: KeptBenchOptions): Promise<void> {
  execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const result = store === undefined ? await benchConfirmed(workload) : await benchStore(store, workload);
  if (json) console.log(JSON.stringify(result));
  else console.table(result);
}

async function benchConfirmed(workload: Workload): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "bench-kept-"));
  try {
    const inMemory = await confirmed(await start({}), workload);
    await (await start({ data: folder })).close();
    const empty = await timed(() => start({ data: folder }));
    const kept = await confirmed(empty.result, workload);
    const full = await timed(() => start({ data: folder }));
    await full.result.close();
    const { transactions, recipients } = workload;
    return {
      confirmMsP50: median(kept),
      confirmMsP99: quantile(kept, 0.99),
      inMemoryMsP50: median(inMemory),
      blocks: transactions,
      accounts: transactions * recipients,
      emptyStartSeconds: empty.seconds,
      startSeconds: full.seconds,
      startMsPerBlock: ((full.seconds - empty.seconds) * 1000) / transactions,
      startCpuMsPerBlock: ((full.cpuSeconds - empty.cpuSeconds) * 1000) / transactions,
      node: process.version,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Starts a stored ecosystem, after creating it if necessary, and measures the phases of the start. */
async function benchStore(data: string, workload: Workload): Promise<object> {
  if (!existsSync(data)) await confirmed(await start({ data }), workload);
  // What the first start of a process alone does: modules and EDR's library are loaded.
  await (await start({})).close();
  const fresh = await timed(() => start({}));
  await fresh.result.close();
  const begun = now();
  const reached: { l1?: Spent } = {};
  const full = await timed(() => start({ data }, () => (reached.l1 = since(begun))));
  const [chain] = full.result.chains;
  const blocks = Number(await chain?.provider.request({ method: "eth_blockNumber" }));
  const closing = await timed(() => full.result.close());
  const { l1 = full } = reached;
  return {
    blocks,
    startSeconds: full.seconds,
    startCpuSeconds: full.cpuSeconds,
    openLedgerSeconds: l1.seconds,
    openLedgerCpuSeconds: l1.cpuSeconds,
    newStartSeconds: fresh.seconds,
    newStartCpuSeconds: fresh.cpuSeconds,
    closeSeconds: closing.seconds,
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    node: process.version,
  };
}

/** Starts a devnet; calls `onOpenL1` when it opens the engine of its L1. */
function start(options: Pick<DevnetOptions, "data">, onOpenL1: () => void = () => undefined): Promise<Devnet> {
  return startDevnet(
    {
      ...options,
      chains: [{ chainId: CHAIN_ID, batches: { maxTransactions: BATCH_TRANSACTIONS } }],
      fundedAccounts: [PAYER],
      fundingWei: 1_000n * ETHER,
      proofs: "none",
      relayer: false,
    },
    {
      connectL1({ genesisMs, past }) {
        onOpenL1();
        if (past !== undefined) prepareFork(benchConfig, past);
        return benchNetwork.create({
          network: "local",
          override: {
            allowBlocksWithSameTimestamp: true,
            ...(genesisMs === undefined ? {} : { initialDate: new Date(genesisMs) }),
            ...(past === undefined ? {} : { forking: { url: past.url, blockNumber: past.blockNumber } }),
          },
        });
      },
      connectChain: (override) => benchNetwork.create({ network: "local", override }),
      artifacts: benchArtifacts,
      clock: systemClock,
      onStop: (chainId, error) => console.error(`chain ${chainId} has stopped`, error),
    },
  );
}

type Workload = Omit<KeptBenchOptions, "json" | "store">;

/** From request to receipt of each payment, over HTTP on one connection; settles and closes the ecosystem. */
async function confirmed(devnet: Devnet, workload: Workload): Promise<readonly number[]> {
  try {
    const [chain] = devnet.chains;
    if (chain === undefined) throw new RangeError("one chain is measured");
    const { ms } = await measureConfirmations(chain.url, await signed(devnet, chain, workload), 1);
    await devnet.settle();
    return ms;
  } finally {
    await devnet.close();
  }
}

async function signed(devnet: Devnet, chain: Devnet["chains"][number], { transactions, recipients }: Workload): Promise<Hex[]> {
  const payer = devnet.accounts.wallet(PAYER);
  const count = await chain.provider.request({
    method: "eth_getTransactionCount",
    params: [lowerCaseAddress(payer.address), "latest"],
  });
  const first = Number(count);
  const fees = { chainId: CHAIN_ID, type: 2, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n };
  if (recipients > 1) {
    const raw = await payer.signTransaction({ ...fees, data: CREATE_PAYMASTER, nonce: first, gasLimit: 200_000n });
    await chain.provider.request({ method: "eth_sendRawTransaction", params: [raw] });
  }
  const paymaster = getCreateAddress({ from: payer.address, nonce: first });
  const raws: Hex[] = [];
  for (let i = 0; i < transactions; i++) {
    const recipient = FIRST_RECIPIENT + BigInt(i * recipients);
    const payment =
      recipients === 1
        ? { to: toBeHex(recipient, 20), value: 1n, nonce: first + i, gasLimit: 50_000n }
        : {
            to: paymaster,
            data: AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [recipients, recipient]),
            value: BigInt(recipients),
            nonce: first + 1 + i,
            gasLimit: 50_000n + RECIPIENT_GAS * BigInt(recipients),
          };
    raws.push((await payer.signTransaction({ ...fees, ...payment })) as Hex);
  }
  return raws;
}

/** On the clock, and of all threads together. */
interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Moment {
  readonly ms: number;
  readonly cpu: NodeJS.CpuUsage;
}

function now(): Moment {
  return { ms: performance.now(), cpu: process.cpuUsage() };
}

function since({ ms, cpu }: Moment): Spent {
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - ms) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function timed<T>(work: () => Promise<T>): Promise<Spent & { readonly result: T }> {
  const begun = now();
  const result = await work();
  return { result, ...since(begun) };
}
