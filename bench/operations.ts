import { proofRows, NO_USAGE } from "../src/chain/ordering/limits.ts";
import { compile } from "../src/tool/demo/compile.ts";
import { createProver, type Prover } from "../src/proofs/prover/prover.ts";
import { MAX_LEAF_COUNT } from "../src/ground/protocol/domain-tags.ts";
import type { DiffEntry } from "../src/ground/protocol/diff-list.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import { startVerifiedChain, type VerifiedChain } from "../test/chain/support/verified-chain.ts";
import { worstOperations } from "../test/chain/support/worst-operations.ts";
import { TestChain } from "../test/contracts/l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, view } from "../test/contracts/l1/support/ecosystem.ts";

export interface OperationsBenchOptions {
  readonly json: boolean;
  /** Only operations in whose description this is. */
  readonly only: string;
}

/** Operations of one batch, with the gas of each. */
interface Case {
  readonly family: string;
  readonly what: string;
  readonly to: Hex;
  readonly data: Hex;
  readonly gas: bigint;
  readonly count: number;
}

/** The queue's own figures, from deployed contracts. */
interface QueueTerms {
  readonly mostGas: bigint;
  readonly overheadGas: bigint;
  readonly gasPerSecond: bigint;
}

const SENDER: Hex = `0x${"5e".repeat(20)}`;
const KNOCKS = 100;

/** Runs the worst operations, each alone in a batch; bench/README.md says what the figures are. */
export async function benchOperations({ json, only }: OperationsBenchOptions): Promise<void> {
  await compile({ everything: true });
  const terms = await queueTerms();
  const worst = worstOperations().filter(({ family, what }) => `${family}: ${what}`.includes(only));
  const accounts = worst.map(({ code, storage = [] }, i) => ({ address: addressOf(i), nonce: 1n, code, storage }));
  const cases: Case[] = worst.map(({ family, what, data = "0x" }, i) => ({
    family,
    what,
    to: addressOf(i),
    data,
    gas: terms.mostGas,
    count: 1,
  }));
  const knocks = {
    family: "knocks",
    what: `${KNOCKS} in a batch`,
    to: addressOf(0xffff),
    data: "0x" as Hex,
    gas: 21_000n,
    count: KNOCKS,
  };
  const test = await startVerifiedChain({ accounts });
  const prover = createProver();
  for (const each of [...cases, ...(only === "" ? [knocks] : [])]) {
    const figures = await measure(test, prover, each, terms);
    if (json) console.log(JSON.stringify(figures));
    else console.log(asLine(figures));
  }
  await test.chain.close();
  await prover.close();
}

async function queueTerms(): Promise<QueueTerms> {
  const ecosystem = await deployEcosystem();
  const { contract } = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
  const terms = {
    mostGas: await view<bigint>(contract, "MAX_GAS"),
    overheadGas: await view<bigint>(contract, "OVERHEAD_GAS"),
    gasPerSecond: await view<bigint>(ecosystem.factory, "MAX_PRIORITY_GAS_PER_SECOND"),
  };
  await ecosystem.l1.close();
  return terms;
}

async function measure(test: VerifiedChain, prover: Prover, { family, what, to, data, gas, count }: Case, terms: QueueTerms) {
  let ran = true;
  const executeCpuSeconds = await spent(async () => {
    for (let i = 0; i < count; i++) {
      const { operationHash } = await test.request({ from: SENDER, to, data, gasLimit: gas });
      ran &&= operationHash !== undefined;
    }
  });
  let formed: Awaited<ReturnType<VerifiedChain["sealAndVerify"]>> | undefined;
  const settleCpuSeconds = await spent(async () => void (formed = await test.sealAndVerify()));
  if (formed === undefined) throw new Error("no batch is open");
  const { job, entries, pubdata, oldLeafCount } = formed;
  let logRows = 0;
  const proveCpuSeconds = await spent(async () => void ({ logRows } = (await prover.proveBatch(job)).metrics));
  const largest = Math.max(1, 2 ** (logRowsAt(MAX_LEAF_COUNT, entries) - logRowsAt(oldLeafCount, entries)));
  const counted = Number(gas) * count;
  const cpuSeconds = executeCpuSeconds + settleCpuSeconds + proveCpuSeconds * largest;
  return {
    family,
    what,
    ran,
    executeCpuSeconds,
    settleCpuSeconds,
    proveCpuSeconds,
    logRows,
    leaves: entries.length,
    pubdataBytes: pubdata.length,
    cpuSecondsPerMillionGas: (cpuSeconds * 1e6) / counted,
    creditSecondsPerMillionGas: ((Number(terms.overheadGas + gas) / Number(terms.gasPerSecond)) * 1e6) / Number(gas),
  };
}

/** Height of the table as a power of two, for these changes of a tree with `leafCount` leaves. */
function logRowsAt(leafCount: number, entries: readonly DiffEntry[]): number {
  const insertions = entries.filter(({ type }) => type === "insertion").length;
  return Math.ceil(Math.log2(proofRows({ ...NO_USAGE, diffs: entries.length, insertions }, leafCount - insertions)));
}

/** Processor seconds of what is done, over all threads. */
async function spent(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function addressOf(place: number): Hex {
  return `0x${(0xb0a100 + place).toString(16).padStart(40, "0")}`;
}

function asLine(figures: Awaited<ReturnType<typeof measure>>): string {
  const { family, what, ran, cpuSecondsPerMillionGas, creditSecondsPerMillionGas } = figures;
  const seconds = `${cpuSecondsPerMillionGas.toFixed(2).padStart(6)} of ${creditSecondsPerMillionGas.toFixed(2).padStart(6)} s`;
  return `${seconds}  ${family}: ${what}${ran ? "" : " (not run)"}`;
}
