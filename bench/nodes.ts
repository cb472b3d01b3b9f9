import { Transaction } from "ethers";
import { signDigest } from "../src/ground/transaction/digest-signature.ts";
import type { DevnetChain, DevnetChainOptions } from "../src/ecosystem/devnet/devnet.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import { ALICE, BOB, startFlowDevnet, UNPROVEN } from "../test/flow/support/devnet.ts";

export interface NodesBenchOptions {
  readonly json: boolean;
  readonly transactions: number;
}

type Sequencing = NonNullable<DevnetChainOptions["sequencing"]>;

/** Chains that are measured, each alone. */
const GROUPS: readonly (readonly [name: string, sequencing: Sequencing])[] = [
  ["single", "single"],
  ["4 nodes", { by: "bft", nodes: 4 }],
  ["7 nodes", { by: "bft", nodes: 7 }],
  ["4 nodes in processes", { by: "bft", nodes: 4, processes: true }],
];
/** Until the threads run compiled code. */
const WARM_UP_TRANSACTIONS = 50;

/** Transfers that one sequencer, nodes of one process, and nodes in processes decide; bench/README.md has the figures. */
export async function benchNodes({ json, transactions }: NodesBenchOptions): Promise<void> {
  const results: Record<string, object> = {};
  for (const [name, sequencing] of GROUPS) results[name] = await measure(sequencing, transactions);
  console.log(json ? JSON.stringify({ transactions, ...results }) : results);
}

async function measure(sequencing: Sequencing, count: number): Promise<object> {
  const devnet = await startFlowDevnet([{ chainId: 271n, sequencing }], { ...UNPROVEN, fundedAccounts: [ALICE] });
  try {
    const [chain] = devnet.chains;
    if (chain === undefined) throw new RangeError("there is one chain");
    const { privateKey } = devnet.accounts.wallet(ALICE);
    const to = devnet.accounts.wallet(BOB).address;
    const raws = Array.from({ length: WARM_UP_TRANSACTIONS + count }, (_, nonce) => transferOf({ nonce, to, privateKey }));
    for (const raw of raws.slice(0, WARM_UP_TRANSACTIONS)) await decide(chain, raw);
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    const waits: number[] = [];
    for (const raw of raws.slice(WARM_UP_TRANSACTIONS)) {
      const start = performance.now();
      await decide(chain, raw);
      waits.push(performance.now() - start);
    }
    const { user, system } = process.cpuUsage(cpu);
    waits.sort((a, b) => a - b);
    const at = (part: number): number => round(waits[Math.min(waits.length - 1, Math.floor(part * waits.length))] ?? 0);
    return {
      cpuMs: round((user + system) / 1_000 / count),
      wallMs: round((performance.now() - begun) / count),
      ...{ p50Ms: at(0.5), p99Ms: at(0.99) },
    };
  } finally {
    await devnet.close();
    if (devnet.faults.length > 0) console.error(devnet.faults);
  }
}

/** Resolves when the transaction's block is decided. */
async function decide({ provider }: DevnetChain, raw: Hex): Promise<void> {
  await provider.request({ method: "eth_sendRawTransactionSync", params: [raw] });
}

/** Transfer that is signed before the measurement. */
function transferOf({
  nonce,
  to,
  privateKey,
}: {
  readonly nonce: number;
  readonly to: string;
  readonly privateKey: string;
}): Hex {
  const transaction = Transaction.from({
    ...{ type: 2, chainId: 271n, nonce, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 21_000n, to, value: 1n },
  });
  transaction.signature = signDigest(privateKey as Hex, transaction.unsignedHash as Hex);
  return transaction.serialized as Hex;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
