import { createExtension, type Ext } from "../../../field/extension.ts";
import type { Columns, ProgressionRequest, StackedColumns, StackRequest } from "../../backend.ts";
import { toMontgomery } from "../../montgomery.ts";
import { LOG_PARTS } from "../../stack-layout.ts";
import type { PagedColumns, CardPlace } from "../card/columns-store.ts";
import { combine } from "../kernels/combine.ts";
import { deal } from "../kernels/deal.ts";
import { layProgressions as layKernel } from "../kernels/lay-progressions.ts";
import type { PlacedItem } from "../card/machine.ts";
import { type CardDevice, withScratch } from "../card/scratch.ts";
import { EXTENSION_WORK, extensionPowerTable, valuesAt } from "./evaluate.ts";
import { pairOf } from "./extension-columns.ts";

const PARTS = 2 ** LOG_PARTS;

/** See `StackOperations.layOut`. */
export async function layOut(device: CardDevice, { blocks, places, logStack, width }: StackRequest): Promise<Columns> {
  const sources = blocks.map((block) => device.columns.get(block));
  const logPartRows = logStack - LOG_PARTS;
  return withScratch(device, (scratch) => {
    sources.forEach((source) => scratch.retain(source));
    const parts = scratch.columns(PARTS * width, logPartRows, PARTS);
    device.columns.clear(parts);
    sources.forEach((source, b) => {
      const placed = source.places.map(({ buffer, offset }, i): PlacedItem => {
        const place = places[b]?.[i] ?? 0;
        const target = stackColumn(parts, place, logStack);
        if (target === undefined || place + 2 ** source.logRows > width * 2 ** logStack)
          throw new RangeError(`place ${place} is beyond ${width} columns of 2^${logStack}`);
        return { buffers: { source: buffer, result: target.buffer }, words: [offset, place % 2 ** logStack, target.offset] };
      });
      const count = 2 ** source.logRows;
      device.machine.dispatchPlaced(deal, placed, { params: { logPartRows }, buffers: {}, count, work: 10 });
    });
    return device.columns.handle(scratch.keep(parts));
  });
}

/** See `StackOperations.evaluateParts`. */
export async function evaluateParts(
  device: CardDevice,
  handle: Columns,
  { logRows, places }: StackedColumns,
  point: Ext,
): Promise<Uint32Array> {
  createExtension(point.length);
  const parts = device.columns.get(handle);
  const logStack = parts.logRows + LOG_PARTS;
  return withScratch(device, async (scratch) => {
    scratch.retain(parts);
    const own = places.flatMap((place) =>
      Array.from({ length: PARTS }, (_, j): CardPlace => {
        const inColumn = (place + j) % 2 ** logStack;
        const part = parts.places[PARTS * Math.floor((place + j) / 2 ** logStack) + (inColumn % PARTS)];
        if (part === undefined) throw new RangeError(`place ${place} is beyond the stack`);
        return { buffer: part.buffer, offset: part.offset + Math.floor(inColumn / PARTS) };
      }),
    );
    return valuesAt(device, own, logRows - LOG_PARTS, point);
  });
}

/** See `StackOperations.combineParts`. */
export async function combineParts(
  device: CardDevice,
  blocks: readonly Columns[],
  weights: readonly Ext[],
  width: number,
): Promise<Columns> {
  const { degree } = createExtension(weights[0]?.length ?? 0);
  const sources = blocks.map((block) => device.columns.get(block));
  const logRows = sources[0]?.logRows ?? 0;
  return withScratch(device, (scratch) => {
    sources.forEach((source) => scratch.retain(source));
    const combined = scratch.columns(degree * width, logRows, pairOf(degree, width));
    device.columns.clear(combined);
    const stored = scratch.store(weights.flat().map(toMontgomery));
    const parts = sources.flatMap((source) => source.places);
    // One part a step: two parts of one stack column are not added at the same time.
    for (let j = 0; j < PARTS; j++) {
      const placed = Array.from({ length: width }, (_, c) => c).flatMap((c): PlacedItem[] => {
        const [part, target] = [parts[PARTS * c + j], combined.places[degree * c]];
        if (part === undefined || target === undefined || weights[PARTS * c + j] === undefined) return [];
        const words = [part.offset, 1, degree * (PARTS * c + j), target.offset];
        return [{ buffers: { source: part.buffer, result: target.buffer }, words }];
      });
      const params = { rows: 2 ** logRows, stride: 2 ** logRows, logStep: 0 };
      const common = { params, buffers: { weights: stored }, count: 2 ** logRows, work: 40 * degree };
      device.machine.dispatchPlaced(combine(degree), placed, common);
    }
    return device.columns.handle(scratch.keep(combined));
  });
}

/** See `StackOperations.layProgressions`. */
export async function layProgressions(
  device: CardDevice,
  { width, logRows, progressions, degree }: ProgressionRequest,
): Promise<Columns> {
  createExtension(degree);
  return withScratch(device, async (scratch) => {
    const columns = scratch.columns(degree * width, logRows, pairOf(degree, width));
    device.columns.clear(columns);
    // In sequence, because two progressions may have the same rows.
    for (const { ratio, logLength, starts } of progressions) {
      await withScratch(device, (local) => {
        const powers = extensionPowerTable(device, local, ratio, logLength);
        const placed = starts.map(({ place }, i): PlacedItem => {
          const target = columns.places[degree * Math.floor(place / 2 ** logRows)];
          if (target === undefined || place + 2 ** logLength > width * 2 ** logRows)
            throw new RangeError(`place ${place} is beyond ${width} columns of 2^${logRows}`);
          return { buffers: { result: target.buffer }, words: [degree * i, target.offset + (place % 2 ** logRows)] };
        });
        device.machine.dispatchPlaced(layKernel(degree), placed, {
          params: { stride: 2 ** logRows, powerStride: 2 ** logLength },
          buffers: { starts: local.store(starts.flatMap(({ start }) => start)), powers },
          count: 2 ** logLength,
          work: EXTENSION_WORK,
        });
      });
    }
    return device.columns.handle(scratch.keep(columns));
  });
}

/** Location of the parts of a place's stack column; the rows of the parts are contiguous. */
function stackColumn(parts: PagedColumns, place: number, logStack: number): CardPlace | undefined {
  return parts.places[PARTS * Math.floor(place / 2 ** logStack)];
}
