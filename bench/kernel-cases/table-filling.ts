import { BLOCK_ROWS } from "../../src/kernels/wasm/emit/pack-columns.ts";
import { createRowPacker, type PackedBlock } from "../../src/kernels/wasm/row-packer.ts";
import { packedByDefinition } from "../../test/kernels/support/packed-by-definition.ts";
import type { KernelCase } from "./kernel-case.ts";
import { elements } from "./random-columns.ts";

/** Kernels that fill tables, each in a memory of its own. */
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
}
