import { pow } from "../../../field/koala-bear.ts";
import type { CommitRequest } from "../../backend.ts";
import type { HeightClass } from "../../tree-shape.ts";
import type { PagedColumns } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import type { CardDevice, Scratch } from "../card/scratch.ts";
import { evaluateOnCoset, powerTable, twiddleTable } from "./transform.ts";

/** Bytes of extended columns at a time, where the card allows it. */
const EXTENDED_BYTES = 2 ** 26;
/** Bytes that hash states need for each position. */
const STATE_BYTES = 204;

/** Some columns of a height class, extended to some of its positions: those of one part. */
export interface ExtendedPart {
  readonly buffer: GpuBuffer;
  /** log2 of the positions of a part; column c of the class begins at (c − firstColumn) · 2^logSize. */
  readonly logSize: number;
  readonly part: number;
  readonly firstColumn: number;
  readonly endColumn: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Extends a class's columns, part by part, at least `together` at a time, and passes each on before the next
 * replaces it. `isNeeded` selects the parts.
 */
export function extendClass(
  device: CardDevice,
  scratch: Scratch,
  request: Omit<CommitRequest, "blocks">,
  {
    input,
    together,
    tallest,
  }: { readonly input: HeightClass<PagedColumns>; readonly together: number; readonly tallest: number },
  { isNeeded, take }: { isNeeded(part: number, logSize: number): boolean; take(extended: ExtendedPart): void },
): void {
  const columns = input.blocks.flatMap((block) => block.places);
  const logDomain = input.logRows + request.logBlowup;
  const logSize = partSize(device, request, input, together);
  const most = Math.floor(Math.min(EXTENDED_BYTES, device.machine.memory.largestBuffer) / (4 * 2 ** logSize));
  const atOnce = Math.min(columns.length, Math.max(together, Math.floor(most / together) * together));
  const shift = pow(request.shift, 2 ** (tallest - input.logRows));
  const factors = powerTable(device, scratch, shift, input.logRows);
  const twiddles = twiddleTable(device, scratch, logDomain);
  const buffer = scratch.buffer(atOnce * 2 ** logSize);
  const targets = Array.from({ length: atOnce }, (_, i) => ({ buffer, offset: i * 2 ** logSize }));
  for (let part = 0; part < 2 ** (logDomain - logSize); part++) {
    if (!isNeeded(part, logSize)) continue;
    for (let first = 0; first < columns.length; first += atOnce) {
      const own = columns.slice(first, first + atOnce);
      const end = first + own.length;
      evaluateOnCoset(device, own, targets.slice(0, own.length), factors, { twiddles, logSize, logRows: input.logRows, part });
      const place = { buffer, logSize, part, firstColumn: first, endColumn: end };
      take({ ...place, isFirst: first === 0, isLast: end === columns.length });
    }
  }
}

/** log2 of the positions of a part: whole cosets and whole leaves, as many as fit. */
function partSize(
  { machine }: CardDevice,
  { logBlowup, rowsPerLeaf }: Pick<CommitRequest, "logBlowup" | "rowsPerLeaf">,
  { logRows }: HeightClass,
  together: number,
): number {
  const bytes = Math.max(4 * together, STATE_BYTES / rowsPerLeaf);
  const fitting = Math.floor(Math.log2(Math.min(EXTENDED_BYTES, machine.memory.largestBuffer) / bytes));
  return Math.min(logRows + logBlowup, Math.max(logRows, Math.log2(rowsPerLeaf), fitting));
}
