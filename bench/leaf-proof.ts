import type { WasmBackend } from "../src/proofs/kernels/wasm/threaded-backend.ts";
import { proofHints } from "../src/proofs/recursion/proof-hints.ts";
import { programParameters } from "../src/proofs/recursion/tables/program-parameters.ts";
import { programSystem, runProgram } from "../src/proofs/recursion/tables/program-system.ts";
import { FixedTables } from "../src/proofs/stark/proving/fixed-tables.ts";
import { prove } from "../src/proofs/stark/proofs/prove.ts";
import { leastProvenBits } from "../src/proofs/stark/security/proof-security.ts";
import { TablePrograms } from "../src/proofs/stark/programs/table-programs.ts";
import { wordsOf } from "../src/proofs/stark/transcripts/transcript-form.ts";
import { verify } from "../src/proofs/stark/proofs/verify.ts";
import type { LeafProgram } from "../test/recursion/check-by-program.ts";

interface LeafProofFigures {
  readonly leafCpuSeconds: number;
  readonly leastProvenBits: number;
}

/** Proves twice that a leaf program accepts a proof, and measures the second run. */
export async function benchLeafProof(
  { program, system: checked }: LeafProgram,
  { statement, proof }: { readonly statement: Uint8Array; readonly proof: Uint8Array },
  backend: WasmBackend,
): Promise<LeafProofFigures> {
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const beginning = cpuSeconds();
  const own = await programSystem(program, programParameters(), backend);
  const keyCpuSeconds = cpuSeconds() - beginning;
  const { system } = own;
  const options = { programs: new TablePrograms(system), fixedTables: new FixedTables(system, backend) };
  const publicValues = wordsOf(statement);
  const provenOnce = async () => {
    const before = cpuSeconds();
    const run = runProgram(own, publicValues, proofHints(checked, proof));
    if (!run.ok) throw new Error(`relation ${run.relation} does not hold`);
    const { input } = run;
    const filled = cpuSeconds();
    const bytes = await prove(system, input, backend, options);
    return { input, bytes, fillCpuSeconds: filled - before, proveCpuSeconds: cpuSeconds() - filled };
  };
  await provenOnce();
  const { input, bytes, fillCpuSeconds, proveCpuSeconds } = await provenOnce();
  await options.fixedTables.release();
  const before = cpuSeconds();
  const verdict = verify(system, input.statement, bytes);
  const figures = {
    tables: Object.fromEntries(system.tables.map(({ air, fixedLogRows }) => [air.name, fixedLogRows])),
    cells: system.tables.reduce((sum, table) => {
      const width = table.preprocessedWidth + table.mainWidth + table.lookupWidth;
      return sum + width * 2 ** (table.fixedLogRows ?? 0);
    }, 0),
    ...{ keyCpuSeconds, fillCpuSeconds, proveCpuSeconds, leafCpuSeconds: fillCpuSeconds + proveCpuSeconds },
    verifyCpuSeconds: cpuSeconds() - before,
    proofKiB: Math.round(bytes.length / 1024),
    leastProvenBits: leastProvenBits(system, { circuitDigestElements: 8, statementTerms: 0 }),
    verdict,
  };
  return figures;
}
