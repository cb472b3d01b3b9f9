import type { Ext } from "../../field/extension.ts";
import { P } from "../../field/koala-bear.ts";
import { laterStatement, statementValuesOf } from "../proving/prover-input.ts";
import type { ProofHead, ProofReader, ProofValues } from "../openings/proof.ts";
import { reject, type Rejection } from "../openings/rejection.ts";
import { rowCount } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";
import { segmentInputs } from "../transcripts/begin-transcript.ts";
import { checkProof, checkSum, verdictOf, type VerifyOptions } from "./verify.ts";
import { earlyHash, FIRST_FOLD, foldSegment, isFirstFold, runChallenges } from "../segments/fold.ts";
import { flagValues, holds, type SegmentFlags } from "../constraints/segment-bounds.ts";

/** The proofs of a run's segments, in order, and the seed of their lookup challenges. */
export interface RunProof {
  readonly seed: Uint8Array;
  readonly proofs: readonly Uint8Array[];
}

/** Claim that a segment's proof is checked against, besides the statement of an opening one. */
interface SegmentClaim extends SegmentFlags {
  readonly seed: Uint8Array;
  /** The fold of the segments before. */
  readonly before: Uint8Array;
}

/** Result of verified consecutive segments of a run. */
export interface RunPart {
  readonly seed: Uint8Array;
  /** The folds before the first and behind the last. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** The sum of all fractions on carried buses. */
  readonly carried: Ext;
  /** Indexes of the first segment and of the last. */
  readonly first: number;
  readonly last: number;
  /** More than any side of a carried bus can have counted. */
  readonly load: number;
  readonly clock: number;
}

/** Why a run was not accepted. */
export type RunRejection =
  | { readonly code: "SegmentRefused"; readonly segment: number; readonly rejection: Rejection }
  /** Parts of two runs do not join: their challenges differ. */
  | { readonly code: "OtherSeed" }
  /** The fold behind a part is not the one before the next: a segment is missing, changed or in another place. */
  | { readonly code: "FoldsApart"; readonly segment: number }
  | { readonly code: "IndexMismatch"; readonly expected: number; readonly got: number }
  | { readonly code: "RunNotOpened"; readonly first: number }
  /** The fold of all segments is not the seed. */
  | { readonly code: "RunNotClosed"; readonly last: number }
  | { readonly code: "SegmentCount"; readonly most: number; readonly got: number }
  | { readonly code: "CarriedSumMismatch"; readonly expected: Ext; readonly got: Ext }
  /** A bus could have counted past the field's modulus. */
  | { readonly code: "LoadTooLarge"; readonly below: number; readonly got: number }
  | { readonly code: "ClockTooLong"; readonly below: number; readonly got: number };

type PartVerdict<R> = { readonly ok: true; readonly part: RunPart } | { readonly ok: false; readonly rejection: R };

/** Checks the proofs of a run's segments, and that they are one run of the statement. Never throws on hostile bytes. */
export function verifyRun(
  system: System,
  statement: Uint8Array,
  { seed, proofs }: RunProof,
): { readonly ok: true } | { readonly ok: false; readonly rejection: RunRejection } {
  const { most } = boundsOf(system);
  const count = proofs.length;
  if (count < 1 || count > most) return { ok: false, rejection: { code: "SegmentCount", most, got: count } };
  let run: RunPart | undefined;
  for (const [i, proof] of proofs.entries()) {
    const flags = { index: i + 1, opens: i === 0 ? 1 : 0, closes: i === count - 1 ? 1 : 0 };
    const claim = { ...flags, seed, before: run?.after ?? FIRST_FOLD };
    const own = i === 0 ? statement : laterStatement(system.definition, statement);
    const segment = verifySegment(system, own, claim, proof);
    if (!segment.ok) return { ok: false, rejection: { code: "SegmentRefused", segment: i + 1, rejection: segment.rejection } };
    const joined: PartVerdict<RunRejection> = run === undefined ? segment : joinParts(system, run, segment.part);
    if (!joined.ok) return joined;
    run = joined.part;
  }
  const rejection = run && closeRun(system, run);
  return rejection === undefined ? { ok: true } : { ok: false, rejection };
}

/**
 * Checks one segment's proof, and says what it shows of its run. Flags, fold, load and clock follow from the claim's folds and
 * from this proof alone: none is taken from the prover.
 */
