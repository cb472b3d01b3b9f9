import { createStateTransitionSystem } from "../../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { buildTrace } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { createRandomBatch } from "../../../src/tool/demo/random-batch.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { encodeStatement } from "../../../src/ground/protocol/statement.ts";
import { programSystem, runProgram } from "../../../src/proofs/recursion/tables/program-system.ts";
import { DEFAULT_PARAMETERS } from "../../../src/proofs/stark/systems/parameters.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { pathProgram, pathStatement } from "../../recursion/path-program.ts";
import { leafParameters } from "../../recursion/squares-leaf.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "../../stark/airs/squares.ts";

const P = 2130706433;

interface ProofCase {
  readonly system: System;
  readonly input: ProverInput;
}

/**
 * Height of the table of changes. Most rows of a batch with few writes are padding, which costs a card in software the same
 * time.
 */
const LOG_ROWS_OF_CHANGES = 7;

/** Cases that every backend proves, in Node and in a browser; `processor` commits keys. */
export const PROOF_CASES = {
  "a batch's changes, by the table that L1 knows and fewer queries": async (): Promise<ProofCase> => {
    const { job } = createRandomBatch({ leafCount: 20, writeCount: 2, seed: 7 });
    // Those of L1 with a nonce that a card in software finds in less than minutes, and a sixty-fourth of the rows.
    const system = createStateTransitionSystem({
      ...DEFAULT_PARAMETERS,
      ...{ logBlowup: 3, queryCount: 6, grindingBits: 4, minLogRows: LOG_ROWS_OF_CHANGES, logFinalMax: 4 },
    });
    const { auxiliary, columns } = buildTrace(job.witness, job.statement.point);
    const traces = [columns.map((column) => column.slice(0, 2 ** LOG_ROWS_OF_CHANGES))];
    return { system, input: { statement: encodeStatement(job.statement), auxiliary: [auxiliary], traces } };
  },
  "a program that checks proofs' paths": async (processor: Backend): Promise<ProofCase> => {
    const words = Array.from({ length: 8 }, (_, i) => [7 * i + 1, 3, P - 1 - i, 0, i]);
    const siblings = [1, 2].map((k) => Array.from({ length: 8 }, (_, i) => 1000 * k + i));
    const { publicValues, hints } = pathStatement({ words, position: 2, siblings, drawn: [17, 0, 0, 5, 0, 0, 0, P - 1] });
    const { system, ...own } = await programSystem(pathProgram(), leafParameters(), processor);
    const run = runProgram({ system, ...own }, publicValues, hints);
    if (!run.ok) throw new Error("the program refuses its statement");
    return { system, input: run.input };
  },
  "tables in a stack, hashed as executions are": async (processor: Backend): Promise<ProofCase> => {
    const system = await squaresSystem(
      smallParameters({
        minLogRows: 4,
        hash: { kind: "poseidon" },
        opening: { kind: "stacked", logStackMin: 6, logStackMax: 12 },
      }),
      processor,
    );
    return { system, input: squaresInput({ squares: 4, requests: 6 }, { start: 1, stride: 2, realRows: 7 }) };
  },
} as const;

export type ProofCaseName = keyof typeof PROOF_CASES;
