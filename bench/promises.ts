import type { JsonRpcProvider, Wallet, HDNodeWallet } from "ethers";
import { connectHttp } from "../src/ecosystem/devnet/relaying/relaying.ts";
import { ALICE, BOB, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { transferOf } from "../test/flow/support/interop.ts";
import { median } from "./statistics.ts";

interface PromisesBenchOptions {
  readonly json: boolean;
  readonly messages: number;
}

const [SOURCE, BY_PROMISE, BY_ROOT] = [271n, 272n, 273n];
const POLL_MS = 50;
const BATCH_AGE_MS = 50;
/** Messages of each kind before the measurement. */
const WARM_UP_MESSAGES = 8;
const LOOK_MS = 5;
const PERCENT_90 = 0.9;

/** Times from a transfer's submission until its arrival: by a promise, and by a root of L1. bench/README.md describes the figures. */
export async function benchPromises({ json, messages }: PromisesBenchOptions): Promise<void> {
  const terms = { minStakeWei: ETHER, maxAtRiskWei: 1_000n * ETHER };
  const batches = { maxAgeMs: BATCH_AGE_MS };
  const devnet = await startFlowDevnet(
    [
      { chainId: SOURCE, name: "source", batches },
      { chainId: BY_PROMISE, name: "receiver", batches, instant: { from: { source: terms } } },
      { chainId: BY_ROOT, name: "reference", batches },
    ],
    { relayer: true, pollIntervalMs: POLL_MS, ...UNPROVEN },
  );
  const clients = devnet.chains.map(({ chainId, url }) => connectHttp(chainId, url));
  try {
    const times = await measure(devnet, clients, messages);
    const result = { messages, promise: figures(times.promise), root: figures(times.root) };
    console.log(json ? JSON.stringify(result) : result);
  } finally {
    for (const client of clients) client.destroy();
    await devnet.close();
  }
  if (devnet.faults.length > 0) throw devnet.faults[0];
}

interface Times {
  readonly promise: readonly number[];
  readonly root: readonly number[];
}

/** Sends one transfer of each kind after the other, each after the arrival of the one before it. */
async function measure(devnet: FlowDevnet, clients: readonly JsonRpcProvider[], messages: number): Promise<Times> {
  const [source, receiver, reference] = clients;
  if (source === undefined || receiver === undefined || reference === undefined) throw new RangeError("there are three chains");
  const sender = devnet.accounts.wallet(ALICE).connect(source);
  const recipient = devnet.accounts.wallet(BOB).address;
  const promise: number[] = [];
  const root: number[] = [];
  for (let number = 0; number < WARM_UP_MESSAGES + messages; number++) {
    promise.push(await timeOf(sender, { recipient, toChain: BY_PROMISE, client: receiver }));
    root.push(await timeOf(sender, { recipient, toChain: BY_ROOT, client: reference }));
  }
  return { promise: promise.slice(WARM_UP_MESSAGES), root: root.slice(WARM_UP_MESSAGES) };
}

interface Arrival {
  readonly recipient: string;
  readonly toChain: bigint;
  readonly client: JsonRpcProvider;
}

/** Milliseconds until one wei has arrived. */
async function timeOf(sender: Wallet | HDNodeWallet, { recipient, toChain, client }: Arrival): Promise<number> {
  const before = await client.getBalance(recipient);
  const begun = performance.now();
  await sender.sendTransaction({ ...transferOf(toChain, 1n, recipient), gasLimit: 400_000n });
  while ((await client.getBalance(recipient)) === before) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return performance.now() - begun;
}

function figures(times: readonly number[]): { readonly p50Ms: number; readonly p90Ms: number } {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50Ms: Math.round(median(sorted)), p90Ms: Math.round(sorted[Math.floor(sorted.length * PERCENT_90)] ?? 0) };
}
