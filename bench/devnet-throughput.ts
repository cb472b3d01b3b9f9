import type { Chain } from "../src/chain/chain.ts";
import type { EdrConnect } from "../src/chain/execution/connection.ts";
import { EdrEngine } from "../src/chain/execution/edr-engine.ts";
import type { ExecutionEngine } from "../src/chain/execution/engine.ts";
import type { Hex } from "../src/protocol/hex.ts";
import type { Workload } from "./devnet-workload.ts";

/** Transactions in a block, of the bare engine and of the chain at most. */
export const BLOCK_TRANSACTIONS = 100;
/** Transactions under way at once: enough to fill blocks while the next ones are read. */
const IN_FLIGHT = 2 * BLOCK_TRANSACTIONS;
const ROUNDS = 4;
const SENDERS = 20;

export interface Throughput {
  /** Of the chain, from serialised transactions to a witnessed block, in this process. */
  readonly txPerSecond: number;
  /** Of the bare engine with the same transactions. */
  readonly edrTxPerSecond: number;
  readonly txPerEdr: number;
}

/** A bare engine with the chain's settings, in which the workload's accounts and its token exist. */
export async function openBareEngine(chain: Chain, workload: Workload, connect: EdrConnect): Promise<EdrEngine> {
  const genesis = workload.accounts.map(({ address }) => ({ address, balanceWei: workload.fundingWei }));
  const coinbase: Hex = `0x${"88".repeat(20)}`;
  const engine = await EdrEngine.open({ chainId: chain.chainId, coinbase, genesisTimestamp: 1_800_000_000n, genesis }, { connect });
  await mineBare(engine, [workload.deployment]);
  return engine;
}

/** The same transactions in the bare engine and on the chain, round by round in turn, after one round for warming up. */
export async function measureThroughput(chain: Chain, bare: ExecutionEngine, workload: Workload, count: number): Promise<Throughput> {
  const times = { bare: 0, chain: 0 };
  const each = Math.ceil(count / ROUNDS);
  for (let round = 0; round <= ROUNDS; round++) {
    const raws = workload.mixedTransfers(each, SENDERS);
    const begun = performance.now();
    await mineBare(bare, raws);
    const between = performance.now();
    await submitAll(chain, raws);
    const done = performance.now();
    if (round === 0) continue;
    times.bare += (between - begun) / 1000;
    times.chain += (done - between) / 1000;
  }
  const [txPerSecond, edrTxPerSecond] = [(each * ROUNDS) / times.chain, (each * ROUNDS) / times.bare];
  return { txPerSecond, edrTxPerSecond, txPerEdr: txPerSecond / edrTxPerSecond };
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

async function mineBare(engine: ExecutionEngine, raws: readonly Hex[]): Promise<void> {
  for (let start = 0; start < raws.length; start += BLOCK_TRANSACTIONS) {
    const part = raws.slice(start, start + BLOCK_TRANSACTIONS);
    for (const raw of part) await engine.request("eth_sendRawTransaction", [raw]);
    await engine.request("evm_mine", []);
    const block = (await engine.request("eth_getBlockByNumber", ["latest", false])) as { readonly transactions: readonly unknown[] };
    if (block.transactions.length !== part.length) throw new Error(`the engine took ${block.transactions.length} of ${part.length} transactions`);
  }
}
