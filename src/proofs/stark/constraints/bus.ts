import { P } from "../../field/koala-bear.ts";
import { elementCount, type Fields, validateFields } from "./fields.ts";

/**
 * A bus: what tables that speak on it have in common. Declared once, by a value that all of them import; two buses of one
 * system must differ in tag and name.
 */
export interface Bus<F extends Fields = Fields> {
  readonly name: string;
  /** First element of every message, so that messages of different buses differ. From 1 to p − 1. */
  readonly tag: number;
  readonly fields: F;
  /** Elements of a message, without the tag. */
  readonly messageLength: number;
  readonly kind: BusKind;
}

/**
 * Part of a segmented run (`segments/README.md`) in which a sent message must be received: the same segment,
 * or anywhere in the run. In a proof of a whole run both are the same.
 */
export type BusKind = "local" | "carried";

/** Throws RangeError for a tag outside of 1 to p − 1, and whatever `validateFields` throws. */
export function defineBus<const F extends Fields>(name: string, tag: number, fields: F, kind: BusKind = "carried"): Bus<F> {
  if (!Number.isInteger(tag) || tag < 1 || tag >= P)
    throw new RangeError(`the tag of bus ${name} is ${tag}, not from 1 to p − 1`);
  validateFields(`bus ${name}`, fields);
  return Object.freeze({ name, tag, fields, messageLength: elementCount(fields), kind });
}
