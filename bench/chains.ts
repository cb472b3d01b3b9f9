import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChainsSample } from "./chains-sample.ts";

export interface ChainsBenchOptions {
  readonly json: boolean;
  readonly chains: readonly number[];
  /** Mixed transfers of each chain. */
  readonly transactions: number;
}

/** Assumptions of the model. */
const ASSUMPTIONS = {
  /** Ethereum's blocks: 60 million gas every twelve seconds, all of it for these chains. */
  l1GasPerSecond: 60_000_000 / 12,
  /** A batch of each chain so often. */
  batchSeconds: 60,
  /** A chain's sequencer and witness have one core's time, and its prover keeps up on others. */
  coresOfSequencing: 1,
  load: "transfers as measured; on L1, ERC-20 transfers between holders",
} as const;
const MODELLED = [1, 2, 4, 8, 16, 32, 64, 128];
/** Transfers of the two batches whose gas is compared. */
const [FEW, MANY] = [4, 20];

const sampleFile = fileURLToPath(new URL("./chains-sample.ts", import.meta.url));
const compileFile = fileURLToPath(new URL("./compile-apart.ts", import.meta.url));

/** Measures chains in one process and models chains on several machines. bench/README.md defines each figure. */
export function benchChains({ json, chains, transactions }: ChainsBenchOptions): void {
  const show = (line: object): void => console.log(json ? JSON.stringify(line) : line);
  execFileSync(process.execPath, [compileFile], { stdio: ["ignore", "ignore", "inherit"] });
  const samples = chains.map((count) => {
    const args = [sampleFile, String(count), String(transactions)];
    const text = execFileSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
    const measured = JSON.parse(text.trim().split("\n").at(-1) ?? "{}") as ChainsSample;
    show(measured);
    return measured;
  });
  const [alone] = samples;
  if (alone !== undefined) show({ assumptions: ASSUMPTIONS, model: modelOf(alone) });
}

/**
 * Chains share nothing but L1: each has its own sequencer, state and prover. So together they do what one does, times their
 * number, until L1's gas is used up: a part for each batch, and for a rollup a part for each transfer.
 */
function modelOf({ cpuMsPerTx, settleCpuSeconds, l1Gas }: ChainsSample) {
  const txPerSecond = (1000 / cpuMsPerTx) * ASSUMPTIONS.coresOfSequencing;
  const { l1GasPerSecond, batchSeconds } = ASSUMPTIONS;
  const gasPerTransfer = (l1Gas.many - l1Gas.few) / (MANY - FEW);
  const gasPerBatch = l1Gas.prove + l1Gas.few - FEW * gasPerTransfer;
  const gasForBatches = (chains: number): number => (chains * gasPerBatch) / batchSeconds;
  const left = (chains: number): number => Math.max(0, l1GasPerSecond - gasForBatches(chains));
  const rows = MODELLED.map((chains) => ({
    chains,
    rollups: Math.round(Math.min(chains * txPerSecond, left(chains) / gasPerTransfer)),
    validiums: left(chains) === 0 ? 0 : Math.round(chains * txPerSecond),
  }));
  return {
    ...{ gasPerTransfer, gasPerBatch },
    mostChains: Math.floor((l1GasPerSecond * batchSeconds) / gasPerBatch),
    mostRollupTransfersPerSecond: Math.round(left(1) / gasPerTransfer),
    coresOfProvingPerChain: (txPerSecond * settleCpuSeconds) / MANY,
    txPerSecond: rows,
  };
}
