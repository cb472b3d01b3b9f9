import { productPrograms } from "../src/proofs/execution-proof/batch/product-programs.ts";
import type { ProvingBackends } from "../src/proofs/devices/proving-backends.ts";
import { listPlace, placeOfChunk } from "../src/proofs/l1-proof/first-proofs.ts";
import { NodeProver } from "../src/proofs/l1-proof/prove-node.ts";
import { aggregateOf, firstStart, wrappedOf } from "../src/proofs/recursion/nodes/aggregate-statement.ts";
import { batchOf, saidOfBatch } from "../src/proofs/recursion/nodes/batch-program.ts";
import type { StatedProof } from "../src/proofs/recursion/nodes/node-hints.ts";
import { chunksOfRun, joinedChunks } from "../src/proofs/recursion/nodes/chunks-program.ts";
import { type NodePrograms, PROGRAM_NAMES } from "../src/proofs/recursion/nodes/node-programs.ts";
import type { PreparedProgram } from "../src/proofs/recursion/nodes/program-set.ts";
import type { StateJob } from "../src/proofs/prover/job.ts";
import type { ProofSection } from "../src/proofs/stark/openings/proof.ts";
import { leastProvenBits } from "../src/proofs/stark/security/proof-security.ts";
import { verify } from "../src/proofs/stark/proofs/verify.ts";
import { wordsOf } from "../src/proofs/stark/transcripts/transcript-form.ts";
import { gasOnL1 } from "./gas-on-l1.ts";

/** Proofs that the tail begins with. */
export interface FirstOfTail {
  /** Digest of the chunks' key. */
  readonly program: Uint8Array;
  readonly chunks: readonly StatedProof[];
  readonly list: StatedProof & { readonly job: StateJob };
}

/** A program whose proofs are made and measured. */
interface MeasuredNode {
  readonly program: PreparedProgram;
  readonly prover: NodeProver;
  /** Whether its bits are claimed in Johnson's regime. */
  readonly stacksInJohnson: boolean;
}

interface TailFigures {
  readonly leastProvenBits: number;
  /**
   * From the chunks' proofs to the one that L1 checks, on the clock and by processors: in a process that has made such a proof
   * before, and in one that has not, which commits to what each key fixes on the way.
   */
  readonly tailSeconds: number;
  readonly tailCpuSeconds: number;
  readonly firstTailSeconds: number;
  readonly firstTailCpuSeconds: number;
  /** CPU seconds up to a fast proof, and up to a small one, the proof of the figures above. */
  readonly fastTailSeconds: number;
  readonly fastTailCpuSeconds: number;
  readonly firstFastTailCpuSeconds: number;
  readonly smallTailCpuSeconds: number;
  readonly nodes: readonly object[];
  readonly peakRssMiB: number;
  /** Gas with which L1 checks the proof of one batch, by the receipt of a transaction: a small one, and a fast one. */
  readonly verifyGas1: number;
  readonly verifyGasPhases: Readonly<Record<string, number>>;
  readonly fastGas: number;
  readonly fastGasPhases: Readonly<Record<string, number>>;
}

