import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transaction } from "ethers";
import { addressOfKey, signDigest } from "../src/ground/transaction/digest-signature.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import { ALICE, BOB, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { SequencerProcess } from "../test/flow/support/sequencer-process.ts";

export interface BundlesBenchOptions {
  readonly json: boolean;
  readonly bundles: number;
}

const KEY: Hex = `0x${"71".repeat(32)}`;
/** Until the threads run compiled code. */
const WARM_UP_BUNDLES = 20;

/** Two chains whose bundles an external process decides: processor time and wait of a bundle. bench/README.md has the figures. */
export async function benchBundles({ json, bundles }: BundlesBenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bundles-"));
  const ordered = (chainId: bigint, name: string, peer: string) => ({
    ...{ chainId, name },
    sequencing: { by: "external" as const, key: addressOfKey(KEY), peers: [peer] },
  });
  const devnet = await startFlowDevnet([ordered(271n, "alpha", "beta"), ordered(272n, "beta", "alpha")], {
    ...UNPROVEN,
    fundedAccounts: [ALICE, BOB],
  });
  const urls = devnet.chains.map(({ url }) => url);
  const sequencer = new SequencerProcess(join(folder, "slots.jsonl"), KEY, urls);
  try {
    await send(devnet, sequencer, { first: 0, count: WARM_UP_BUNDLES });
    const legs = legsOf(devnet, { first: WARM_UP_BUNDLES, count: bundles });
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    const waits: number[] = [];
    for (const each of legs) {
      const start = performance.now();
      await decide(sequencer, each);
      waits.push(performance.now() - start);
    }
    const { user, system } = process.cpuUsage(cpu);
    waits.sort((a, b) => a - b);
    const at = (part: number): number => round(waits[Math.min(waits.length - 1, Math.floor(part * waits.length))] ?? 0);
    const result = {
      bundles,
      cpuMs: round((user + system) / 1_000 / bundles),
      wallMs: round((performance.now() - begun) / bundles),
      ...{ p50Ms: at(0.5), p99Ms: at(0.99) },
    };
    console.log(json ? JSON.stringify(result) : result);
  } finally {
    await sequencer.kill();
    await devnet.close();
    rmSync(folder, { recursive: true });
  }
  if (devnet.faults.length > 0) throw devnet.faults[0];
}

interface Range {
  readonly first: number;
  readonly count: number;
}

async function send(devnet: FlowDevnet, sequencer: SequencerProcess, range: Range): Promise<void> {
  for (const legs of legsOf(devnet, range)) await decide(sequencer, legs);
}

async function decide(sequencer: SequencerProcess, legs: readonly (readonly Hex[])[]): Promise<void> {
  const answer = await sequencer.bundle(legs);
  if (answer?.isTaken !== true) throw new Error(`a bundle was not decided: ${answer?.reason ?? "the sequencer has ended"}`);
}

/** Alice pays Bob on the first chain, and Bob pays Alice on the second one; signed before the measurement. */
function legsOf({ accounts, chains }: FlowDevnet, { first, count }: Range): readonly Hex[][][] {
  const [alice, bob] = [accounts.wallet(ALICE), accounts.wallet(BOB)];
  return Array.from({ length: count }, (_, i) =>
    chains.map(({ chainId }, place) => {
      const [from, to] = place === 0 ? [alice, bob] : [bob, alice];
      const transaction = Transaction.from({
        ...{ type: 2, chainId, nonce: first + i, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 21_000n },
        ...{ to: to.address, value: 1n },
      });
      transaction.signature = signDigest(from.privateKey as Hex, transaction.unsignedHash as Hex);
      return [transaction.serialized as Hex];
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
