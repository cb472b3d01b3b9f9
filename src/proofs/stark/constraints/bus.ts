import { P } from "../../field/koala-bear.ts";
import { elementCount, type Fields, validateFields } from "./fields.ts";

/**
 * A bus: what tables that speak on it have in common. Declared once, by a value that all of them import; two buses of one
 * system must differ in tag and name.
 */
export interface Bus<F extends Fields = Fields> {
  readonly name: string;
  /** What every message starts with, so that no message of one bus can be taken for one of another. From 1 to p − 1. */
  readonly tag: number;
  readonly fields: F;
  /** Elements of a message, without the tag. */
  readonly messageLength: number;
  readonly kind: BusKind;
}

/**
 * Where what is sent must be received, in a run that is cut into segments (`segments/README.md`): in the same segment, or
 * anywhere in the run. In a proof of a whole run the two are one.
 */
export type BusKind = "local" | "carried";

/** Throws RangeError for a tag outside of 1 to p − 1, and whatever `validateFields` throws. */
export function defineBus<const F extends Fields>(name: string, tag: number, fields: F, kind: BusKind = "carried"): Bus<F> {
  if (!Number.isInteger(tag) || tag < 1 || tag >= P)
    throw new RangeError(`the tag of bus ${name} is ${tag}, not from 1 to p − 1`);
  validateFields(`bus ${name}`, fields);
  return Object.freeze({ name, tag, fields, messageLength: elementCount(fields), kind });
}
