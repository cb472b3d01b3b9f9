import { createExtension, type Ext, type ExtensionField } from "../../../field/extension.ts";
import type { Columns, DeepRequest } from "../../backend.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { PagedColumns } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { combine } from "../kernels/combine.ts";
import { division, DIVIDE_CHUNK } from "../kernels/divide.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";
import { EXTENSION_WORK } from "./evaluate.ts";

/** See `Backend.deep`. */
export async function deep(device: CardDevice, request: DeepRequest): Promise<Columns> {
  const field = createExtension(request.degree);
  const { degree } = field;
  const blocks = request.blocks.map((block) => device.columns.get(block));
  const tallest = Math.max(...blocks.map((block) => block.logRows));
  return withScratch(device, async (scratch) => {
    blocks.forEach((block) => scratch.retain(block));
    const [all, next] = [scratch.columns(degree, tallest, degree), scratch.columns(degree, tallest, degree)];
    const weights = columnWeights(field, request, blocks);
    for (const sum of [all, next]) device.columns.clear(sum);
    addColumns(device, scratch, all, blocks, weights.all);
    addColumns(device, scratch, next, blocks, weights.next);
    const remainders = [all, next].map((sum, i) => divide(device, scratch, field, sum, request.points[i] ?? field.zero));
    for (const [i, { carries, chunks }] of remainders.entries()) {
      const value: Ext = [...(await device.machine.read(carries, degree * chunks, degree))];
      if (!field.equal(value, request.combinedValues[i] ?? []))
        throw new Error("a claimed opening is not the value of the committed polynomial");
    }
    // nextWeight · second quotient is a sum of its coordinates' columns times nextWeight · X^k.
    addColumns(device, scratch, all, [next], field.multiplesByX(request.nextWeight));
    return device.columns.handle(scratch.keep(all));
  });
}

/** αⁱ of every column, and the same where it is opened at the second point, else zero. */
function columnWeights(
  field: ExtensionField,
  { challenge, nextWidths }: DeepRequest,
  blocks: readonly PagedColumns[],
): { readonly all: readonly Ext[]; readonly next: readonly Ext[] } {
  const all: Ext[] = [];
  const next: Ext[] = [];
  let weight = field.one;
  blocks.forEach(({ width }, b) => {
    for (let i = 0; i < width; i++) {
      all.push(weight);
      next.push(i < (nextWidths[b] ?? 0) ? weight : field.zero);
      weight = field.mul(weight, challenge);
    }
  });
  return { all, next };
}

/** Adds Σ weight · column over all columns of blocks, shorter ones lifted, to an extension column that one page holds. */
function addColumns(
  { machine }: CardDevice,
  scratch: Scratch,
  sum: PagedColumns,
  blocks: readonly PagedColumns[],
  weights: readonly Ext[],
): void {
  const degree = sum.width;
  const [target] = sum.places;
  if (target === undefined) throw new Error("an extension column has no place");
  const stored = scratch.store(weights.flat().map(toMontgomery));
  let before = 0;
  for (const { pages, places, logRows, width } of blocks) {
    const rows = 2 ** logRows;
    for (const page of pages) {
      const own = places.filter(({ buffer }) => buffer === page);
      machine.dispatch(combine(degree), {
        params: { rows, stride: 2 ** sum.logRows, logStep: sum.logRows - logRows },
        items: [[0, own.length, degree * (before + places.findIndex(({ buffer }) => buffer === page)), target.offset]],
        buffers: { source: page, weights: stored, result: target.buffer },
        count: rows,
        work: 40 * degree * own.length,
      });
    }
    before += width;
  }
}

/** Divides an extension column by X − point, in place. The remainder follows the carries of all chunks. */
function divide(
  { machine }: CardDevice,
  scratch: Scratch,
  field: ExtensionField,
  polynomial: PagedColumns,
  point: Ext,
): { readonly carries: GpuBuffer; readonly chunks: number } {
  const { degree } = field;
  const kernels = division(degree);
  const [place] = polynomial.places;
  if (place === undefined) throw new Error("an extension column has no place");
  const rows = 2 ** polynomial.logRows;
  const chunks = Math.ceil(rows / DIVIDE_CHUNK);
  const carries = scratch.buffer(degree * (chunks + 1));
  const points = scratch.store([...point, ...field.pow(point, DIVIDE_CHUNK)].map(toMontgomery));
  const common = { items: [[place.offset]], count: chunks, work: EXTENSION_WORK * Math.min(rows, DIVIDE_CHUNK) };
  const buffers = { data: place.buffer, points, carries };
  machine.dispatch(kernels.values, { ...common, params: { rows }, buffers });
  machine.dispatch(kernels.carries, { ...common, params: { chunks }, buffers, count: 1, work: EXTENSION_WORK * chunks });
  machine.dispatch(kernels.quotient, { ...common, params: { rows }, buffers });
  return { carries, chunks };
}
