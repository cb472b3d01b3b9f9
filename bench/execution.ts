import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serialize } from "node:v8";
import { getCreateAddress } from "ethers";
import { compile } from "../src/tool/demo/compile.ts";
import { fromHex } from "../src/ground/protocol/hex.ts";
import type { StateJob } from "../src/proofs/prover/job.ts";
import { testContract } from "../test/chain/support/artifact.ts";
import { startVerifiedChain } from "../test/chain/support/verified-chain.ts";
import { TestWallet } from "../test/chain/support/wallet.ts";
import { batchesOfCalls } from "../test/execution-proof/support/call-batches.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "../test/execution-proof/support/chain-batches.ts";
import { compileGroth16Verifier, GROTH16_PROOF, groth16Call } from "../test/machine/support/groth16.ts";
import type { ExecutionSample } from "./execution-sample.ts";

export interface ExecutionBenchOptions {
  readonly json: boolean;
  /** ERC-20 transfers of each batch. */
  readonly transfers: readonly number[];
  /** One batch of a proven chain instead, whose transaction verifies a Groth16 proof with three public inputs. */
  readonly groth16: boolean;
  /** Undefined entries mean all cores. */
  readonly workers: readonly (number | undefined)[];
  /** Whether proofs are made on the machine's graphics card. */
  readonly card: boolean;
}

const sampleFile = fileURLToPath(new URL("./execution-sample.ts", import.meta.url));
const run = promisify(execFile);

/** A batch's proof is made from these; what is printed with its figures. */
interface MeasuredBatch {
  readonly what: object;
  readonly witness: unknown;
  readonly claim: unknown;
}

/** Proves each batch with secure parameters in a separate process, to measure its memory. */
export async function benchExecution({ json, transfers, groth16, workers, card }: ExecutionBenchOptions): Promise<void> {
  await compile({ everything: true });
  const folder = mkdtempSync(join(tmpdir(), "execution-"));
  try {
    const batches = groth16 ? await groth16Batches() : await batchesOfTransfers(transfers);
    for (const [i, { what, witness, claim }] of batches.entries()) {
      const file = join(folder, `${i}`);
      writeFileSync(file, serialize({ witness, claim }));
      for (const threads of workers) {
        const request: ExecutionSample = { file, workers: threads, card };
        const { stdout } = await run(process.execPath, [sampleFile, JSON.stringify(request)], { maxBuffer: 2 ** 24 });
        const result = { ...what, ...(JSON.parse(stdout) as object) };
        if (json) console.log(JSON.stringify(result));
        else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${JSON.stringify(value)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function batchesOfTransfers(transfers: readonly number[]): Promise<MeasuredBatch[]> {
  const batches = await transferBatches(transfers);
  return batches.map(({ batch, witnessSeconds }, i) => ({ what: { transfers: transfers[i], witnessSeconds }, ...batch }));
}

/** The example project's verifier, called by the only transaction of a batch. */
async function groth16Batches(): Promise<MeasuredBatch[]> {
  const { runtime } = compileGroth16Verifier(true);
  const calls = [{ data: groth16Call(GROTH16_PROOF), gasLimit: 400_000n }];
  const batches = await batchesOfCalls(fromHex(runtime), calls);
  return batches.map(({ units, ...batch }) => ({ what: { groth16Units: units }, ...batch }));
}

/** Batches of one chain; the token is deployed in a batch before them. */
export async function transferBatches(
  transfers: readonly number[],
): Promise<{ readonly batch: WitnessedBatch; readonly job: StateJob; readonly witnessSeconds: number }[]> {
  const wallet = new TestWallet(1);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts });
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
