import { availableMemory } from "node:process";
import type { HDNodeWallet } from "ethers";
import type { Devnet, DevnetChain } from "../../ecosystem/devnet/devnet.ts";
import { connectHttp } from "../../ecosystem/devnet/relaying/relaying.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { repeat } from "../../ground/runtime/repeat.ts";

/** A batch that L1 has executed by one proof of its execution. */
export interface ExecutedOnL1 {
  readonly chainId: number;
  readonly batchNumber: number;
  /** Gas of the transaction that submits the proof to L1. */
  readonly gas: number;
  readonly proveTransaction: string | undefined;
  /** Steps with their times, in seconds since the batch was sealed. */
  readonly steps: readonly { readonly step: string; readonly seconds: number }[];
}

interface ShowingDependencies {
  readonly say: (line: string) => void;
  readonly clock: Clock;
  /** Sends the batch's transaction. */
  readonly sender: HDNodeWallet;
}

/** More than the process of a devnet was measured to hold with these proofs. */
const NEEDED_MIB = 2_048;
const POLL_MS = 50;
/** A chain whose batches L1 executes by nothing but a proof of their execution. */
export const CHAIN_ON_L1 = { name: "gamma", chainId: 273n } as const;

/** Why this machine is not to make such a proof; undefined where it may. */
export function tooLittleMemory(availableBytes: number = availableMemory()): string | undefined {
  const mib = Math.floor(availableBytes / 2 ** 20);
  if (mib >= NEEDED_MIB) return undefined;
  return `no batch is proven to L1's end here: that takes up to ${NEEDED_MIB} MiB of memory, and ${mib} MiB are free`;
}

/**
 * Adds a third chain, whose batches L1 executes by nothing but a proof of their execution, has it seal one, and tells what is
 * done on its way. Rejects with what stopped it.
 */
export async function showExecutedOnL1(
  devnet: Pick<Devnet, "addChain">,
  { say, clock, sender }: ShowingDependencies,
): Promise<ExecutedOnL1> {
  const chain = await devnet.addChain({
    ...CHAIN_ON_L1,
    chainId: Number(CHAIN_ON_L1.chainId),
    execution: "proven",
  });
  const client = connectHttp(chain.chainId, chain.url);
  try {
    await (await sender.connect(client).sendTransaction({ to: sender.address, value: 1n })).wait();
  } finally {
    client.destroy();
  }
  const batch = await chain.pipeline.seal();
  if (batch === undefined) throw new Error(`${CHAIN_ON_L1.name} has nothing to seal`);
  const { batchNumber, priorityOpCount } = batch.outputs;
  const begun = performance.now();
  const steps: { step: string; seconds: number }[] = [];
  const tell = (step: string): void => {
    const seconds = Math.round(performance.now() - begun) / 1000;
    steps.push({ step, seconds });
    say(`${seconds.toFixed(2).padStart(6)} s  ${CHAIN_ON_L1.name} batch ${batchNumber}: ${step}`);
  };
  say(
    `${CHAIN_ON_L1.name.padEnd(10)} chain id ${CHAIN_ON_L1.chainId}     ${chain.url}   L1 executes its batches by nothing but a proof of their execution`,
  );
  tell(`sealed, with ${batch.transactionCount} transaction and ${priorityOpCount} operations of L1's queue`);
  const stop = repeat(clock, POLL_MS, phasesOf(chain, batchNumber, tell), () => true);
  try {
    const { receipts } = await chain.pipeline.settled(batchNumber);
    stop();
    const [gas, seconds] = [Number(receipts.prove?.gasUsed ?? 0n), Math.round(performance.now() - begun) / 1000];
    tell(`executed on L1 by one proof of its execution, ${gas} gas, ${seconds.toFixed(1)} s`);
    return {
      chainId: Number(CHAIN_ON_L1.chainId),
      batchNumber: Number(batchNumber),
      gas,
      proveTransaction: receipts.prove?.hash,
      steps,
    };
  } finally {
    stop();
  }
}

/** A look that tells what is done since the last one. */
function phasesOf({ pipeline }: DevnetChain, batchNumber: bigint, tell: (step: string) => void): () => Promise<void> {
  let [last, isProven] = ["", false];
  const once = (step: string): void => {
    if (step !== last) tell(step);
    last = step;
  };
  return async () => {
    const standing = pipeline.execution?.standing(batchNumber);
    if (standing?.kind === "proving") once(`its execution is being proven, in chunk ${standing.progress.chunk + 1}`);
    if (standing?.kind !== "proven") return;
    if (!isProven)
      tell(
        `its execution is proven, in ${standing.chunks === 1 ? "one chunk" : `${standing.chunks} chunks`} of ${Math.ceil(standing.bytes / 1024)} KiB`,
      );
    isProven = true;
    const proof = pipeline.proving().find((proving) => proving.batchNumber === batchNumber);
    if (proof?.phase === "posting") once("L1 is shown the proof");
    else if (proof?.tree !== undefined)
      once(`proof ${proof.tree.made + 1} of ${proof.tree.proofs} up to L1's is being made: ${proof.tree.kind}`);
  };
}
