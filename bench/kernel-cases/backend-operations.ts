import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import type { Backend, CommitRequest, VectorInstruction } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { BackendOperation, KernelCase } from "./kernel-case.ts";
import { columns, elements } from "./random-columns.ts";
import { stackOperations } from "./stack-operations.ts";

const LOG_ROWS = 8;
const ROWS = 2 ** LOG_ROWS;
const WIDTH = 16;
const LOG_BLOWUP = 3;
const SHIFT = 3;

/**
 * Cases of whole backend operations on all cores, transfers and scheduling included, compared with the reference on one
 * core.
 */
export async function* backendCases(): AsyncGenerator<KernelCase> {
  for await (const { run, ...shape } of allOperations()) {
    const [wasm, reference] = [await createWasmBackend(), createReferenceBackend()];
    yield {
      ...shape,
      wasm: await run(wasm),
      reference: await run(reference),
      close: async () => {
        await wasm.close();
        await reference.close();
      },
    };
  }
}

async function* allOperations(): AsyncGenerator<BackendOperation> {
  yield* operations();
  yield* stackOperations();
}

async function* operations(): AsyncGenerator<BackendOperation> {
  const cells = { size: `2^${LOG_ROWS} rows x ${WIDTH} columns`, unit: "cells", count: ROWS * WIDTH };
  const trace = columns(WIDTH, LOG_ROWS);
  const upload = (backend: Backend) => backend.upload(trace, LOG_ROWS);
  const point = [...elements(3, 5)];

  yield {
    kernel: "interpolate",
    ...cells,
    // Takes the place of what was uploaded, which is therefore measured with it.
    run: (backend) =>
      Promise.resolve(async () => {
        const coefficients = await backend.interpolate(await upload(backend));
        const result = await backend.download(coefficients);
        backend.release(coefficients);
        return result;
      }),
  };

  yield {
    kernel: "evaluateAt",
    ...cells,
    run: async (backend) => {
      const coefficients = await upload(backend);
      return () => backend.evaluateAt(coefficients, point);
    },
  };

  const traceTree: Omit<CommitRequest, "blocks"> = {
    logBlowup: LOG_BLOWUP,
    shift: SHIFT,
    hash: { kind: "keccak", digestBytes: 26 },
    rowsPerLeaf: 1,
    encoding: "base31",
  };
  const trees: readonly (readonly [string, Omit<CommitRequest, "blocks">, number])[] = [
    ["commitTrace", traceTree, WIDTH],
    ["commitFri", { ...traceTree, rowsPerLeaf: 8, encoding: "extension31" }, 5],
    ["commitPoseidon", { ...traceTree, logBlowup: 1, hash: { kind: "poseidon" }, encoding: "elements" }, WIDTH],
  ];
  for (const [kernel, request, width] of trees) {
    yield {
      kernel,
      size: `2^${LOG_ROWS} rows x ${width} columns, blowup ${2 ** request.logBlowup}`,
      unit: "extended cells",
      count: width * ROWS * 2 ** request.logBlowup,
      run: async (backend) => {
        const blocks = [await backend.upload(trace.slice(0, width), LOG_ROWS)];
        return async () => {
          const commitment = await backend.commit({ ...request, blocks });
          const opening = await backend.open(commitment, [0, 5, 2 ** commitment.logLeaves - 1]);
          backend.release(commitment);
          return { root: commitment.root, opening };
        };
      },
    };
  }

  const instructions = constraintProgram();
  const chunkCount = 4;
  yield {
    kernel: "quotient",
    size: `2^${LOG_ROWS} rows, ${instructions.length} instructions, ${chunkCount} cosets`,
    unit: "instructions on a row",
    count: instructions.length * ROWS * chunkCount,
    run: async (backend) => {
      const table = {
        blocks: [await upload(backend)],
        program: { registerCount: 4, instructions },
        scalars: elements(9, 4),
        weights: Array.from({ length: 8 }, (_, i) => [...elements(20 + i, 5)]),
        logRows: LOG_ROWS,
      };
      return async () => {
        const chunks = await backend.quotient({ tables: [table], chunkCount, shift: SHIFT, degree: 5 });
        const result = await backend.download(chunks);
        backend.release(chunks);
        return result;
      };
    },
  };

  yield { kernel: "deep", ...cells, run: deepOperation };

  const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const bits = 13;
  yield {
    kernel: "grind",
    size: `${bits} bits`,
    unit: "nonces",
    // Nonces are tried in order from 0, so the result says how many were tried.
    count: Number(await createReferenceBackend().grind("keccak", seed, bits)) + 1,
    run: async (backend) => () => backend.grind("keccak", seed, bits),
  };
}

/** Products of sums and differences of neighbouring columns, one accumulation each. */
function constraintProgram(): VectorInstruction[] {
  const column = (index: number, next: boolean) => ({ kind: "column", index: index % WIDTH, next }) as const;
  const register = (index: number) => ({ kind: "register", index }) as const;
  return Array.from({ length: 32 }, (_, i): VectorInstruction[] => [
    { op: "add", out: 0, a: column(i, false), b: column(i + 1, true) },
    { op: "sub", out: 1, a: column(i + 2, false), b: { kind: "scalar", index: i % 4 } },
    { op: "mul", out: 2, a: register(0), b: register(1) },
    { op: "mul", out: 3, a: register(2), b: column(i + 3, false) },
    { op: "accumulate", scope: i % 8 === 0 ? 1 : 0, a: register(3), weight: i % 8 },
  ]).flat();
}

async function deepOperation(backend: Backend): Promise<() => Promise<unknown>> {
  const field = createExtension(5);
  const challenge = [...elements(31, 5)];
  const z = [...elements(32, 5)];
  const points: readonly [Ext, Ext] = [z, field.scale(z, rootOfUnity(LOG_ROWS))];
  const block = await backend.upload(columns(WIDTH, LOG_ROWS), LOG_ROWS);
  const combine = async (point: Ext): Promise<Ext> => {
    const values = await backend.evaluateAt(block, point);
    return values.reduceRight((sum, value) => field.add(field.mul(sum, challenge), value), field.zero);
  };
  const request = {
    blocks: [block],
    nextWidths: [WIDTH],
    challenge,
    points,
    combinedValues: [await combine(points[0]), await combine(points[1])] as const,
    nextWeight: field.pow(challenge, WIDTH),
    degree: 5,
  };
  return async () => {
    const polynomial = await backend.deep(request);
    const result = await backend.download(polynomial);
    backend.release(polynomial);
    return result;
  };
}
