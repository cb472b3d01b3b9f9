import type { DevnetChain } from "../src/ecosystem/devnet/devnet.ts";
import type { SettledBatch } from "../src/chain/node/settling/settled-batch.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import { submitAll } from "./devnet-throughput.ts";
import type { Workload } from "./devnet-workload.ts";

export interface CommitCosts {
  readonly pubdataBytesPerErc20Transfer: number;
  /** L1 gas of the commit for one more changed leaf, without calldata. */
  readonly pubdataGasPerDiff: { readonly update: number; readonly insertion: number };
  /** Gas of a batch, by its number of token transfers. */
  readonly l1GasPerBatch: Readonly<Record<string, number>>;
  readonly transfers: number;
  /** Cost of one transfer's L1 gas at these prices. */
  readonly erc20TransferOnL1: {
    readonly gas: number;
    readonly gwei: number;
    readonly dollarsPerEth: number;
    readonly cents: number;
  };
}

/** Prices for the report: L1 gas in gwei and ETH in dollars. */
const PRICES = { gwei: 1, dollarsPerEth: 3_000 } as const;

/** Gas of a transaction without its execution: base, and each zero or other byte of calldata. */
const CALLDATA_GAS = { base: 21_000, zeroByte: 4, otherByte: 16 };

/** Measures the L1 cost of batches of `transfers` token transfers: few and many, between holders and to new accounts. */
export async function measureCommitCosts(
  { pipeline }: DevnetChain,
  workload: Workload,
  l1: CalldataSource,
  transfers: number,
): Promise<CommitCosts> {
  const batchOf = async (raws: readonly Hex[]): Promise<CommittedBatch> => {
    await submitAll(pipeline.chain, raws);
    return inspect(await sealAndSettle({ pipeline }), l1);
  };
  // Earlier transactions get a separate batch.
  await sealAndSettle({ pipeline });
  const few = await batchOf(workload.tokenTransfers(Math.ceil(transfers / 5), "holders"));
  const many = await batchOf(workload.tokenTransfers(transfers, "holders"));
  const fresh = await batchOf(workload.tokenTransfers(transfers, "fresh"));
  const update = (many.executionGas - few.executionGas) / (many.updates - few.updates);
  const insertion =
    (fresh.executionGas - few.executionGas - update * (fresh.updates - few.updates)) / (fresh.insertions - few.insertions);
  const { receipts, batch } = many.settled;
  return {
    pubdataBytesPerErc20Transfer: batch.pubdata.length / transfers,
    pubdataGasPerDiff: { update, insertion },
    l1GasPerBatch: Object.fromEntries(Object.entries(receipts).map(([stage, receipt]) => [stage, Number(receipt?.gasUsed)])),
    transfers,
    erc20TransferOnL1: costOnL1(many.settled, transfers),
  };
}

function costOnL1({ receipts }: SettledBatch, transfers: number): CommitCosts["erc20TransferOnL1"] {
  const gas = Object.values(receipts).reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0) / transfers;
  return { gas, ...PRICES, cents: ((gas * PRICES.gwei) / 1e9) * PRICES.dollarsPerEth * 100 };
}

/** Ends the open batch, if there is one, and waits until L1 has executed it. */
export async function sealAndSettle({ pipeline }: Pick<DevnetChain, "pipeline">): Promise<SettledBatch | undefined> {
  const batch = await pipeline.seal();
  return batch === undefined ? undefined : pipeline.settled(batch.outputs.batchNumber);
}

/** Gives a transaction of L1 back. */
export interface CalldataSource {
  getTransaction(hash: string): Promise<{ readonly data: string } | null>;
}

interface CommittedBatch {
  readonly settled: SettledBatch;
  readonly updates: number;
  readonly insertions: number;
  /** Gas of the commit without its calldata. */
  readonly executionGas: number;
}

async function inspect(settled: SettledBatch | undefined, l1: CalldataSource): Promise<CommittedBatch> {
  const commit = settled?.receipts.commit;
  if (settled === undefined || commit === undefined) throw new Error("a batch was not committed by this process");
  const transaction = await l1.getTransaction(commit.hash);
  const bytes = Buffer.from((transaction?.data ?? "0x").slice(2), "hex");
  const zeros = bytes.filter((byte) => byte === 0).length;
  const { base, zeroByte, otherByte } = CALLDATA_GAS;
  const executionGas = Number(commit.gasUsed) - base - zeros * zeroByte - (bytes.length - zeros) * otherByte;
  const insertions = settled.batch.entries.filter(({ type }) => type === "insertion").length;
  return { settled, updates: settled.batch.entries.length - insertions, insertions, executionGas };
}