/** Measures the steps from proofs of a batch's chunks and list to the proof that L1 checks, by the package's programs. */
export async function benchTail(firstProofs: FirstOfTail, backends: ProvingBackends): Promise<TailFigures> {
  const backend = backends.processor;
  const programs = await productPrograms(backend);
  const prepare = (prepared: PreparedProgram, stacksInJohnson = false): MeasuredNode => {
    return { program: prepared, prover: new NodeProver(prepared, backends), stacksInJohnson };
  };
  const names = namesOf(programs, firstProofs);
  const prepareNamed = async (set: "chunks" | "batches", name: string): Promise<MeasuredNode> =>
    prepare(await programs[set].prepare(name, backend));
  const leaves = new Map<string, MeasuredNode>();
  for (const name of new Set(names.leaves)) leaves.set(name, await prepareNamed("chunks", name));
  const join = names.leaves.length > 1 ? await prepareNamed("chunks", PROGRAM_NAMES.join) : undefined;
  const batch = await prepareNamed("batches", names.batch);
  const compress = prepare(await programs.prepareCompress(backend), true);
  const wrap = prepare(await programs.prepareWrap(compress.program, backend), true);
  const fast = prepare(await programs.prepareFast(backend), true);
  const nodes: TailNodes = { programs, names, leaves, join, batch, compress, wrap, fast };

  const first = await proveTail(nodes, firstProofs);
  const second = await proveTail(nodes, firstProofs);
  for (const node of [...leaves.values(), join, batch, compress, wrap, fast]) await node?.prover.release();
  // Before a compiler and an L1 come into the process.
  const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const { transaction: verifyGas1, phases: verifyGasPhases } = await gasOnL1(wrap.program.compiled.system, second.last);
  const { transaction: fastGas, phases: fastGasPhases } = await gasOnL1(fast.program.compiled.system, second.fast.last);
  return {
    fastTailSeconds: second.fast.seconds,
    fastTailCpuSeconds: second.fast.cpuSeconds,
    firstFastTailCpuSeconds: first.fast.cpuSeconds,
    smallTailCpuSeconds: second.cpuSeconds,
    ...{ fastGas, fastGasPhases },
    tailSeconds: second.seconds,
    tailCpuSeconds: second.cpuSeconds,
    firstTailSeconds: first.seconds,
    firstTailCpuSeconds: first.cpuSeconds,
    nodes: second.tail.nodes,
    verifyGas1,
    verifyGasPhases,
    peakRssMiB,
    leastProvenBits: Math.min(...second.tail.bits),
  };
}

/** Names of the programs that check a batch's first proofs. */
interface TailNames {
  /** Name for each chunk; none if one program checks the only chunk with the list. */
  readonly leaves: readonly string[];
  readonly batch: string;
}

/** The programs that a plan of this batch has. */
function namesOf(programs: NodePrograms, { program, chunks, list }: FirstOfTail): TailNames {
  const places = chunks.map(({ proof }) => placeOfChunk(program, proof, programs));
  const place = listPlace(list.job, programs);
  const [chunk, ...others] = places;
  const whole = chunk === undefined || others.length > 0 ? undefined : PROGRAM_NAMES.oneChunkBatch({ list: place, chunk });
  if (whole !== undefined && programs.batches.names.includes(whole)) return { leaves: [], batch: whole };
  return { leaves: places.map(PROGRAM_NAMES.leaf), batch: PROGRAM_NAMES.batch(place) };
}

/** The programs of a tail, ready to be proven. */
interface TailNodes {
  readonly programs: NodePrograms;
  readonly names: TailNames;
  readonly leaves: ReadonlyMap<string, MeasuredNode>;
  readonly join: MeasuredNode | undefined;
  readonly batch: MeasuredNode;
  readonly compress: MeasuredNode;
  readonly wrap: MeasuredNode;
  readonly fast: MeasuredNode;
}

/** A batch's elements and its proof, from its chunks on. */
async function proveBatch(
  tail: Tail,
  { programs, names, leaves, join, batch }: TailNodes,
  { chunks, list }: FirstOfTail,
): Promise<{ readonly ofBatch: readonly number[]; readonly proven: StatedProof }> {
  const said = chunks.map(({ statement }) => chunksOfRun(wordsOf(statement)));
  const proveOver = async (all: readonly number[], proof: StatedProof) => {
    const ofBatch = batchOf({ list: wordsOf(list.statement), chunks: all });
    const own = await tail.prove(batch, saidOfBatch(ofBatch), [list, proof]);
    return { ofBatch, proven: { ...own, program: programs.hintsOf("batches", names.batch) } };
  };
  const [only] = chunks;
  if (only !== undefined && names.leaves.length === 0) return proveOver(said[0] ?? [], only);
  let all: StatedProof | undefined;
  for (const [i, chunk] of chunks.entries()) {
    const name = names.leaves[i] ?? "";
    const proven = await tail.prove(leaves.get(name), said[i] ?? [], [chunk]);
    const leaf = { ...proven, program: programs.hintsOf("chunks", name) };
    if (all === undefined) {
      all = leaf;
      continue;
    }
    const joined = joinedChunks(wordsOf(all.statement), wordsOf(leaf.statement), programs.digests.chunks);
    all = { ...(await tail.prove(join, joined, [all, leaf])), program: programs.hintsOf("chunks", PROGRAM_NAMES.join) };
  }
  if (all === undefined) throw new Error("a batch has a chunk");
  return proveOver(wordsOf(all.statement), all);
}

