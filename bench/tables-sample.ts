import { createWasmBackend } from "../src/kernels/wasm/backend.ts";
import type { TreeHash } from "../src/kernels/backend.ts";
import { commitPreprocessed } from "../src/stark/preprocess.ts";
import { prove, type ProofPhase } from "../src/stark/prove.ts";
import { proofSecurity } from "../src/stark/security/proof-security.ts";
import { createShape } from "../src/stark/shape.ts";
import { compileSystem } from "../src/stark/system.ts";
import { verify } from "../src/stark/verify.ts";
import { SYNTHETIC_TABLES, syntheticDefinition, syntheticInput, syntheticRows } from "./synthetic-system.ts";

/** What the process of one measurement is asked. */
export interface TablesRequest {
  readonly transfers: number;
  readonly hash: TreeHash["kind"];
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

const { transfers, hash: kind, workers } = JSON.parse(process.argv[2] ?? "{}") as TablesRequest;
const hash: TreeHash = kind === "keccak" ? { kind, digestBytes: 26 } : { kind };
const definition = syntheticDefinition(transfers, {
  extensionDegree: 5,
  logBlowup: 2,
  queryCount: 87,
  grindingBits: 20,
  grindingBaseLogRows: 20,
  logArity: 3,
  logFinalMax: 7,
  hash,
});
const backend = await createWasmBackend(workers === undefined ? {} : { workers });
const system = compileSystem(definition, await commitPreprocessed(definition, backend));
const heights = SYNTHETIC_TABLES.map((table) => syntheticRows(table, transfers));
const shape = createShape(
  system,
  heights.map(({ logRows }) => logRows),
);
if (typeof shape === "number") throw new Error(`table ${shape} of the synthetic system cannot have this height`);

const phases: Partial<Record<ProofPhase, Spent>> = {};
let current: { readonly phase: ProofPhase; readonly since: Spent } | undefined;
const enter = (phase: ProofPhase | undefined): void => {
  if (current !== undefined) phases[current.phase] = spent(current.since);
  current = phase === undefined ? undefined : { phase, since: spent() };
};
const input = syntheticInput(transfers);
const before = spent();
const proof = await prove(system, input, backend, {
  onProgress: (phase) => phase !== current?.phase && enter(phase),
  onTracesRead() {
    for (const column of input.traces.flat()) if (column.buffer instanceof ArrayBuffer) column.buffer.transfer(0);
  },
});
enter(undefined);
const proving = spent(before);
const beforeVerification = spent();
const verdict = verify(system, input.statement, proof);
if (!verdict.ok) throw new Error(`the synthetic system's proof was refused: ${verdict.rejection.code}`);
const width = (of: (table: (typeof system.tables)[number]) => number): number =>
  system.tables.reduce((sum, table) => sum + of(table), 0);
console.log(
  JSON.stringify({
    transfers,
    hash: kind,
    tables: system.tables.length,
    mainColumns: width((table) => table.mainWidth),
    lookupColumns: width((table) => table.lookupWidth),
    constraints: system.constraintCount,
    tallestLogRows: shape.tallest,
    cells: width(({ index, mainWidth, lookupWidth }) => (mainWidth + lookupWidth) * 2 ** (heights[index]?.logRows ?? 0)),
    usedCells: width(({ index, mainWidth, lookupWidth }) => (mainWidth + lookupWidth) * (heights[index]?.used ?? 0)),
    provenBits: Math.floor(proofSecurity(system, shape, { circuitDigestElements: 0, statementTerms: 0 }).provenBits * 10) / 10,
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
await backend.close();
