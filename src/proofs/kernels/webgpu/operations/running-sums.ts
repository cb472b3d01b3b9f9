import { inv } from "../../../field/koala-bear.ts";
import type { Columns } from "../../backend.ts";
import { toMontgomery } from "../../montgomery.ts";
import { chunkSums, runningSums as writeRunningSums, scanChunks, SUM_CHUNK } from "../kernels/running-sums.ts";
import { type CardDevice, withScratch } from "../card/scratch.ts";

/** See `Backend.runningSums`. */
export async function runningSums(device: CardDevice, evaluations: Columns, width: number): Promise<number[]> {
  const columns = device.columns.get(evaluations);
  const rows = 2 ** columns.logRows;
  const chunks = Math.ceil(rows / SUM_CHUNK);
  return withScratch(device, async (scratch) => {
    scratch.retain(columns);
    const { machine } = device;
    const sums = scratch.buffer(width * (chunks + 1));
    const placed = columns.places.slice(0, width).map(({ buffer, offset }, i) => {
      return { buffers: { data: buffer }, words: [offset, i * (chunks + 1)] };
    });
    const work = 8 * SUM_CHUNK;
    machine.dispatchPlaced(chunkSums, placed, { params: { rows }, buffers: { sums }, count: chunks, work });
    const items = placed.map(({ words }) => words);
    if (items.length > 0)
      machine.dispatch(scanChunks, { params: { chunks }, items, buffers: { sums }, count: 1, work: 8 * chunks });
    const params = { rows, chunks, inverseRows: toMontgomery(inv(rows)) };
    machine.dispatchPlaced(writeRunningSums, placed, { params, buffers: { sums }, count: chunks, work: 2 * work });
    const all = await machine.read(sums, 0, width * (chunks + 1));
    return placed.map((_, i) => all[i * (chunks + 1) + chunks] ?? 0);
  });
}
