import * as v from "valibot";
import { signers } from "./signer-count.ts";
import { must, oneOf } from "./values.ts";

/**
 * Part of a composed policy: L1's data, the chain's committee, another one in separate processes, a network of guardians, or,
 * with parts that have the data, the attestation of a program under a root whose key is public. "listed" is the list of a
 * porter in the commit: no option names it, because it follows from `partition`.
 */
export type DataPart =
  | "rollup"
  | "validium"
  | { readonly attested: { readonly root: "test" } }
  | { readonly committee: { readonly members: number; readonly threshold: number } }
  | GuardedData
  | "listed"
  | ComposedData;

/** Data in a network of guardians, by its name in `guardians`. */
export interface GuardedData {
  readonly guardians: string;
}

/** Parts of which every one must have a batch's data, or the first that answers within `afterMs`; the last is not waited for. */
export type ComposedData =
  | { readonly allOf: readonly DataPart[] }
  | { readonly anyOf: readonly DataPart[]; readonly afterMs?: number };

const [FEWEST_PARTS, MOST_PARTS, MOST_LEVELS] = [2, 8, 3];
/** Milliseconds that silent holders are waited for at most. */
export const LONGEST_WAIT_MS = 60_000;
const WANTED =
  '"rollup", "validium", "inputs", "owners", "chain", { guardians }, { allOf: [...] } or { anyOf: [...] }, in 3 levels';

/** Availability by a single holder or layer. */
export const namedAvailability = oneOf("rollup", "validium", "inputs", "owners", "chain");

/** Availability by one holder, or by several. */
export const dataAvailability = v.pipe(
  v.custom<v.InferOutput<typeof namedAvailability> | GuardedData | ComposedData>(isDataAvailability, must(WANTED)),
  v.metadata({
    wanted: WANTED,
    type: '"rollup" | "validium" | "inputs" | "owners" | "chain" | { readonly guardians: string } | ComposedData',
  }),
);

/** The parts that a composed policy is made of; none of a simple one. */
export function partsOf(part: DataPart): readonly DataPart[] {
  if (typeof part === "string" || "committee" in part || "attested" in part || "guardians" in part) return [];
  return "allOf" in part ? part.allOf : part.anyOf;
}

function isDataAvailability(value: unknown): boolean {
  if (v.is(namedAvailability, value) || isGuardedPart(value)) return true;
  return isComposed(value, 1) && countOf(value, (part) => part === "validium") <= 1 && countOf(value, isAttestedPart) <= 1;
}

function isComposed(value: unknown, level: number): value is ComposedData {
  if (typeof value !== "object" || value === null || level > MOST_LEVELS) return false;
  const { allOf, anyOf, afterMs, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0 || (allOf === undefined) === (anyOf === undefined)) return false;
  if (afterMs !== undefined && (allOf !== undefined || !isWait(afterMs))) return false;
  const parts: unknown = allOf ?? anyOf;
  if (!Array.isArray(parts) || parts.length < FEWEST_PARTS || parts.length > MOST_PARTS) return false;
  // In `anyOf`, an attestation would count as data. In `allOf` it is allowed together with another part that
  // stores the data.
  const keeping = allOf === undefined ? parts : parts.filter((part: unknown) => !isAttestedPart(part));
  return keeping.length > 0 && keeping.every((part: unknown) => isKeeping(part, level));
}

function isKeeping(part: unknown, level: number): boolean {
  return part === "rollup" || part === "validium" || isCommittee(part) || isGuardedPart(part) || isComposed(part, level + 1);
}

/** Whether it is the word of a program. */
export function isAttestedPart(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { attested, ...others } = value as Record<string, unknown>;
  if (typeof attested !== "object" || attested === null || Object.keys(others).length > 0) return false;
  const { root, ...further } = attested as Record<string, unknown>;
  return root === "test" && Object.keys(further).length === 0;
}

/** True for data in a network of guardians. */
export function isGuardedPart(value: unknown): value is GuardedData {
  if (typeof value !== "object" || value === null) return false;
  const { guardians, ...others } = value as Record<string, unknown>;
  return Object.keys(others).length === 0 && typeof guardians === "string";
}

/** Names of the networks in a policy. */
export function networksIn(part: DataPart): readonly string[] {
  return isGuardedPart(part) ? [part.guardians] : partsOf(part).flatMap(networksIn);
}

function isCommittee(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { committee, ...others } = value as Record<string, unknown>;
  return Object.keys(others).length === 0 && v.is(signers, committee);
}

function isWait(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= LONGEST_WAIT_MS;
}

function countOf(part: DataPart, isCounted: (part: DataPart) => boolean): number {
  return isCounted(part) ? 1 : partsOf(part).reduce((sum, inner) => sum + countOf(inner, isCounted), 0);
}
