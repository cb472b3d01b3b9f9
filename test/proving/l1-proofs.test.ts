import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { decodeBatchProof, encodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import type { BatchesProver, ProofForL1 } from "../../src/proofs/l1-proof/batches-prover.ts";
import { createL1Prover, type L1Prover } from "../../src/proofs/l1-proof/l1-prover.ts";
import type { ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { aggregateDigest, aggregateStatement, statementElements } from "../../src/ground/protocol/aggregate.ts";
import { digestToHex, elementsToBytes } from "../../src/ground/protocol/digest.ts";
import { toHex } from "../../src/ground/protocol/hex.ts";
import { decodeStateInput } from "../../src/proofs/prover/state-input.ts";
import type { LastProof } from "../../src/ground/protocol/last-proof.ts";
import type { ProofProgress } from "../../src/proofs/prover/job.ts";
import { MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { JOB_KINDS, type JobKind } from "../../src/proofs/proving/job.ts";
import { l1ProofByQueue, l1ProofPort } from "../../src/proofs/proving/l1-proofs.ts";
import { MemoryQueue } from "../../src/proofs/proving/queue-memory.ts";
import type { ProverPort, Running } from "../../src/proofs/proving/queue.ts";
import { decodeRun, encodeRun } from "../../src/proofs/stark/proofs/encode-run.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { TestClock } from "../chain/support/clock.ts";
import { executedBatch } from "../l1-proof/support/executed-batch.ts";
import { fewQueryPrograms } from "../l1-proof/support/few-query-programs.ts";

const LEASE_MS = 30_000;
/** All up to a small proof, but proofs of state and of chunks; a single batch has no aggregate and is in no hub. */
const KINDS = JOB_KINDS.filter((kind) => !["state", "chunk", "aggregate", "hubStep", "fast"].includes(kind));

describe("the proof for L1 as jobs", () => {
  let own: L1Prover;
  let executed: ExecutedProof;
  /** Proof made by this process. */
  let made: ProofForL1;
  /** The proof's statement. */
  let said: Uint8Array;

  const working: Running[] = [];
  let clock: TestClock;
  let blobs: MemoryBlobs;
  let queue: MemoryQueue;
  let batches: BatchesProver;

  before(async () => {
    const batch = await executedBatch();
    ({ executed } = batch);
    const { protocolVersion } = executed.claim.batch;
    own = createL1Prover({ workers: 2, programs: fewQueryPrograms({ protocolVersion, heights: batch.heights }) });
  });
  after(() => own.close());

  beforeEach(() => {
    clock = new TestClock(1_800_000_000_000);
    blobs = new MemoryBlobs();
    queue = new MemoryQueue({ leaseMs: LEASE_MS }, { blobs, clock });
    batches = l1ProofByQueue({ queue, blobs }, own, "small");
  });
  afterEach(async () => {
    queue.close();
    for (const each of working.splice(0)) await each.stop();
  });

  const work = (port: ProverPort, name: string, isOwn = false): unknown => working.push(queue.work(port, { name, isOwn }));

  it("result in one proof, whose statement L1 derives from its record of the batch", async () => {
    work(l1ProofPort(own), "own", true);
    const told = new Set<JobKind>();
    made = await batches.prove([executed], { onProgress: ({ tree }) => void told.add(tree!.kind as JobKind) });
    assert.deepEqual([...told].sort(), [...KINDS].sort());
    const { statement } = decodeStateInput(executed.list);
    const item = {
      chainId: executed.claim.chainId,
      batch: {
        ...{ ...executed.claim.batch, commitment: statement.commitment, diffDigest: digestToHex(statement.diffDigest) },
        point: toHex(elementsToBytes(statement.point)),
        evaluation: toHex(elementsToBytes(statement.evaluation)),
      },
    };
    const digest = aggregateDigest([item], (tag, left, right) => compress(tag, [...left], [...right]));
    assert.equal(made.digest, digestToHex(digest));
    const elements = statementElements(aggregateStatement([item], digest));
    said = elementBytes(elements);
    assert.equal(await own.check("wrap", said, made.proof), undefined);
    assert.notEqual(await own.check("wrap", elementBytes(elements.with(0, 2)), made.proof), undefined);
    assert.equal(blobs.size, 0);
  });

  it("yield the same from the batch's existing proof: neither chunks nor list are proven twice", async () => {
    work(l1ProofPort(own), "own", true);
    const told: ProofProgress[] = [];
    const prepared = await batches.prepare(executed, { onProgress: (progress) => told.push(progress) });
    const kinds = new Set(told.map(({ tree }) => tree?.kind));
    assert.deepEqual([...kinds].sort(), KINDS.filter((kind) => kind !== "compress" && kind !== "wrap").sort());
    const all = told[0]!.tree!.proofs;
    assert.deepEqual(told.at(-1), { phase: "queued", fraction: 0, tree: { kind: "batch", made: all, proofs: all } });
    const joinable = await prepared.joinable();
    prepared.release();
    const kindsUpTo = async (last: LastProof) => (await own.plan([joinable], last)).proofs.map(({ kind }) => kind);
    assert.deepEqual([await kindsUpTo("small"), await kindsUpTo("fast")], [["compress", "wrap"], ["fast"]]);
    assert.equal(await (await batches.prepare(joinable)).joinable(), joinable);
    const joined = await batches.prove([joinable]);
    assert.deepEqual([joined.digest, joined.proof], [made.digest, made.proof]);
    // One program less; neither check accepts the other's proof.
    const fast = await l1ProofByQueue({ queue, blobs }, own, "fast").prove([joinable]);
    assert.equal(fast.digest, made.digest);
    for (const [program, proof, refusal] of [
      ["fast", fast.proof, undefined],
      ["fast", made.proof, "MalformedProof"],
      ["wrap", fast.proof, "MalformedProof"],
    ] as const)
      assert.equal(await own.check(program, said, proof), refusal, program);
    const ofOther = { ...joinable, fields: { ...joinable.fields, chainId: joinable.fields.chainId + 1n } };
    const changed = { ...joinable, proof: joinable.proof.map((byte, i) => (i === 1_000 ? byte ^ 1 : byte)) };
    const ofOtherProgram = { ...joinable, program: "aggregate" };
    await assert.rejects(batches.prepare(ofOther), { code: "ProofRefused" });
    await assert.rejects(batches.prepare(changed), { code: "ProofRefused" });
    await assert.rejects(batches.prepare(ofOtherProgram), { code: "ShapeUnknown" });
    assert.equal(blobs.size, 0);
  });

  it("lose nothing when a worker falls silent at each kind: another makes that one, and the proof is the same", async () => {
    const silent = new Set<JobKind>();
    const honest = l1ProofPort(own);
    const asked: JobKind[] = [];
    work(
      {
        kinds: honest.kinds,
        prove(task, from, options) {
          const { kind } = task.job;
          asked.push(kind);
          if (silent.has(kind)) return honest.prove(task, from, options);
          silent.add(kind);
          return new Promise((_, reject) => {
            options.signal.addEventListener("abort", () => reject(new Error("gone")), { once: true });
            queueMicrotask(() => clock.advance(LEASE_MS));
          });
        },
      },
      "first",
    );
    const proof = await batches.prove([executed]);
    assert.deepEqual([...silent].sort(), [...KINDS].sort());
    assert.equal(queue.workers().find(({ name }) => name === "first")?.lost, KINDS.length);
    // Each kind once more than there are jobs of it, and no other job twice.
    const { proofs } = await own.plan([executed], "small");
    for (const kind of KINDS)
      assert.equal(asked.filter((each) => each === kind).length, proofs.filter((each) => each.kind === kind).length + 1, kind);
    assert.deepEqual([proof.digest, proof.proof], [made.digest, made.proof]);
    assert.equal(blobs.size, 0);
  });

  it("attack: a worker answers with changed proofs; none of them counts", async () => {
    const honest = l1ProofPort(own);
    const lied = new Map<JobKind, number>();
    work(
      {
        kinds: honest.kinds,
        async prove(task, from, options) {
          const right = await honest.prove(task, from, options);
          lied.set(task.job.kind, (lied.get(task.job.kind) ?? 0) + 1);
          const output = Uint8Array.from(right.output);
          const at = Math.floor(output.length / 2);
          output[at] = (output[at] ?? 0) ^ 1;
          return { ...right, output };
        },
      },
      "liar",
    );
    // It receives nothing after two invalid proofs.
    const proof = batches.prove([executed]);
    while ((queue.workers().find(({ name }) => name === "liar")?.refused ?? 0) < 2) await turn();
    work(honest, "own", true);
    const { digest, proof: bytes } = await proof;
    assert.deepEqual([digest, bytes], [made.digest, made.proof]);
    assert.equal(queue.workers().find(({ name }) => name === "liar")?.proofs, 0);
  });

  it("have no leaf if a batch is one whole chunk with its leaves in order, of shapes that one program checks", async () => {
    const decoded = decodeBatchProof(executed.execution);
    const [cut, ...others] = decoded.chunks;
    const inOrder = { ...decoded, relisting: undefined };
    const planOf = async (proof: ReturnType<typeof decodeBatchProof>) =>
      (await own.plan([{ ...executed, execution: encodeBatchProof(proof) }], "fast")).proofs.map(({ kind }) => kind);
    const [chunk] = others;
    assert.deepEqual(await planOf({ ...inOrder, chunks: [chunk!] }), ["list", "batch", "fast"]);
    assert.deepEqual(await planOf({ ...decoded, chunks: [chunk!] }), ["list", "leaf", "relisting", "relisted", "batch", "fast"]);
    assert.deepEqual(await planOf({ ...inOrder, chunks: [chunk!, chunk!] }), ["list", "leaf", "leaf", "join", "batch", "fast"]);
    const ofRun = await planOf({ ...inOrder, chunks: [cut!] });
    assert.deepEqual([ofRun[1], ...ofRun.slice(-3)], ["segment", "runEnd", "batch", "fast"]);
  });

  it("are refused by name for segments that do not form a run, for a shape without a checking program, and for another key", async () => {
    const decoded = decodeBatchProof(executed.execution);
    const [cut, whole] = decoded.chunks.map(({ proof }) => proof) as [Uint8Array, Uint8Array];
    const { seed, proofs } = decodeRun(cut)!;
    const withChunk = (proof: Uint8Array): ExecutedProof => ({
      ...executed,
      execution: encodeBatchProof({ ...decoded, chunks: [{ ...decoded.chunks[0]!, proof }, ...decoded.chunks.slice(1)] }),
    });
    const changed = proofs[1]!.with(proofs[1]!.length >> 1, proofs[1]!.at(proofs[1]!.length >> 1)! ^ 1);
    for (const [what, other] of Object.entries({
      "one segment": proofs.slice(0, 1),
      "another order": [proofs[0]!, ...proofs.slice(1).toReversed()],
      "one left out": proofs.toSpliced(1, 1),
      "one twice": [proofs[0]!, ...proofs],
      "one changed": proofs.with(1, changed),
    }))
      await assert.rejects(batches.prove([withChunk(encodeRun({ seed, proofs: other }))]), { code: "RunRefused" }, what);
    await assert.rejects(batches.prove([withChunk(encodeRun({ seed: seed.with(0, seed[0]! ^ 1), proofs }))]), {
      code: "RunRefused",
    });
    // The heights are in a proof's first bytes.
    const higher = (proof: Uint8Array): Uint8Array => proof.with(1, (proof[1] ?? 0) + 1);
    for (const other of [higher(whole), encodeRun({ seed, proofs: [higher(proofs[0]!), ...proofs.slice(1)] })])
      await assert.rejects(batches.prove([withChunk(other)]), { code: "ShapeUnknown" });
    const program = decoded.program.with(0, decoded.program[0]! ^ 1);
    const otherKey = { ...executed, execution: encodeBatchProof({ ...decoded, program }) };
    await assert.rejects(batches.prove([otherKey]), { code: "OtherKey" });
    assert.equal(blobs.size, 0);
  });
});
