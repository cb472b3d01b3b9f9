import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AbiCoder, concat, getCreateAddress, toBeHex } from "ethers";
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
  /** New accounts that each of them pays. */
  readonly recipients: number;
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

/** Measures an ecosystem that is kept in a folder: its confirmations beside those in memory, and how long its next start takes. */
export async function benchKept({ json, ...workload }: KeptBenchOptions): Promise<void> {
  execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const folder = mkdtempSync(join(tmpdir(), "bench-kept-"));
  try {
    const inMemory = await confirmed(await start({}), workload);
    await (await start({ data: folder })).close();
    const empty = await timed(() => start({ data: folder }));
    const kept = await confirmed(empty.result, workload);
    const full = await timed(() => start({ data: folder }));
    await full.result.close();
    const { transactions, recipients } = workload;
    const result = {
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
      connectL1: ({ genesisMs }) =>
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

type Workload = Omit<KeptBenchOptions, "json">;

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

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number; readonly cpuSeconds: number }> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 };
}
