import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serialize } from "node:v8";
import { getCreateAddress } from "ethers";
import { compile } from "../src/demo/compile.ts";
import type { StateJob } from "../src/prover/job.ts";
import { testContract } from "../test/chain/support/artifact.ts";
import { startVerifiedChain } from "../test/chain/support/verified-chain.ts";
import { TestWallet } from "../test/chain/support/wallet.ts";
import { ChainBatches, type WitnessedBatch } from "../test/execution-proof/support/chain-batches.ts";
import type { ExecutionSample } from "./execution-sample.ts";

export interface ExecutionBenchOptions {
  readonly json: boolean;
  /** ERC-20 transfers of each batch. */
  readonly transfers: readonly number[];
  /** Undefined entries mean all cores. */
  readonly workers: readonly (number | undefined)[];
  /** Whether proofs are made on the machine's graphics card. */
  readonly card: boolean;
}

const sampleFile = fileURLToPath(new URL("./execution-sample.ts", import.meta.url));
const run = promisify(execFile);

/** Proves batches with so many transfers, with secure parameters, each in a process of its own: that gives its memory. */
export async function benchExecution({ json, transfers, workers, card }: ExecutionBenchOptions): Promise<void> {
  await compile({ everything: true });
  const folder = mkdtempSync(join(tmpdir(), "execution-"));
  try {
    for (const [i, { batch, witnessSeconds }] of (await transferBatches(transfers)).entries()) {
      const file = join(folder, `${i}`);
      const { witness, claim } = batch;
      writeFileSync(file, serialize({ witness, claim }));
      for (const threads of workers) {
        const request: ExecutionSample = { file, workers: threads, card };
        const { stdout } = await run(process.execPath, [sampleFile, JSON.stringify(request)], { maxBuffer: 2 ** 24 });
        const result = { transfers: transfers[i], witnessSeconds, ...(JSON.parse(stdout) as object) };
        if (json) console.log(JSON.stringify(result));
        else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${JSON.stringify(value)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Batches of one chain; the token is deployed in a batch before them. */
export async function transferBatches(
  transfers: readonly number[],
): Promise<{ readonly batch: WitnessedBatch; readonly job: StateJob; readonly witnessSeconds: number }[]> {
  const wallet = new TestWallet(1);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const chain = await startVerifiedChain({ accounts });
  try {
    const batches = await ChainBatches.of(chain, accounts);
    const { abi, initCode } = await testContract("PlainToken");
    const to = getCreateAddress({ from: wallet.address, nonce: 0 });
    const deployment = `${initCode}${abi.encodeDeploy([[wallet.address], 10n ** 9n]).slice(2)}`;
    await chain.chain.submit(await wallet.signRaw({ data: deployment }));
    batches.next(await chain.sealAndVerify());
    const made: { batch: WitnessedBatch; job: StateJob; witnessSeconds: number }[] = [];
    for (const count of transfers) {
      for (let i = 0; i < count; i++) {
        const receiver = `0x${(0xbeef_0000 + i).toString(16).padStart(40, "0")}`;
        await chain.chain.submit(await wallet.signRaw({ to, data: abi.encodeFunctionData("transfer", [receiver, 7n]) }));
      }
      const formed = await chain.sealAndVerify();
      const start = performance.now();
      const batch = batches.next(formed);
      made.push({ batch, job: formed.job, witnessSeconds: (performance.now() - start) / 1000 });
    }
    return made;
  } finally {
    await chain.chain.close();
  }
}
