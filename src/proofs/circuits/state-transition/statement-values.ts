import { createExtension, type Ext } from "../../field/extension.ts";
import { isCanonical } from "../../field/koala-bear.ts";
import { STATEMENT_BYTES } from "../../../ground/protocol/statement.ts";
import { DIGEST } from "../shapes/digest.ts";
import { EXTENSION_DEGREE } from "./layout/columns.ts";
import { HIGHEST_POWER } from "./layout/public-values.ts";

/**
 * Offsets of the parts of an encoded statement; the commitment before them is bound by the transcript alone.
 */
const OFFSET = { digests: 32, point: 128, evaluation: 148, outputsHash: 168 } as const;

/**
 * The public values that follow from an encoded statement (`protocol/statement.ts`), in the order of `PUBLIC`. Undefined
 * when the bytes have another length or an element that is not canonical. Never throws.
 */
export function statementValues(statement: Uint8Array): number[] | undefined {
  if (statement.length !== STATEMENT_BYTES) return undefined;
  const view = new DataView(statement.buffer, statement.byteOffset, statement.byteLength);
  const elements = (offset: number, count: number) => Array.from({ length: count }, (_, i) => view.getUint32(offset + 4 * i));
  // Both roots and the diff digest are contiguous, like their public values.
  const digests = elements(OFFSET.digests, 3 * DIGEST);
  const point = elements(OFFSET.point, EXTENSION_DEGREE);
  const evaluation = elements(OFFSET.evaluation, EXTENSION_DEGREE);
  if (![...digests, ...point, ...evaluation].every(isCanonical)) return undefined;
  const limbs = Array.from({ length: 2 * DIGEST }, (_, i) => view.getUint16(OFFSET.outputsHash + 30 - 2 * i));
  return [...digests, ...evaluation, ...limbs, ...powers(point)];
}

/** Coordinates of r, r², r³. */
export function powers(r: Ext): number[] {
  const field = createExtension(EXTENSION_DEGREE);
  const coordinates: number[] = [];
  let power = field.one;
  for (let k = 1; k <= HIGHEST_POWER; k++) {
    power = field.mul(power, r);
    coordinates.push(...power);
  }
  return coordinates;
}
