import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startDevnet, type Devnet } from "../src/ecosystem/devnet/devnet.ts";
import { hexQuantity } from "../src/ground/protocol/hex.ts";
import { systemClock } from "../src/ground/runtime/clock.ts";
import { benchArtifacts, benchNetwork } from "./bench-network.ts";
import { median } from "./statistics.ts";

export interface MineBenchOptions {
  readonly json: boolean;
  /** Calls, of which the median is reported, after one for warming up. */
  readonly samples: number;
}

/** Blocks of each call: the maximum of one call. */
const BLOCKS = 10_000;

/** Methods of a chain and of Hardhat's network that a test calls. */
interface Provider {
  request(request: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
}

const CHAIN_ID = 271n;
const compileFile = fileURLToPath(new URL("./compile-apart.ts", import.meta.url));

/** Measures `hardhat_mine` of many blocks, alternately on a chain and on Hardhat's network. */
export async function benchMine({ json, samples }: MineBenchOptions): Promise<void> {
  if (process.env["SKIP"] === undefined)
    execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const devnet = await start();
  const hardhat = await benchNetwork.create({ network: "local" });
  const chain = devnet.chains[0]?.provider;
  if (chain === undefined) throw new RangeError("one chain is measured");
  const rounds: { readonly chain: Cost; readonly hardhat: Cost; readonly hardhatEach: Cost; readonly sealMs: number }[] = [];
  try {
    for (let round = 0; round <= samples; round++) {
      const costs = {
        hardhat: await costOf(() => mineMany(hardhat.provider)),
        hardhatEach: await costOf(() => mineEach(hardhat.provider)),
        chain: await costOf(() => mineMany(chain)),
      };
      const sealing = performance.now();
      await chain.request({ method: "hyperchain_sealBatch" });
      if (round > 0) rounds.push({ ...costs, sealMs: performance.now() - sealing });
    }
  } finally {
    await devnet.close();
    await hardhat.close();
  }
  const typical = (of: "chain" | "hardhat" | "hardhatEach", what: keyof Cost): number =>
    median(rounds.map((costs) => costs[of][what]));
  const result = {
    blocks: BLOCKS,
    chainMs: typical("chain", "ms"),
    chainCpuMs: typical("chain", "cpuMs"),
    sealMs: median(rounds.map(({ sealMs }) => sealMs)),
    hardhatMs: typical("hardhat", "ms"),
    hardhatEachMs: typical("hardhatEach", "ms"),
    hardhatEachCpuMs: typical("hardhatEach", "cpuMs"),
    cpuPerHardhatEach: typical("chain", "cpuMs") / typical("hardhatEach", "cpuMs"),
    node: process.version,
  };
  if (json) console.log(JSON.stringify(result));
  else console.table(result);
}

async function mineMany(provider: Provider): Promise<void> {
  await provider.request({ method: "hardhat_mine", params: [hexQuantity(BLOCKS)] });
}

/** Mines blocks singly, as Hardhat's network does for blocks that are not only reserved. */
async function mineEach(provider: Provider): Promise<void> {
  for (let i = 0; i < BLOCKS; i++) await provider.request({ method: "evm_mine" });
}

interface Cost {
  readonly ms: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000 };
}

function start(): Promise<Devnet> {
  return startDevnet(
    { chains: [{ chainId: CHAIN_ID }], fundedAccounts: [1], fundingWei: 10n ** 18n, proofs: "none", relayer: false },
    {
      connectL1: ({ genesisMs }) =>
        benchNetwork.create({
          network: "local",
          override: {
            allowBlocksWithSameTimestamp: true,
            ...(genesisMs === undefined ? {} : { initialDate: new Date(genesisMs) }),
          },
        }),
      connectChain: (override) => benchNetwork.create({ network: "local", override }),
      artifacts: benchArtifacts,
      clock: systemClock,
      onStop: (chainId, error) => console.error(`chain ${chainId} has stopped`, error),
    },
  );
}
