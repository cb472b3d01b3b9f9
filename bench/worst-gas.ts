import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { DEFAULT_MAX_INSTRUCTIONS } from "../src/chain/model/instruction-limits.ts";
import { mostWork } from "../src/chain/model/work-limits.ts";
import { SequencerError } from "../src/chain/sequencer/sequencer-error.ts";
import { BatchWitness } from "../src/chain/witness/batch-witness.ts";
import { compile } from "../src/tool/demo/compile.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import { loop, staticCall } from "../test/chain/support/assembler.ts";
import { CHAIN_ID, environmentOf } from "../test/chain/support/engine.ts";
import { startVerifiedChain, type VerifiedChain } from "../test/chain/support/verified-chain.ts";
import { TestWallet } from "../test/chain/support/wallet.ts";
import { worstOperations, type WorstOperation } from "../test/chain/support/worst-operations.ts";

export interface WorstGasBenchOptions {
  readonly json: boolean;
  /** Only classes in whose description this is. */
  readonly only: string;
}

/** Code that spends a transaction's gas on one thing. */
interface GasClass {
  readonly what: string;
  readonly sender: TestWallet;
  readonly to: Hex;
  readonly data: Hex;
}

/** Part of a class that the witness runs as a preview. */
interface Run {
  readonly isRefused: boolean;
  readonly gasUsed: bigint;
  readonly cpuMs: number;
}

interface Wait {
  readonly wallMs: number;
  readonly processorMs: number;
}

const MOST_GAS = 2n ** 24n;
const BOUNDS = { maxInstructions: DEFAULT_MAX_INSTRUCTIONS, maxWork: mostWork(DEFAULT_MAX_INSTRUCTIONS) };
/** Gas for some runs of each class, in addition to the gas of their data. */
const FIRST_USE_GAS = 200_000n;
/** The most that a byte of a transaction's data takes (EIP-7623). */
const GAS_OF_BYTE = 40n;
/** Gas of the batch whose sealing is measured, in transactions of the maximum gas. */
const SEALED_GAS = 1_000_000_000n;
const PAYER = new TestWallet(1);
/** One for each class: a sender whose transaction is refused behind its run waits for as long as that took. */
const senderOf = (index: number): TestWallet => new TestWallet(100 + index);
const LONG: Hex = `0x${"bb".repeat(20)}`;
/** 24 kB of PUSH1 behind a jump, so that all of it is looked at. */
const LONG_CODE: Hex = `0x6003565b00${"60ff".repeat(12_285)}`;
/** Instruction of the baseline loop, which only counts. */
const PLAIN = "SWAP16";

/**
 * Measures waits behind the heaviest transactions, and the time that a seal blocks the process. bench/README.md defines
 * each figure.
 */
export async function benchWorstGas({ json, only }: WorstGasBenchOptions): Promise<void> {
  await compile({ everything: true });
  const codes: readonly WorstOperation[] = [
    ...worstOperations(),
    { family: "calls and logs", what: "calls of 24 kB of code", code: loop(staticCall(BigInt(LONG), 0), { reserve: 100_000 }) },
  ];
  const accounts = [
    ...[PAYER, ...codes.map((_, i) => senderOf(i))].map(({ address }) => ({ address, balanceWei: 10n ** 24n })),
    { address: LONG, nonce: 1n, code: LONG_CODE },
    ...codes.map(({ code, storage = [] }, i) => ({
      address: addressOf(i),
      nonce: 1n,
      code,
      storage,
    })),
  ];
  const classes = codes.map(({ family, what, data = "0x" }, i) => ({
    what: `${family}: ${what}`,
    sender: senderOf(i),
    to: addressOf(i),
    data,
  }));
  const witness = await BatchWitness.create(CHAIN_ID, accounts);
  const chain = await startVerifiedChain({ accounts });
  const print = (figures: object): void => console.log(json ? JSON.stringify(figures) : Object.values(figures).join("  "));
  const plain = classes.find(({ what }) => what.includes(PLAIN));
  if (plain === undefined) throw new Error(`no class is called ${PLAIN}`);
  const reference = await preview(witness, plain, 1_000_000n);
  const referenceNsPerGas = (reference.cpuMs * 1e6) / Number(reference.gasUsed);
  let worst = { waitMs: 0, waitCpuMs: 0, what: "" };
  let firstUse = { waitMs: 0, what: "" };
  for (const each of classes.filter(({ what }) => what.includes(only))) {
    // The first use in a process, as EDR's load of the ceremony's points, is a separate wait.
    const { wallMs: firstWaitMs } = await waitBehind(chain, each, firstUseGas(each));
    if (firstWaitMs > firstUse.waitMs) firstUse = { waitMs: firstWaitMs, what: each.what };
    const most = await preview(witness, each, MOST_GAS);
    const gas = most.isRefused ? await heaviestGas(witness, each) : MOST_GAS;
    const { cpuMs, gasUsed } = most.isRefused ? await preview(witness, each, gas) : most;
    const waits = [await waitBehind(chain, each, gas), ...(most.isRefused ? [await waitBehind(chain, each, MOST_GAS)] : [])];
    const waitMs = Math.max(...waits.map(({ wallMs }) => wallMs));
    const waitCpuMs = Math.max(...waits.map(({ processorMs }) => processorMs));
    if (waitMs > worst.waitMs) worst = { waitMs, waitCpuMs, what: each.what };
    const perPlain = (cpuMs * 1e6) / Number(gasUsed) / referenceNsPerGas;
    print({
      what: each.what,
      admittedGas: Number(gas),
      cpuMs: Math.round(cpuMs),
      perPlain: round(perPlain),
      firstWaitMs,
      waitMs,
      waitCpuMs,
    });
    await chain.sealAndVerify();
  }
  const sealStallMs = await seal(chain, plain);
  const { waitMs: worstWaitMs, waitCpuMs: worstWaitCpuMs, what: worstClass } = worst;
  const { waitMs: worstFirstWaitMs, what: worstFirstClass } = firstUse;
  print({ worstWaitMs, worstWaitCpuMs, worstClass, worstFirstWaitMs, worstFirstClass, sealStallMs });
  await chain.chain.close();
}

