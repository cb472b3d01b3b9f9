import type { Chain } from "../src/chain/chain.ts";
import type { EdrConnect } from "../src/chain/execution/connection.ts";
import { EdrEngine } from "../test/chain/support/edr-engine.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import type { Workload } from "./devnet-workload.ts";
import { median } from "./statistics.ts";

/** Transactions in a block, of the bare engine and of the chain at most. */
export const BLOCK_TRANSACTIONS = 100;
/** Maximum number of pending transactions: enough to fill blocks while the next transactions are read. */
const IN_FLIGHT = 2 * BLOCK_TRANSACTIONS;
const ROUNDS = 5;
const SENDERS = 20;
/** Until the witness's thread runs compiled code: a speed is what a chain keeps up. */
const WARM_UP_TRANSACTIONS = 3000;

export interface Throughput {
  /** Speed of the chain in this process, from serialized transactions to a witnessed block. */
  readonly txPerSecond: number;
  /** Speed of the bare engine with the same transactions. */
  readonly edrTxPerSecond: number;
  readonly txPerEdr: number;
  /** Processor time of a transaction, over all threads of the process. */
  readonly cpuMsPerTx: { readonly chain: number; readonly edr: number };
}

/** A bare engine with the chain's settings, in which the workload's accounts and its token exist. */
export async function openBareEngine(chain: Chain, workload: Workload, connect: EdrConnect): Promise<EdrEngine> {
  const genesis = workload.accounts.map(({ address }) => ({ address, balanceWei: workload.fundingWei }));
  const coinbase: Hex = `0x${"88".repeat(20)}`;
  const engine = await EdrEngine.open(
    { chainId: chain.chainId, coinbase, genesisTimestamp: 1_800_000_000n, genesis },
    { connect },
  );
  await mineBare(engine, [workload.deployment]);
  return engine;
}

/**
 * Runs the same transactions in the bare engine and on the chain, in alternating rounds after a warm-up. Reports the median
 * round, so that short load from other processes has no effect.
 */
export async function measureThroughput(chain: Chain, bare: EdrEngine, workload: Workload, count: number): Promise<Throughput> {
  const rounds: { readonly bare: Cost; readonly chain: Cost }[] = [];
  const first = workload.mixedTransfers(WARM_UP_TRANSACTIONS, SENDERS);
  await mineBare(bare, first);
  await submitAll(chain, first);
  for (let round = 0; round < ROUNDS; round++) {
    const raws = workload.mixedTransfers(Math.ceil(count / ROUNDS), SENDERS);
    rounds.push({
      bare: await costOf(raws.length, () => mineBare(bare, raws)),
      chain: await costOf(raws.length, () => submitAll(chain, raws)),
    });
  }
  const typical = (which: "bare" | "chain", what: keyof Cost): number => median(rounds.map((costs) => costs[which][what]));
  const [txPerSecond, edrTxPerSecond] = [1000 / typical("chain", "wallMs"), 1000 / typical("bare", "wallMs")];
  const cpuMsPerTx = { chain: typical("chain", "cpuMs"), edr: typical("bare", "cpuMs") };
  return { txPerSecond, edrTxPerSecond, txPerEdr: txPerSecond / edrTxPerSecond, cpuMsPerTx };
}

/** For one transaction. */
interface Cost {
  readonly wallMs: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
}

async function costOf(transactions: number, work: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  const begun = performance.now();
  await work();
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  return { wallMs: wallMs / transactions, cpuMs: (user + system) / 1000 / transactions };
}

/** Sends everything in order, many at a time, and waits until it is in blocks that the witness has repeated. */
export async function submitAll(chain: Chain, raws: readonly Hex[]): Promise<void> {
  let next = 0;
  const sendOn = async (): Promise<void> => {
    for (let raw = raws[next++]; raw !== undefined; raw = raws[next++]) await chain.submit(raw);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOn));
  // Anything that was taken out of turn is in a block after this; the witness answers in order.
  if (chain.mempool.size > 0) await chain.sequencer.mine();
  await chain.witness.request("measure", undefined);
}

async function mineBare(engine: EdrEngine, raws: readonly Hex[]): Promise<void> {
  for (let start = 0; start < raws.length; start += BLOCK_TRANSACTIONS) {
    const part = raws.slice(start, start + BLOCK_TRANSACTIONS);
    for (const raw of part) await engine.request("eth_sendRawTransaction", [raw]);
    await engine.request("evm_mine", []);
    const block = (await engine.request("eth_getBlockByNumber", ["latest", false])) as {
      readonly transactions: readonly unknown[];
    };
    if (block.transactions.length !== part.length)
      throw new Error(`the engine took ${block.transactions.length} of ${part.length} transactions`);
  }
}
