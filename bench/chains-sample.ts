import type { DevnetChain } from "../src/ecosystem/devnet/devnet.ts";
import { prepareWorkload, startBenchDevnet } from "./bench-devnet.ts";
import { sealAndSettle } from "./devnet-settlement.ts";
import { submitAll } from "./devnet-throughput.ts";
import type { Workload } from "./devnet-workload.ts";

/** Result for one number of chains, measured in a separate process. */
export interface ChainsSample {
  readonly chains: number;
  /** Speed of all chains together, from serialized transactions to witnessed blocks. */
  readonly txPerSecond: number;
  /** Processor time of a transaction, over all threads. */
  readonly cpuMsPerTx: number;
  /** Processor time of a batch of 20 token transfers, from its seal to its execution on L1, its proof included; all chains settle one. */
  readonly settleCpuSeconds: number;
  /** The mixed transfers once more, up to the execution of every chain's batch on L1. */
  readonly settled: {
    readonly chains: number;
    readonly txPerSecond: number;
    readonly cpuMsPerTx: number;
    /** Processor time of one of these batches, from its seal on. */
    readonly batchCpuSeconds: number;
  };
  /** L1 gas of a batch of 4 and of 20 token transfers, without their proofs, and of the second proof. */
  readonly l1Gas: { readonly few: number; readonly many: number; readonly prove: number };
  readonly pubdataBytesPerTransfer: number;
}

const [FEW, MANY] = [4, 20];
/** Until the witnesses' threads run compiled code. */
const WARM_UP_TRANSACTIONS = 1000;
const SENDERS = 20;
/** Processor and wall time of work. */
async function costOf<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly seconds: number; readonly cpuSeconds: number }> {
  const [cpu, begun] = [process.cpuUsage(), performance.now()];
  const value = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { value, seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** Runs chains concurrently: each settles one batch with a real proof, then `transactions` mixed transfers. */
async function sample(count: number, transactions: number): Promise<ChainsSample> {
  const devnet = await startBenchDevnet(Array.from({ length: count }, (_, i) => 271n + BigInt(i)));
  try {
    const loads: { readonly chain: DevnetChain; readonly workload: Workload }[] = [];
    for (const chain of devnet.chains) loads.push({ chain, workload: await prepareWorkload(devnet, chain, 2 * MANY) });
    const settleAll = (of = loads) => Promise.all(of.map(({ chain }) => sealAndSettle(chain)));
    const settleTransfers = async (transfers: number, of = loads) => {
      for (const { chain, workload } of of) await submitAll(chain.pipeline.chain, workload.tokenTransfers(transfers, "holders"));
      return costOf(() => settleAll(of));
    };
    const submitMixed = (each: number) => {
      const all = loads.map(({ chain, workload }) => ({ chain, raws: workload.mixedTransfers(each, SENDERS) }));
      return costOf(() => Promise.all(all.map(({ chain, raws }) => submitAll(chain.pipeline.chain, raws))));
    };
    await submitMixed(WARM_UP_TRANSACTIONS);
    // Earlier transactions get a separate batch.
    await settleAll();
    const [few, many] = [await settleTransfers(FEW, loads.slice(0, 1)), await settleTransfers(MANY)];
    const gasOf = ([first]: Awaited<ReturnType<typeof settleAll>>, ...stages: readonly ("commit" | "prove" | "execute")[]) =>
      stages.reduce((sum, stage) => sum + Number(first?.receipts[stage]?.gasUsed ?? 0n), 0);
    const load = await submitMixed(transactions);
    const settling = await costOf(settleAll);
    const unsettled = settling.value.filter((batch) => batch?.receipts.execute?.status !== 1).length;
    if (unsettled > 0) throw new Error(`${unsettled} of ${count} batches were not executed`);
    return {
      chains: count,
      txPerSecond: (count * transactions) / load.seconds,
      cpuMsPerTx: (load.cpuSeconds * 1000) / (count * transactions),
      settleCpuSeconds: many.cpuSeconds / count,
      settled: {
        chains: settling.value.length,
        txPerSecond: (count * transactions) / (load.seconds + settling.seconds),
        cpuMsPerTx: ((load.cpuSeconds + settling.cpuSeconds) * 1000) / (count * transactions),
        batchCpuSeconds: settling.cpuSeconds / count,
      },
      l1Gas: {
        few: gasOf(few.value, "commit", "execute"),
        many: gasOf(many.value, "commit", "execute"),
        prove: gasOf(many.value, "prove"),
      },
      pubdataBytesPerTransfer: (many.value[0]?.batch.pubdata.length ?? 0) / MANY,
    };
  } finally {
    await devnet.close();
  }
}

const [count = 1, transactions = 2000] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await sample(count, transactions)));
process.exit(0);