async function proveTail(nodes: TailNodes, firstProofs: FirstOfTail) {
  const { programs, compress, wrap, fast } = nodes;
  const tail = new Tail();
  const [begun, begunCpu] = [performance.now(), cpuSeconds()];
  const { ofBatch, proven } = await proveBatch(tail, nodes, firstProofs);
  const wrapped = wrappedOf(aggregateOf([ofBatch], firstStart(1), [1, 2, 3, 4, 5], programs.digests.batches));
  const [behind, behindCpu] = [performance.now(), cpuSeconds()];
  const fastProof = await tail.prove(fast, wrapped, [proven]);
  const ofFast = { seconds: (performance.now() - begun) / 1000, cpuSeconds: cpuSeconds() - begunCpu, last: fastProof };
  // What the fast proof took is not in the small one's figures.
  const [aside, asideCpu] = [performance.now() - behind, cpuSeconds() - behindCpu];
  const compressed = await tail.prove(compress, wrapped, [proven]);
  const last = await tail.prove(wrap, wrapped, [compressed]);
  const seconds = (performance.now() - begun - aside) / 1000;
  return { tail, last, fast: ofFast, seconds, cpuSeconds: cpuSeconds() - begunCpu - asideCpu };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Number of nonces that the search tried. The number is random. */
function nonceOf(proof: Uint8Array, sections: readonly ProofSection[]): number {
  const { offset = 0 } = sections.find(({ name }) => name === "nonce") ?? {};
  return Number(new DataView(proof.buffer, proof.byteOffset).getBigUint64(offset));
}

/** The proofs on the way, with what each took. */
class Tail {
  readonly nodes: object[] = [];
  readonly bits: number[] = [];

  async prove(
    measured: MeasuredNode | undefined,
    elements: readonly number[],
    proofs: readonly StatedProof[],
  ): Promise<StatedProof> {
    if (measured === undefined) throw new Error("there is no node");
    const { prover, stacksInJohnson } = measured;
    const { node, compiled } = measured.program;
    const [before, begun] = [cpuSeconds(), performance.now()];
    const { statement, proof, backend } = await prover.prove(elements, proofs);
    const [nodeCpuSeconds, nodeSeconds] = [cpuSeconds() - before, (performance.now() - begun) / 1000];
    let sections: readonly ProofSection[] = [];
    const verdict = verify(compiled.system, statement, proof, { onSections: (read) => (sections = read) });
    const cells = compiled.system.tables.reduce((sum, table) => {
      const width = table.preprocessedWidth + table.mainWidth + table.lookupWidth;
      return sum + width * 2 ** (table.fixedLogRows ?? 0);
    }, 0);
    const name = node.program.name.split(",")[0];
    this.nodes.push({
      name,
      backend: backend.name,
      cells,
      nodeSeconds,
      nodeCpuSeconds,
      proofKiB: Math.round(proof.length / 1024),
      noncesTried: nonceOf(proof, sections) + 1,
      verdict,
    });
    this.bits.push(leastProvenBits(compiled.system, { circuitDigestElements: 8, statementTerms: 0, stacksInJohnson }));
    return { statement, proof };
  }
}
