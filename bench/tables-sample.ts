import { executionParameters } from "../src/proofs/execution-proof/parameters.ts";
import { createWasmBackend } from "../src/proofs/kernels/wasm/backend.ts";
import type { ProofPhase } from "../src/proofs/stark/proving/column-prover.ts";
import { FixedTables } from "../src/proofs/stark/proving/fixed-tables.ts";
import { commitPreprocessed } from "../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../src/proofs/stark/proving/prover-input.ts";
import { prove } from "../src/proofs/stark/proofs/prove.ts";
import { proofSecurity } from "../src/proofs/stark/security/proof-security.ts";
import { ABSENT, createShape, rowCount } from "../src/proofs/stark/systems/shape.ts";
import { compileSystem, type SystemDefinition } from "../src/proofs/stark/systems/system.ts";
import { TablePrograms } from "../src/proofs/stark/programs/table-programs.ts";
import { verify } from "../src/proofs/stark/proofs/verify.ts";
import { blocksRun, leavesRun, signaturesRun } from "./kernel-run.ts";
import { SYNTHETIC_TABLES, syntheticDefinition, syntheticInput, syntheticRows } from "./synthetic-system.ts";

/** Workload of a proof: transfers of the synthetic system, blocks that the kernel opens, written leaves, or signatures. */
export type TablesSystem = "synthetic" | "kernel" | "leaves" | "signatures";

/** Request to the measuring process. */
export interface TablesRequest {
  readonly system: TablesSystem;
  readonly count: number;
  readonly workers: number | undefined;
}

/** Seconds of the clock, of all threads' processors, and of the main thread's. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
  readonly mainThread: number;
}

function spent(since: Spent = { wall: 0, cpu: 0, mainThread: 0 }): Spent {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return {
    wall: performance.now() / 1000 - since.wall,
    cpu: (all.user + all.system) / 1e6 - since.cpu,
    mainThread: (own.user + own.system) / 1e6 - since.mainThread,
  };
}

/** Workload of a proof and its figures. */
interface Workload {
  readonly definition: SystemDefinition;
  readonly makeInput: () => ProverInput;
  /** Rows without those that fill a table up, where they are known. */
  readonly usedRows: readonly number[] | undefined;
  readonly figures: Readonly<Record<string, number>>;
}

function synthetic(transfers: number): Workload {
  return {
    definition: syntheticDefinition(transfers, executionParameters()),
    makeInput: () => syntheticInput(transfers),
    usedRows: SYNTHETIC_TABLES.map((table) => syntheticRows(table, transfers).used),
    figures: { transfers },
  };
}

const RUNS = { kernel: ["blocks", blocksRun], leaves: ["leaves", leavesRun], signatures: ["signatures", signaturesRun] } as const;

function ofRun(kind: keyof typeof RUNS, count: number): Workload {
  const before = spent();
  const [counted, run] = RUNS[kind];
  const { system, steps, input } = run(count);
  const figures = { [counted]: count, steps, traceCpuSeconds: spent(before).cpu };
  return { definition: system.definition, makeInput: () => input, usedRows: undefined, figures };
}

const { system: kindOfSystem, count, workers } = JSON.parse(process.argv[2] ?? "{}") as TablesRequest;
const { definition, makeInput, usedRows, figures } = kindOfSystem === "synthetic" ? synthetic(count) : ofRun(kindOfSystem, count);
const backend = await createWasmBackend(workers === undefined ? {} : { workers });
const beforeKey = spent();
const system = compileSystem(definition, await commitPreprocessed(definition, backend));
const keyCpuSeconds = spent(beforeKey).cpu;
const input = makeInput();
const logRows = input.traces.map((columns) => ((columns[0]?.length ?? 0) === 0 ? ABSENT : Math.log2(columns[0]?.length ?? 0)));
const shape = createShape(system, logRows);
if (typeof shape === "number") throw new Error(`table ${shape} of the system cannot have this height`);
const programs = new TablePrograms(system);
const fixedTables = new FixedTables(system, backend);
// What a prover has left of earlier proofs.
await fixedTables.columns();
if (shape.blocks.some(({ phase }) => phase === "preprocessed")) await fixedTables.commitment(shape.committedHeight);

const phases: Partial<Record<ProofPhase, Spent>> = {};
let current: { readonly phase: ProofPhase; readonly since: Spent } | undefined;
const enter = (phase: ProofPhase | undefined): void => {
  if (current !== undefined) phases[current.phase] = spent(current.since);
  current = phase === undefined ? undefined : { phase, since: spent() };
};
const before = spent();
const proof = await prove(system, input, backend, {
  programs,
  fixedTables,
  onProgress: (phase) => phase !== current?.phase && enter(phase),
  onTracesRead() {
    for (const column of input.traces.flat()) if (column.buffer instanceof ArrayBuffer) column.buffer.transfer(0);
  },
});
enter(undefined);
const proving = spent(before);
const beforeVerification = spent();
const verdict = verify(system, input.statement, proof);
if (!verdict.ok) throw new Error(`the proof was refused: ${verdict.rejection.code}`);
const width = (of: (table: (typeof system.tables)[number]) => number): number =>
  system.tables.reduce((sum, table) => sum + of(table), 0);
console.log(
  JSON.stringify({
    system: kindOfSystem,
    ...figures,
    tables: system.tables.length,
    presentTables: logRows.filter((log) => log !== ABSENT).length,
    mainColumns: width((table) => table.mainWidth),
    lookupColumns: width((table) => table.lookupWidth),
    constraints: system.constraintCount,
    tallestLogRows: shape.tallest,
    cells: width(({ index, mainWidth, lookupWidth }) => (mainWidth + lookupWidth) * rowCount(logRows[index] ?? ABSENT)),
    ...(usedRows && {
      usedCells: width(({ index, mainWidth, lookupWidth }) => (mainWidth + lookupWidth) * (usedRows[index] ?? 0)),
    }),
    rows: Object.fromEntries(system.tables.map(({ air, index }) => [air.name, rowCount(logRows[index] ?? ABSENT)])),
    provenBits: Math.floor(proofSecurity(system, shape, { circuitDigestElements: 0, statementTerms: 0 }).provenBits * 10) / 10,
    keyCpuSeconds,
    proveSeconds: proving.wall,
    proveCpuSeconds: proving.cpu,
    mainThreadCpuSeconds: proving.mainThread,
    phases,
    verifyCpuSeconds: spent(beforeVerification).cpu,
    proofBytes: proof.length,
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    workers: backend.workers,
  }),
);
await fixedTables.release();
await backend.close();
