import { partOf } from "../../circuits/shapes/stated-elements.ts";
import { createExtension, type Ext } from "../../field/extension.ts";
import { compress } from "../../kernels/poseidon.ts";
import { OCTET_ELEMENTS, WORD_ELEMENTS } from "../relation.ts";
import { AGGREGATE } from "./layout.ts";
import { statedPrograms } from "./stated-programs.ts";

/** The chain over aggregated batches (`protocol/domain-tags.ts`). */
export const AGGREGATE_TAG = 16;

const field = createExtension(WORD_ELEMENTS);
/** Elements after the point that are 0 without a hub. */
const NO_HUB = AGGREGATE.parts.checksPrograms.at - AGGREGATE.parts.hubBefore.at;

/** State of the batches before an aggregate: A and Z. */
interface AggregateStart {
  readonly digest: readonly number[];
  readonly evaluation: Ext;
}

/** Start before the first of `count` batches: the chain begins with their count. */
export function firstStart(count: number): AggregateStart {
  const zeros = new Array<number>(OCTET_ELEMENTS).fill(0);
  return { digest: compress(AGGREGATE_TAG, zeros, zeros.with(0, count)), evaluation: field.zero };
}

/**
 * Aggregate of batches of one version, by their elements, after a start; ρ is the point, programs are admitted by a
 * digest.
 */
export function aggregateOf(
  batches: readonly (readonly number[])[],
  start: AggregateStart,
  point: Ext,
  programs: readonly number[],
): number[] {
  let { digest, evaluation } = start;
  for (const batch of batches) {
    for (const block of groups(batch, OCTET_ELEMENTS)) digest = compress(AGGREGATE_TAG, [...digest], block);
    for (const coefficient of groups(batch, WORD_ELEMENTS)) evaluation = field.add(field.mul(evaluation, point), coefficient);
  }
  const version = batches[0]?.slice(0, 2) ?? [];
  return said([version, [batches.length], start.digest, digest, start.evaluation, evaluation, point], programs);
}

/** Start of the next aggregate. */
export function startBehind(aggregate: readonly number[]): AggregateStart {
  return {
    digest: partOf(aggregate, AGGREGATE.parts.digestAfter),
    evaluation: partOf(aggregate, AGGREGATE.parts.evaluationAfter),
  };
}

/** Aggregate of consecutive aggregates. */
export function joinedAggregates(aggregates: readonly (readonly number[])[]): number[] {
  const [first = [], last = first] = [aggregates[0], aggregates.at(-1)];
  const count = aggregates.reduce((sum, aggregate) => sum + (partOf(aggregate, AGGREGATE.parts.count)[0] ?? 0), 0);
  const end = startBehind(last);
  const part = (name: keyof typeof AGGREGATE.parts): readonly number[] => partOf(first, AGGREGATE.parts[name]);
  const parts = [part("version"), [count], part("digestBefore"), end.digest, part("evaluationBefore"), end.evaluation];
  const joined = said([...parts, part("point")], part("programs"));
  return ofHub(joined, { before: part("hubBefore"), after: partOf(last, AGGREGATE.parts.hubAfter) });
}

/** The aggregate as a hub's, whose batches lead from one state to another; both are eight elements. */
export function ofHub(
  aggregate: readonly number[],
  states: { readonly before: readonly number[]; readonly after: readonly number[] },
): number[] {
  const { hubBefore, rest } = AGGREGATE.parts;
  return [...aggregate.slice(0, hubBefore.at), ...states.before, ...states.after, ...aggregate.slice(rest.at)];
}

/** An aggregate's statement of its parts up to the point. */
function said(parts: readonly (readonly number[])[], programs: readonly number[]): number[] {
  return [...parts.flat(), ...new Array<number>(NO_HUB).fill(0), ...statedPrograms(programs)];
}

/** Statement for L1 of an aggregate that begins with nothing: N, A, ρ, Z, and a hub's states. */
export function wrappedOf(aggregate: readonly number[]): number[] {
  const { digest, evaluation } = startBehind(aggregate);
  const part = (name: keyof typeof AGGREGATE.parts): readonly number[] => partOf(aggregate, AGGREGATE.parts[name]);
  return [...part("count"), ...digest, ...part("point"), ...evaluation, ...part("hubBefore"), ...part("hubAfter")];
}

/** Elements in groups, the last one filled up with zeros. */
function groups(elements: readonly number[], length: number): number[][] {
  return Array.from({ length: Math.ceil(elements.length / length) }, (_, i) =>
    Array.from({ length }, (_unused, j) => elements[i * length + j] ?? 0),
  );
}
