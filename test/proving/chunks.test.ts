import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { decodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { decodeChunkInput } from "../../src/proofs/execution-proof/batch/chunk-input.ts";
import { createExecutionProver, type ExecutionProver } from "../../src/proofs/execution-proof/batch/execution-prover.ts";
import type { ProvenExecution } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { blobId, MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { chunkPort, executionByQueue } from "../../src/proofs/proving/execution-proofs.ts";
import { MAX_OUTPUT_BYTES } from "../../src/proofs/proving/job.ts";
import { fleetService } from "../../src/proofs/proving/fleet-service.ts";
import { httpQueue } from "../../src/proofs/proving/queue-http.ts";
import { MemoryQueue } from "../../src/proofs/proving/queue-memory.ts";
import { startQueueServer } from "../../src/proofs/proving/queue-server.ts";
import type { ProverPort, Running } from "../../src/proofs/proving/queue.ts";
import { TestClock } from "../chain/support/clock.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "../execution-proof/support/chain-batches.ts";
import { aloneInQueue } from "../execution-proof/support/own-prover.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";

/** NOT SECURE: small parameters. */
const OPTIONS = {
  ...{ workers: 1, acceptsWeakParameters: true, mostCells: 9_000_000 },
  parameters: smallParameters({
    ...{ minLogRows: 4, maxLogRows: 18, queryCount: 4 },
    opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
  }),
};
const TOKEN = "0123456789abcdef-token";
const LEASE_MS = 30_000;
const WORKER = fileURLToPath(new URL("support/chunk-worker.ts", import.meta.url));

describe("chunks of a batch's execution as jobs", () => {
  const wallet = new TestWallet(79);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const own = createExecutionProver(OPTIONS);
  let chain: VerifiedChain;
  let batch: WitnessedBatch;
  /** Proof made by this process. */
  let made: ProvenExecution;

  const working: Running[] = [];
  let clock: TestClock;
  let blobs: MemoryBlobs;
  let queue: MemoryQueue;
  let server: Awaited<ReturnType<typeof startQueueServer>>;

  before(async () => {
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts });
    const batches = await ChainBatches.of(chain, accounts);
    for (const value of [7n, 8n, 9n, 10n, 11n, 12n])
      await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value }));
    batch = batches.next(await chain.sealAndVerify());
    const alone = aloneInQueue(own);
    made = (await alone.prove(batch.witness as ExecutionWitness, batch.claim)) as ProvenExecution;
    await alone.close();
    assert.equal(made.kind, "proven");
    assert.ok(made.metrics.chunks > 1);
  });
  after(async () => {
    await own.close();
    await chain.chain.close();
  });
  beforeEach(async () => {
    clock = new TestClock(1_800_000_000_000);
    blobs = new MemoryBlobs();
    queue = new MemoryQueue({ leaseMs: LEASE_MS }, { blobs, clock });
    server = await startQueueServer({ host: "127.0.0.1", port: 0, token: TOKEN }, fleetService({ queue, blobs, clock }));
  });
  afterEach(async () => {
    queue.close();
    await Promise.all(working.splice(0).map((each) => each.stop()));
    await server.close();
  });

  const prove = async (prover: Pick<ExecutionProver, "plan" | "checkChunk"> = own): Promise<ProvenExecution> => {
    const proven = await executionByQueue({ queue, blobs }, prover).prove(batch.witness as ExecutionWitness, batch.claim);
    assert.equal(proven.kind, "proven", proven.kind === "unproven" ? proven.detail : "");
    return proven as ProvenExecution;
  };
  const workHere = (port: ProverPort, name: string, isOwn = false): void => {
    working.push(queue.work(port, { name, isOwn }));
  };

  test("a worker that is killed in a chunk loses nothing: another one over HTTP makes the same proof", async () => {
    const child = spawn(process.execPath, [WORKER, server.url, TOKEN, "first", JSON.stringify(OPTIONS)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const proof = prove();
      for await (const line of createInterface({ input: child.stdout }))
        if ((JSON.parse(line) as { type: string }).type === "progress") break;
      child.kill("SIGKILL");
      await once(child, "exit");
      assert.ok(queue.workers().some(({ name, lost }) => name === "first" && lost === 0));
      clock.advance(LEASE_MS);
      assert.ok((queue.workers().find(({ name }) => name === "first")?.lost ?? 0) >= 1);
      const wait = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal }).catch(() => undefined);
      working.push(httpQueue({ url: server.url, token: TOKEN }, { pause: wait }).work(chunkPort(own), { name: "second" }));
      assert.deepEqual((await proof).proof, made.proof);
      const second = queue.workers().find(({ name }) => name === "second");
      assert.deepEqual([second?.proofs, second?.refused], [made.metrics.chunks, 0]);
      assert.equal(blobs.size, 0);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("the smallest chunk is proven first, whatever its index in the batch, and the proof is the same", async () => {
    const honest = chunkPort(own);
    const asked: { readonly weight: number; readonly firstStep: number }[] = [];
    const port: ProverPort = {
      kinds: ["chunk"],
      async prove(task, from, options) {
        const { firstStep } = decodeChunkInput((await from.get(task.job.input))!);
        asked.push({ weight: task.job.weight, firstStep });
        return honest.prove(task, from, options);
      },
    };
    workHere(port, "alone", true);
    assert.deepEqual((await prove()).proof, made.proof);
    const sorted = (key: "weight" | "firstStep") => [...asked].sort((a, b) => a[key] - b[key]);
    assert.deepEqual(asked, sorted("weight"));
    assert.notDeepEqual(asked, sorted("firstStep"));
  });

  test("attack: a worker answers with another chunk's proof, a part of it, or more bytes than a chunk's proof has", async () => {
    const { chunks } = decodeBatchProof(made.proof);
    const honest = chunkPort(own);
    const lies: ((output: Uint8Array) => Uint8Array)[] = [
      (output) => chunks.map(({ proof }) => proof).find((proof) => blobId(proof) !== blobId(output)) ?? output,
      (output) => output.slice(0, -1),
      () => new Uint8Array(MAX_OUTPUT_BYTES.chunk + 1),
      () => new Uint8Array(),
    ];
    const proof = prove();
    for (const [liar, lie] of lies.entries())
      workHere(
        {
          kinds: ["chunk"],
          async prove(task, from, options) {
            const metrics = { backend: "none", workers: 1, logRows: 9, cells: 1, phaseSeconds: {} };
            const place = decodeChunkInput((await from.get(task.job.input))!).firstStep === 0 ? 0 : 1;
            const output = lie(chunks[place]!.proof);
            // The statement of the job, which anyone can compute from its input.
            const { statement } = await chunkPort({ proveChunk: async () => ({ kind: "made", proof: output, metrics }) }).prove(
              task,
              from,
              options,
            );
            return { statement, output, metrics };
          },
        },
        `liar-${liar}`,
      );
    const refused = () => queue.workers().reduce((sum, worker) => sum + worker.refused, 0);
    // Each job is given out to workers until two have failed at it.
    while (refused() < 2 * made.metrics.chunks) await turn();
    workHere(honest, "own", true);
    assert.deepEqual((await proof).proof, made.proof);
    assert.ok(queue.workers().every(({ proofs }) => proofs === 0));
  });

  test("a chunk whose steps are more together than was planned is cut, and what is proven of the others stays", async () => {
    const asked: number[] = [];
    let crowded: { readonly firstStep: number; readonly count: number } | undefined;
    workHere(
      chunkPort({
        proveChunk(chunk, options) {
          const { firstStep, steps } = decodeChunkInput(chunk.input);
          asked.push(firstStep);
          if (crowded !== undefined || firstStep === 0 || steps.length === 1) return own.proveChunk(chunk, options);
          crowded = { firstStep, count: steps.length };
          return Promise.resolve({ kind: "crowded", ...crowded });
        },
      }),
      "own",
      true,
    );
    const plans: number[][] = [];
    const { proof, metrics } = await prove({
      ...own,
      async plan(witness, claim, options) {
        const planned = await own.plan(witness, claim, { ...options, cuts: [2, ...(options?.cuts ?? [])] });
        if (planned.kind === "planned") plans.push(planned.chunks.map(({ firstStep }) => firstStep));
        return planned;
      },
    });
    const { chunks } = await own.verify(batch.claim, proof);
    assert.deepEqual(crowded?.firstStep, 2);
    const [, second] = plans;
    const last = plans.at(-1)!;
    // The batch's other chunks can be crowded as well, and are cut the same way.
    assert.ok(
      second!.includes(2 + Math.ceil(crowded.count / 2)) && second!.every((step) => last.includes(step)),
      JSON.stringify(plans),
    );
    assert.deepEqual([chunks, metrics.chunks], [last.length, last.length]);
    // It was pending when the second chunk was found to be crowded.
    assert.equal(asked.filter((step) => step === 0).length, 1);
    assert.equal(blobs.size, 0);
  });
});
