import type { WasmBackend } from "../src/kernels/wasm/backend.ts";
import { compressProgram } from "../src/recursion/nodes/aggregate-program.ts";
import { aggregateOf, firstStart, wrappedOf } from "../src/recursion/nodes/aggregate-statement.ts";
import { batchOf, batchProgram } from "../src/recursion/nodes/batch-program.ts";
import { nodeHints, type StatedProof } from "../src/recursion/nodes/check-by-node.ts";
import { chunkLeaf, chunksOfRun, joinedChunks, joinProgram } from "../src/recursion/nodes/chunks-program.ts";
import type { NodeProgram } from "../src/recursion/nodes/node-program.ts";
import { programShape } from "../src/recursion/nodes/program-shape.ts";
import type { CheckedShape } from "../src/recursion/proof-code.ts";
import { wrapProgram } from "../src/recursion/nodes/wrap-program.ts";
import { compressParameters, programParameters, wrapParameters } from "../src/recursion/tables/program-parameters.ts";
import { type ProgramSystem, programSystem, runProgram } from "../src/recursion/tables/program-system.ts";
import { FixedTables } from "../src/stark/fixed-tables.ts";
import { prove } from "../src/stark/proofs/prove.ts";
import { leastProvenBits } from "../src/stark/security/proof-security.ts";
import { TablePrograms } from "../src/stark/table-programs.ts";
import { wordsOf } from "../src/stark/transcript-form.ts";
import { verify } from "../src/stark/proofs/verify.ts";
import { gasOnL1 } from "./gas-on-l1.ts";

/** A proof with what a program checks it by. */
export interface CheckedProof extends StatedProof {
  readonly shape: CheckedShape;
}

/** A node that proofs are made of: its key is there before any of them. */
interface PreparedNode {
  readonly node: NodeProgram;
  readonly own: ProgramSystem;
  /** Whether its bits are claimed in Johnson's regime. */
  readonly stacksInJohnson: boolean;
  readonly options: { readonly programs: TablePrograms; readonly fixedTables: FixedTables };
}

interface TailFigures {
  readonly leastProvenBits: number;
  /** From the chunks' proofs to the one that L1 checks, on the clock and by processors. */
  readonly tailSeconds: number;
  readonly tailCpuSeconds: number;
  readonly nodes: readonly object[];
  readonly peakRssMiB: number;
  /** What L1 takes to check the proof of one batch, by the receipt of a transaction. */
  readonly verifyGas1: number;
  readonly verifyGasPhases: Readonly<Record<string, number>>;
}

/** What it takes to come from the proofs of a batch's chunks and of its list to one that L1 checks. Keys are made before. */
export async function benchTail(chunks: readonly CheckedProof[], list: CheckedProof, backend: WasmBackend): Promise<TailFigures> {
  const prepare = async (
    node: NodeProgram,
    { parameters, stacksInJohnson } = { parameters: programParameters(), stacksInJohnson: false },
  ): Promise<PreparedNode> => {
    const own = await programSystem(node.program, parameters, backend);
    const options = { programs: new TablePrograms(own.system), fixedTables: new FixedTables(own.system, backend) };
    return { node, own, options, stacksInJohnson };
  };
  const leaves: PreparedNode[] = [];
  for (const chunk of chunks) leaves.push(await prepare(chunkLeaf(chunk.shape)));
  const joins: PreparedNode[] = [];
  let shape = shapeOf(leaves[0]);
  for (const leaf of leaves.slice(1)) {
    const join = await prepare(joinProgram(shape, shapeOf(leaf)));
    joins.push(join);
    shape = shapeOf(join);
  }
  const batch = await prepare(batchProgram({ list: list.shape, chunks: shape }));
  const compress = await prepare(compressProgram([{ ...shapeOf(batch), of: "batch" }]), {
    parameters: compressParameters(),
    stacksInJohnson: true,
  });
  const wrap = await prepare(wrapProgram(shapeOf(compress)), { parameters: wrapParameters(), stacksInJohnson: true });

  const tail = new Tail(backend);
  const [begun, begunCpu] = [performance.now(), cpuSeconds()];
  let all: StatedProof | undefined;
  for (const [i, chunk] of chunks.entries()) {
    const leaf = await tail.prove(leaves[i], chunksOfRun(wordsOf(chunk.statement)), [chunk]);
    all =
      all === undefined
        ? leaf
        : await tail.prove(joins[i - 1], joinedChunks(wordsOf(all.statement), wordsOf(leaf.statement)), [all, leaf]);
  }
  if (all === undefined) throw new Error("a batch has a chunk");
  const ofBatch = batchOf({ list: wordsOf(list.statement), chunks: wordsOf(all.statement) });
  const proven = await tail.prove(batch, ofBatch, [list, all]);
  const wrapped = wrappedOf(aggregateOf([ofBatch], firstStart(1), [1, 2, 3, 4, 5]));
  const compressed = await tail.prove(compress, wrapped, [proven]);
  const last = await tail.prove(wrap, wrapped, [compressed]);
  const [tailSeconds, tailCpuSeconds] = [(performance.now() - begun) / 1000, cpuSeconds() - begunCpu];
  for (const { options } of [...leaves, ...joins, batch, compress, wrap]) await options.fixedTables.release();
  // Before a compiler and an L1 come into the process.
  const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const { transaction: verifyGas1, phases: verifyGasPhases } = await gasOnL1(wrap.own.system, last);
  return {
    tailSeconds,
    tailCpuSeconds,
    nodes: tail.nodes,
    verifyGas1,
    verifyGasPhases,
    peakRssMiB,
    leastProvenBits: Math.min(...tail.bits),
  };
}

function shapeOf(prepared: PreparedNode | undefined): CheckedShape {
  if (prepared === undefined) throw new Error("there is no node");
  return programShape(prepared.own);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The proofs on the way, with what each took. */
class Tail {
  readonly nodes: object[] = [];
  readonly bits: number[] = [];
  readonly #backend: WasmBackend;

  constructor(backend: WasmBackend) {
    this.#backend = backend;
  }

  async prove(
    prepared: PreparedNode | undefined,
    elements: readonly number[],
    proofs: readonly StatedProof[],
  ): Promise<StatedProof> {
    if (prepared === undefined) throw new Error("there is no node");
    const { node, own, options, stacksInJohnson } = prepared;
    const before = cpuSeconds();
    const run = runProgram(own, elements, nodeHints(node, proofs));
    if (!run.ok) throw new Error(`relation ${run.relation} of ${node.program.name} does not hold`);
    const { statement } = run.input;
    const proof = await prove(own.system, run.input, this.#backend, options);
    const nodeCpuSeconds = cpuSeconds() - before;
    const verdict = verify(own.system, statement, proof);
    const cells = own.system.tables.reduce((sum, table) => {
      const width = table.preprocessedWidth + table.mainWidth + table.lookupWidth;
      return sum + width * 2 ** (table.fixedLogRows ?? 0);
    }, 0);
    const name = node.program.name.split(",")[0];
    this.nodes.push({ name, cells, nodeCpuSeconds, proofKiB: Math.round(proof.length / 1024), verdict });
    this.bits.push(leastProvenBits(own.system, { circuitDigestElements: 8, statementTerms: 0, stacksInJohnson }));
    return { statement, proof };
  }
}
