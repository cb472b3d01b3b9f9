import * as v from "valibot";
import { signers } from "./signer-count.ts";
import { must, oneOf } from "./values.ts";

/** A part of a composed policy: L1's own data, the chain's committee, or a further one in processes of its own. */
export type DataPart =
  | "rollup"
  | "validium"
  | { readonly committee: { readonly members: number; readonly threshold: number } }
  | ComposedData;

/** Parts of which every one must have a batch's data, or the first that answers within `afterMs`; the last is not waited for. */
export type ComposedData =
  | { readonly allOf: readonly DataPart[] }
  | { readonly anyOf: readonly DataPart[]; readonly afterMs?: number };

const [FEWEST_PARTS, MOST_PARTS, MOST_LEVELS, LONGEST_WAIT_MS] = [2, 8, 3, 60_000];
const WANTED = '"rollup" or "validium" or "chain", or { allOf: [...] } or { anyOf: [...], afterMs? } of such, in up to 3 levels';

/** Where data are by one place alone. */
export const namedAvailability = oneOf("rollup", "validium", "chain");

/** The same, or by several. */
export const dataAvailability = v.pipe(
  v.custom<v.InferOutput<typeof namedAvailability> | ComposedData>(isDataAvailability, must(WANTED)),
  v.metadata({ wanted: WANTED, type: '"rollup" | "validium" | "chain" | ComposedData' }),
);

/** The parts that a composed policy is made of; none of a simple one. */
export function partsOf(part: DataPart): readonly DataPart[] {
  if (typeof part === "string" || "committee" in part) return [];
  return "allOf" in part ? part.allOf : part.anyOf;
}

function isDataAvailability(value: unknown): boolean {
  if (v.is(namedAvailability, value)) return true;
  return isComposed(value, 1) && committeesOfChain(value) <= 1;
}

function isComposed(value: unknown, level: number): value is ComposedData {
  if (typeof value !== "object" || value === null || level > MOST_LEVELS) return false;
  const { allOf, anyOf, afterMs, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0 || (allOf === undefined) === (anyOf === undefined)) return false;
  if (afterMs !== undefined && (allOf !== undefined || !isWait(afterMs))) return false;
  const parts: unknown = allOf ?? anyOf;
  if (!Array.isArray(parts) || parts.length < FEWEST_PARTS || parts.length > MOST_PARTS) return false;
  return parts.every(
    (part: unknown) => part === "rollup" || part === "validium" || isCommittee(part) || isComposed(part, level + 1),
  );
}

function isCommittee(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { committee, ...others } = value as Record<string, unknown>;
  return Object.keys(others).length === 0 && v.is(signers, committee);
}

function isWait(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= LONGEST_WAIT_MS;
}

function committeesOfChain(part: DataPart): number {
  return part === "validium" ? 1 : partsOf(part).reduce((sum, inner) => sum + committeesOfChain(inner), 0);
}
