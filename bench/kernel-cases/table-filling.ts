import { CURVE_STEP_FIELDS } from "../../src/proofs/circuits/curve-step/curve-step-air.ts";
import { STEP_WIDTH, stepsFrom } from "../../src/proofs/circuits/curve-step/curve-step-trace.ts";
import { offsets, STEPS } from "../../src/proofs/circuits/curve-sum/offsets.ts";
import { BLOCK_ROWS } from "../../src/proofs/kernels/wasm/emit/pack-columns.ts";
import { createRowPacker, type PackedBlock } from "../../src/proofs/kernels/wasm/row-packer.ts";
import { fieldOffsets } from "../../src/proofs/stark/constraints/fields.ts";
import { curveStepRow, linesOfSteps } from "../../test/circuits/curve/support/step-lines.ts";
import { packedByDefinition } from "../../test/kernels/support/packed-by-definition.ts";
import type { KernelCase } from "./kernel-case.ts";
import { elements } from "./random-columns.ts";

/** Cases of kernels that fill tables, each with a separate memory. */
export async function* tableFillingCases(): AsyncGenerator<KernelCase> {
  const [packRows, width] = [createRowPacker(), 120];
  const cells = elements(8, BLOCK_ROWS * width).map((element, i) => element >>> (8 * (i % 4)));
  const bytesOf = ({ bytes }: PackedBlock): Uint32Array => new Uint32Array(bytes.buffer);
  yield {
    kernel: "packColumns",
    size: `${BLOCK_ROWS} rows of ${width}`,
    unit: "cells",
    count: BLOCK_ROWS * width,
    wasm: async () => bytesOf(packRows(cells, width)),
    reference: async () => bytesOf(packedByDefinition(cells, width)),
  };

  const { start, added } = offsets()[0];
  const digits = Array.from({ length: STEPS }, (_, step) => (7 * step + (step >> 3)) % added.length);
  const place = { ...{ time: 0, step: 0, full: 0 }, bits: [0, 0, 0, 0], parts: [0, 0, 0, 0] };
  const { quotients: first } = fieldOffsets(CURVE_STEP_FIELDS);
  yield {
    kernel: "curveSteps",
    size: `rows of ${STEPS} steps`,
    unit: "steps",
    count: STEPS,
    wasm: async () => {
      const rows = stepsFrom(start, added, digits)?.rows ?? new Uint32Array(0);
      return digits.map((_, step) => rows.slice(STEP_WIDTH * step + first, STEP_WIDTH * (step + 1)));
    },
    reference: async () => {
      const points = digits.map((digit) => added[digit] ?? start);
      return (linesOfSteps(start, points) ?? []).map((lines) => {
        const { quotients, carries } = curveStepRow(place, lines);
        return Uint32Array.from([...quotients, ...carries]);
      });
    },
  };
}
