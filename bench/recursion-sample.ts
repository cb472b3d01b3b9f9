import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import type { ExecutionWitness } from "../src/proofs/execution-proof/batch/batch-witness.ts";
import { decodeBatchProof, type ExecutionBatchProof } from "../src/proofs/execution-proof/batch/batch-proof.ts";
import { chunkStatement, firstJoints } from "../src/proofs/execution-proof/batch/chunk-statement.ts";
import { claimedEnds, type ExecutionClaim } from "../src/proofs/execution-proof/batch/execution-claim.ts";
import { encodeListStatement, listParameters, listSystem } from "../src/proofs/circuits/state-transition/list-system.ts";
import { buildTrace } from "../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { benchTail } from "./batch-tail.ts";
import { openCard } from "./gpu.ts";
import { benchLeafProof } from "./leaf-proof.ts";
import { createExecutionKey, type ExecutionKey } from "../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../src/proofs/execution-proof/batch/prove-execution.ts";
import { verifyWithKey } from "../src/proofs/execution-proof/batch/verify-execution.ts";
import { executionParameters } from "../src/proofs/execution-proof/parameters.ts";
import { formOf } from "../src/proofs/execution-proof/run-statement.ts";
import { statementCode } from "../src/proofs/execution-proof/statement-code.ts";
import { createWasmBackend } from "../src/proofs/kernels/wasm/backend.ts";
import { LONGEST_LIST } from "../src/proofs/prover/claimed-security.ts";
import type { StateJob } from "../src/proofs/prover/job.ts";
import type { RelationKind } from "../src/proofs/recursion/relation.ts";
import { shapeOfProof } from "../src/proofs/recursion/proof-hints.ts";
import { ProvingBackends } from "../src/proofs/devices/proving-backends.ts";
import { transcriptFactory } from "../src/proofs/stark/transcripts/begin-transcript.ts";
import type { ProofSection } from "../src/proofs/stark/openings/proof.ts";
import type { TranscriptFactory } from "../src/proofs/stark/transcripts/transcript.ts";
import { prove } from "../src/proofs/stark/proofs/prove.ts";
import { leastProvenBits } from "../src/proofs/stark/security/proof-security.ts";
import { verify } from "../src/proofs/stark/proofs/verify.ts";
import { proveHere } from "../test/execution-proof/support/own-prover.ts";
import { leafProgram, checkByProgram } from "../test/recursion/check-by-program.ts";

/** Request to the measuring process: a file with a batch's witness and claim. */
export interface RecursionSample {
  readonly file: string;
  readonly workers: number | undefined;
  /** Whether proofs are made on the machine's graphics card. */
  readonly card: boolean;
}

const { file, workers, card } = JSON.parse(process.argv[2] ?? "{}") as RecursionSample;
const { witness, claim, job } = deserialize(readFileSync(file)) as {
  readonly job: StateJob;
  readonly witness: ExecutionWitness;
  readonly claim: ExecutionClaim;
};
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const parameters = executionParameters();
const backend = await createWasmBackend(workers === undefined ? {} : { workers });
const key = await createExecutionKey(claim.batch.protocolVersion, parameters, backend);
const opened = card ? await openCard(false) : undefined;
if (typeof opened === "string") throw new Error(opened);
const backends = new ProvingBackends(backend, opened?.backend);
const proving = new ExecutionProving(key, backends);
proving.prepare();
// The first proof warms a process up; the second one is measured.
await provenOnce();
const [before, begun] = [cpuSeconds(), performance.now()];
const { proof, metrics } = await provenOnce();
const [proveCpuSeconds, proveSeconds] = [cpuSeconds() - before, (performance.now() - begun) / 1000];
const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
const beforeVerification = cpuSeconds();
verifyWithKey(key, claim, proof);
const verifyCpuSeconds = cpuSeconds() - beforeVerification;
await proving.release();
const decoded = decodeBatchProof(proof);
// The tail comes first: the memory of the process is the way to L1's, and not that of programs which are measured alone.
const tail = await tailOf(key, claim, decoded);
const leafProofs = await leafProofsOf(key, claim, decoded);
console.log(
  JSON.stringify({
    ...(opened === undefined ? {} : { adapter: opened.adapter, faults: backends.faults }),
    chunks: decoded.chunks.length,
    cells: metrics.cells,
    chunkProofKiB: decoded.chunks.map((chunk) => Math.round(chunk.proof.length / 1024)),
    permutations: permutationsOf(key, claim, decoded),
    leaves: leavesOf(key, claim, decoded),
    proveCpuSeconds,
    proveSeconds,
    verifyCpuSeconds,
    leafCpuSeconds: leafProofs.reduce((sum, { leafCpuSeconds }) => sum + leafCpuSeconds, 0),
    leafProofs,
    ...tail,
    leastProvenBits: Math.min(
      ...[key.provenBits, ...leafProofs.map((leaf) => leaf.leastProvenBits)],
      ...(tail === undefined ? [] : [tail.leastProvenBits]),
    ),
    peakRssMiB: tail?.peakRssMiB ?? Math.round(process.resourceUsage().maxRSS / 1024),
    ofWhichChunksPeakRssMiB: peakRssMiB,
  }),
);
await opened?.backend.close();
await backend.close();