export function verifySegment(
  system: System,
  statement: Uint8Array,
  claim: SegmentClaim,
  proof: Uint8Array,
  options: VerifyOptions = {},
): PartVerdict<Rejection> {
  const { seed, before, index } = claim;
  let part: Pick<RunPart, "after" | "carried" | "load" | "clock"> | undefined;
  const verdict = verdictOf(system, proof, options, (reader: ProofReader, factory) => {
    let shown: { readonly after: Uint8Array; readonly logRows: readonly number[] } | undefined;
    let carried = system.field.zero;
    checkProof(system, reader, {
      statementValues: () => statementValuesOf(system.definition, statement, claim),
      flags: flagValues(claim),
      lookup: runChallenges(system, seed),
      begin: (head: ProofHead) => {
        const early = earlyHash(system, claim, head, statement);
        const after = foldSegment(system, before, { mainRoot: head.mainRoot, early });
        checkFlags(system, claim, after);
        shown = { after, logRows: head.shape.logRows };
        return factory(system.parameters.extensionDegree, segmentInputs(system, seed, before, early));
      },
      checkSums: (sums) => (carried = checkSegmentSums(system, sums)),
    });
    if (shown === undefined) throw new Error("a proof that was checked has a head");
    part = { after: shown.after, carried, ...countsOf(system, shown.logRows) };
  });
  if (!verdict.ok) return verdict;
  if (part === undefined) throw new Error("a proof that was accepted shows a part of a run");
  return { ok: true, part: { seed, before, first: index, last: index, ...part } };
}

/** opens ⇔ nothing is folded yet ⇔ the first; closes ⇔ the fold is the seed. */
function checkFlags({ definition }: System, { index, opens, closes, seed, before }: SegmentClaim, after: Uint8Array): void {
  if (!holds(definition, "flags from the folds")) return;
  const starts = isFirstFold(before) ? 1 : 0;
  if (opens !== starts || opens !== (index === 1 ? 1 : 0))
    reject({ code: "SegmentFlagMismatch", flag: "opens", expected: starts, got: opens });
  const ends = isSame(after, seed) ? 1 : 0;
  if (closes !== ends) reject({ code: "SegmentFlagMismatch", flag: "closes", expected: ends, got: closes });
}

/** Rejects local sums that are not zero; the sum of the carried ones. */
function checkSegmentSums(system: System, sums: ProofValues["sums"]): Ext {
  const { field, tables, definition } = system;
  const of = (kind: "local" | "carried"): Ext[] =>
    tables.flatMap(({ lookup, index }) => (sums[index] ?? []).filter((_, s) => lookup?.kinds[s]?.includes(kind) === true));
  const carried = of("carried").reduce(field.add, field.zero);
  if (holds(definition, "local sum")) checkSum(system, of("local"));
  else return of("local").reduce(field.add, carried);
  return carried;
}

/** Numbers that a segment's heights allow its carried buses and its clock to count. */
export function countsOf(
  { tables, buses, countedSides, definition }: System,
  logRows: readonly number[],
): Pick<RunPart, "load" | "clock"> {
  const rows = logRows.map(rowCount);
  const carried = buses.filter(({ kind }) => kind === "carried").flatMap(({ name }) => countedSides.get(name) ?? []);
  const load = Math.max(0, ...carried.map(({ perRow }) => sum(perRow.map((count, table) => count * (rows[table] ?? 0)))));
  const ticks = definition.segments?.clock?.ticks ?? {};
  return { load, clock: sum(tables.map(({ air, index }) => (ticks[air.name] ?? 0) * (rows[index] ?? 0))) };
}

/** Two parts of one run, the second right behind the first. */
export function joinParts(system: System, a: RunPart, b: RunPart): PartVerdict<RunRejection> {
  const { definition, field } = system;
  if (!isSame(a.seed, b.seed)) return { ok: false, rejection: { code: "OtherSeed" } };
  if (holds(definition, "folds meet") && !isSame(a.after, b.before))
    return { ok: false, rejection: { code: "FoldsApart", segment: b.first } };
  if (a.last + 1 !== b.first) return { ok: false, rejection: { code: "IndexMismatch", expected: a.last + 1, got: b.first } };
  const part = {
    seed: a.seed,
    before: a.before,
    after: b.after,
    carried: field.add(a.carried, b.carried),
    first: a.first,
    last: b.last,
    load: a.load + b.load,
    clock: a.clock + b.clock,
  };
  return { ok: true, part };
}

/** Why a part is not a whole run; undefined where it is one. */
export function closeRun(system: System, part: RunPart): RunRejection | undefined {
  const { definition, field } = system;
  const { most, clock } = boundsOf(system);
  const { seed, before, after, carried, first, last, load } = part;
  if (!isFirstFold(before) || first !== 1) return { code: "RunNotOpened", first };
  if (!isSame(after, seed)) return { code: "RunNotClosed", last };
  if (last > most) return { code: "SegmentCount", most, got: last };
  if (holds(definition, "carried sum") && !field.equal(carried, field.zero))
    return { code: "CarriedSumMismatch", expected: field.zero, got: carried };
  if (holds(definition, "load") && load >= P) return { code: "LoadTooLarge", below: P, got: load };
  if (clock !== undefined && holds(definition, "clock") && part.clock >= clock.below)
    return { code: "ClockTooLong", below: clock.below, got: part.clock };
  return undefined;
}

function boundsOf({ definition, name }: System): NonNullable<System["definition"]["segments"]> {
  if (definition.segments === undefined) throw new TypeError(`${name} is proven as a whole: use verify`);
  return definition.segments;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
