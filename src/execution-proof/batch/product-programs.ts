import { wholeWords } from "../../circuits/boundary/statement-form.ts";
import { listParameters, listSystem } from "../../circuits/state-transition/list-system.ts";
import type { WasmBackend } from "../../kernels/wasm/threaded-backend.ts";
import { PROVEN_ON_L1_VERSION } from "../../protocol/protocol-version.ts";
import { listStatementCode } from "../../recursion/nodes/list-statement-code.ts";
import { type FirstProofs, NodePrograms } from "../../recursion/nodes/node-programs.ts";
import type { CheckedShape } from "../../recursion/proof-code.ts";
import { compressParameters, programParameters, wrapParameters } from "../../recursion/tables/program-parameters.ts";
import { createShape } from "../../stark/shape.ts";
import { provableParameters } from "../parameters.ts";
import { CHUNK_PROFILES, profileShape } from "../run-profiles.ts";
import { formOf } from "../run-statement.ts";
import { statementCode } from "../statement-code.ts";
import { createExecutionKey, type ExecutionKey } from "./execution-key.ts";
import { relistingShapes, relistingSystem } from "./relisting-system.ts";

/**
 * All programs from the proofs of a batch's chunks to the one that L1 checks, of the protocol version that L1 knows them by:
 * whatever a batch is, the last one has one key.
 */
export async function productPrograms(backend: WasmBackend): Promise<NodePrograms> {
  const key = await createExecutionKey(PROVEN_ON_L1_VERSION, provableParameters(), backend);
  return NodePrograms.create(
    { chunks: chunkShapes(key), relistings: shapesOfRelistings(), lists: listShapes() },
    { node: programParameters(), compress: compressParameters(), wrap: wrapParameters() },
    backend,
  );
}

/** A chunk's proof has one of the profiles. */
function chunkShapes({ system, program }: ExecutionKey): CheckedShape[] {
  const code = statementCode(formOf(program));
  return CHUNK_PROFILES.map((profile) => ({ system, shape: profileShape(system, profile), statementCode: code }));
}

function shapesOfRelistings(): CheckedShape[] {
  const system = relistingSystem(provableParameters());
  return relistingShapes(system).map((shape) => ({ system, shape, statementCode: statementCode(wholeWords([])) }));
}

/** A list's table has any height. */
function listShapes(): FirstProofs["lists"] {
  const system = listSystem(listParameters());
  const { minLogRows, maxLogRows } = system.parameters;
  return Array.from({ length: maxLogRows - minLogRows + 1 }, (_, i): CheckedShape => {
    const shape = createShape(system, [minLogRows + i]);
    if (typeof shape === "number") throw new Error(`lists of 2^${minLogRows + i} rows have no proofs`);
    return { system, shape, statementCode: listStatementCode };
  });
}