async function provenOnce() {
  const result = await proveHere(key, proving, witness, claim);
  if (result.kind === "unproven") throw new Error(`the batch has no proof: ${result.reason}: ${result.detail}`);
  return result;
}

/** The chunks' proofs, each with its statement. */
function chunkProofs({ program }: ExecutionKey, of: ExecutionClaim, batch: ExecutionBatchProof) {
  const { environment, first } = claimedEnds(of);
  const begins = firstJoints(batch, first);
  return batch.chunks.map((end, i) => {
    const begin = begins[i];
    if (begin === undefined) throw new Error("each chunk begins somewhere");
    return { proof: end.proof, statement: chunkStatement(program, { environment, before: begin, after: end }) };
  });
}

/** Each chunk's leaf program: its relations by kind, and what it says of the proof. */
function leavesOf(of: ExecutionKey, about: ExecutionClaim, batch: ExecutionBatchProof): object[] {
  return chunkProofs(of, about, batch).map(({ proof: bytes, statement }) => {
    const beginning = cpuSeconds();
    const leaf = leafProgram(of.system, shapeOfProof(of.system, bytes), statementCode(formOf(of.program)));
    const written = cpuSeconds();
    const verdict = checkByProgram(leaf, statement, bytes);
    const relations: Partial<Record<RelationKind, number>> = {};
    for (const { kind } of leaf.program.relations) relations[kind] = (relations[kind] ?? 0) + 1;
    return { relations, writeCpuSeconds: written - beginning, runCpuSeconds: cpuSeconds() - written, verdict };
  });
}

/** Proves sequentially that each chunk's leaf program accepts its proof. */
async function leafProofsOf(of: ExecutionKey, about: ExecutionClaim, batch: ExecutionBatchProof) {
  const proofs: Awaited<ReturnType<typeof benchLeafProof>>[] = [];
  for (const chunk of chunkProofs(of, about, batch)) {
    const leaf = leafProgram(of.system, shapeOfProof(of.system, chunk.proof), statementCode(formOf(of.program)));
    proofs.push(await benchLeafProof(leaf, chunk, backend));
  }
  return proofs;
}

/**
 * Proves the batch from the chunks' proofs; returns undefined if leaves are relisted, because this benchmark does not make that
 * proof.
 */
async function tailOf(of: ExecutionKey, about: ExecutionClaim, batch: ExecutionBatchProof) {
  if (batch.relisting !== undefined) return undefined;
  const system = listSystem(listParameters());
  const trace = buildTrace(job.witness, job.statement.point);
  const statement = encodeListStatement(job.statement);
  const bytes = await prove(system, { statement, auxiliary: [trace.auxiliary], traces: [trace.columns] }, backend);
  const first = { program: of.system.verificationKeyDigest, chunks: chunkProofs(of, about, batch) };
  const figures = await benchTail({ ...first, list: { statement, proof: bytes, job } }, backends);
  const listBits = leastProvenBits(system, { circuitDigestElements: 8, statementTerms: LONGEST_LIST });
  return {
    ...figures,
    listProofKiB: Math.round(bytes.length / 1024),
    leastProvenBits: Math.min(figures.leastProvenBits, listBits),
  };
}

/** Compressions of Poseidon that checking each chunk's proof takes: of its transcript, of leaves and of paths. */
function permutationsOf(of: ExecutionKey, about: ExecutionClaim, batch: ExecutionBatchProof): number[] {
  return chunkProofs(of, about, batch).map(({ proof: bytes, statement }) => {
    let [count, sections]: [number, readonly ProofSection[]] = [0, []];
    const createTranscript = countingTranscript((blocks) => (count += blocks));
    verify(of.system, statement, bytes, { createTranscript, onSections: (read) => (sections = read) });
    for (const { name, length } of sections) {
      // A path's digest of 32 bytes is a compression. Of 31 bits an element, leaves have eight to a compression; a layer's leaf has
      // values of five elements, 20 bytes each.
      if (name.endsWith(".siblings")) count += length / 32;
      else if (/\.rows$/.test(name)) count += Math.ceil((5 * (length / 20)) / 8);
      else if (/\.rows\[/.test(name)) count += Math.ceil(length / 31);
    }
    return count;
  });
}

/** The real transcript, which tells how many compressions each step takes. */
function countingTranscript(add: (blocks: number) => void): TranscriptFactory {
  const blocks = (bytes: Uint8Array): void => add(Math.ceil(bytes.length / 32));
  return (degree, inputs) => {
    for (const { bytes } of inputs) blocks(bytes);
    const inner = transcriptFactory(parameters)(degree, inputs);
    let drawn = false;
    return {
      absorb(label, bytes) {
        blocks(bytes);
        drawn = false;
        inner.absorb(label, bytes);
      },
      challenge(label) {
        if (drawn) add(1);
        drawn = true;
        return inner.challenge(label);
      },
      grindingSeed: () => inner.grindingSeed(),
      grind(nonce) {
        add(1);
        return inner.grind(nonce);
      },
      queries(logDomain, count) {
        add(Math.ceil(count / 8));
        return inner.queries(logDomain, count);
      },
    };
  };
}