function firstUseGas({ data }: GasClass): bigint {
  return FIRST_USE_GAS + GAS_OF_BYTE * BigInt((data.length - 2) / 2);
}

/** The most gas with which the transaction is not refused, to a sixteenth. */
async function heaviestGas(witness: BatchWitness, each: GasClass): Promise<bigint> {
  let [low, high] = [firstUseGas(each), MOST_GAS];
  while (high - low > high / 16n) {
    const middle = (low + high) / 2n;
    if ((await preview(witness, each, middle)).isRefused) high = middle;
    else low = middle;
  }
  return low;
}

async function preview(witness: BatchWitness, { to, data }: GasClass, gasLimit: bigint): Promise<Run> {
  const transaction = await new TestWallet(1).sign({ to, data, gasLimit });
  const start = process.threadCpuUsage();
  const { receipt } = await witness.preview({ transaction, environment: environmentOf(1n) }, BOUNDS);
  const { user, system } = process.threadCpuUsage(start);
  return { isRefused: receipt === undefined, gasUsed: receipt?.gasUsed ?? gasLimit, cpuMs: (user + system) / 1000 };
}

/** From a payment that is sent just behind the transaction to its inclusion; what all threads compute meanwhile is less noisy. */
async function waitBehind({ chain }: VerifiedChain, { sender, to, data }: GasClass, gasLimit: bigint): Promise<Wait> {
  const heavy = chain.submit(await sender.signRaw({ to, data, gasLimit })).catch((error: unknown) => {
    if (!(error instanceof SequencerError)) throw error;
  });
  const payment = await PAYER.signRaw({ to: sender.address, value: 1n, gasLimit: 21_000n });
  const [start, used] = [performance.now(), process.cpuUsage()];
  await chain.submit(payment);
  const wallMs = Math.round(performance.now() - start);
  const { user, system } = process.cpuUsage(used);
  await heavy;
  return { wallMs, processorMs: Math.round((user + system) / 1000) };
}

/** The longest time for which a seal keeps the process from anything else. */
async function seal(chain: VerifiedChain, { to, data }: GasClass): Promise<number> {
  for (let gas = 0n; gas < SEALED_GAS; gas += 3_900_000n)
    await chain.chain.submit(await PAYER.signRaw({ to, data, gasLimit: 3_900_000n }));
  const { done, stallMs } = await stalled(() => chain.chain.seal());
  if (done === undefined) throw new Error("no batch was open");
  return stallMs;
}

/** The longest time for which work keeps the thread from anything else. */
async function stalled<Done>(work: () => Promise<Done>): Promise<{ readonly done: Done; readonly stallMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // What comes before its first look is not seen.
  while (delay.count === 0) await turn();
  delay.reset();
  const done = await work();
  while (delay.count === 0) await turn();
  delay.disable();
  return { done, stallMs: Math.round(delay.max / 1e6) };
}

function addressOf(index: number): Hex {
  return `0x${"be".repeat(18)}${index.toString(16).padStart(4, "0")}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
