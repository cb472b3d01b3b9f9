import type { Backend, Columns } from "../../src/proofs/kernels/backend.ts";
import type { BackendOperation } from "./kernel-case.ts";
import { columns, elements } from "./random-columns.ts";

const LOG_STACK = 12;
const DEGREE = 5;
const PARTS = 16;

/** Operations of a stack's opening, with 16 columns of 2^8 in one stack column and with extension columns of 2^8. */
export function* stackOperations(): Generator<BackendOperation> {
  const logRows = 8;
  const trace = columns(PARTS, logRows);
  const places = trace.map((_, i) => i * 2 ** logRows);
  const cells = { size: `2^${logRows} rows x ${PARTS} columns`, unit: "cells", count: 2 ** LOG_STACK };
  const point = [...elements(3, DEGREE)];
  const weights = Array.from({ length: PARTS }, (_, i) => [...elements(40 + i, DEGREE)]);
  const lay = async (backend: Backend, blocks: readonly Columns[]): Promise<Columns> =>
    backend.layOut({ blocks, places: [places], logStack: LOG_STACK, width: 1 });

  yield {
    kernel: "layOut",
    ...cells,
    run: async (backend) => {
      const blocks = [await backend.upload(trace, logRows)];
      return () => downloaded(backend, lay(backend, blocks));
    },
  };
  yield {
    kernel: "evaluateParts",
    ...cells,
    run: async (backend) => {
      const parts = await lay(backend, [await backend.upload(trace, logRows)]);
      return () => backend.evaluateParts(parts, { logRows, places }, point);
    },
  };
  yield {
    kernel: "combineParts",
    ...cells,
    run: async (backend) => {
      const parts = await lay(backend, [await backend.upload(trace, logRows)]);
      return () => downloaded(backend, backend.combineParts([parts], weights, 1));
    },
  };
  const extension = { size: `2^${logRows} rows x 2 extension columns`, unit: "extension elements", count: 2 ** (logRows + 1) };
  yield {
    kernel: "layProgressions",
    ...extension,
    run: async (backend) => {
      const starts = weights.map((start, i) => ({ place: i * 2 ** (logRows - 3), start }));
      const progressions = [{ ratio: point, logLength: logRows - 3, starts }];
      return () => downloaded(backend, backend.layProgressions({ width: 2, logRows, progressions, degree: DEGREE }));
    },
  };
  for (const neighbours of ["columns", "rows"] as const) {
    const operands = (backend: Backend): Promise<Columns> => backend.upload(columns(2 * DEGREE, logRows), logRows);
    yield {
      kernel: `roundSums, ${neighbours}`,
      ...extension,
      run: async (backend) => {
        const [a, b] = [await operands(backend), await operands(backend)];
        return () => backend.roundSums(a, b, neighbours, DEGREE);
      },
    };
    yield {
      kernel: `foldNeighbours, ${neighbours}`,
      ...extension,
      run: async (backend) => {
        const a = await operands(backend);
        return () => downloaded(backend, backend.foldNeighbours(a, neighbours, point));
      },
    };
  }
}

async function downloaded(backend: Backend, pending: Promise<Columns>): Promise<Uint32Array[]> {
  const made = await pending;
  const result = await backend.download(made);
  backend.release(made);
  return result;
}
