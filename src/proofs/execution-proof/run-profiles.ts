import { ABSENT, createShape, rowCount, type Shape } from "../stark/systems/shape.ts";
import type { System } from "../stark/systems/system.ts";

/**
 * Heights of the tables of a run's proof, as log2 or `ABSENT`, by their names: programs check proofs of a few shapes
 * alone. Tables with the same height in every run are left out.
 */
export type RunProfile = Readonly<Record<string, number>>;

/** A profile with the cells of all its tables. */
export interface SizedProfile {
  readonly heights: RunProfile;
  readonly cells: number;
}

/** Heights for 24 transfers, and for a segment with usual steps. */
const USUAL: RunProfile = {
  ...{ processor: 16, memory: 12, byteMemory: 11, copy: 9, digestWords: 10, compression: 11, sponge: 8, hashInput: 10 },
  ...{ keccak: 11, sha256: 7, recover: 6, curveMultiple: 6, curveChoice: 9, curveStep: 12, curveSum: 9, curveProduct: 11 },
  ...{ stackRest: 6, wordRange: 11, keys: 8, leaves: 8, tree: 10, user: 14, userBytes: 10, memoryCost: 7, visits: 9 },
  ...{ code: 15, codeWords: 10, extract: 7, exp: 7, shift: 11, signed: 7, mul: 11, modular: 8, logic: 12, add: 12 },
  fieldProduct: ABSENT,
};

/** Room for a Groth16 verification, whose four pairings and three multiples are 31,997 products, and for some eight transfers. */
const WITH_PAIRINGS: RunProfile = {
  ...{ processor: 17, memory: 12, byteMemory: 11, copy: 11, digestWords: 10, compression: 11, sponge: 7, hashInput: 9 },
  ...{ keccak: 10, sha256: 6, recover: 6, curveMultiple: 6, curveChoice: 7, curveStep: 10, curveSum: 7, curveProduct: 9 },
  ...{ stackRest: 6, wordRange: 11, keys: 7, leaves: 7, tree: 9, user: 13, userBytes: 10, memoryCost: 7, visits: 8 },
  ...{ code: 15, codeWords: 10, extract: 6, exp: 6, shift: 11, signed: 6, mul: 11, modular: 12, logic: 11, add: 12 },
  fieldProduct: 15,
};

/**
 * Profiles of chunks, the smallest first: for some 1, 8, 16, 24 and 48 transfers, with pairings, and as large as a proof may be
 * (`MAX_CELLS`). A step that has room in none is cut into segments (`SEGMENT_PROFILES`). Why these: decision 265.
 */
export const CHUNK_PROFILES: readonly RunProfile[] = [
  {
    ...{ processor: 14, memory: 11, byteMemory: 9, copy: 7, digestWords: 9, compression: 10, sponge: 7, hashInput: 8, keccak: 9 },
    ...{ sha256: 6, recover: 6, curveMultiple: 6, curveChoice: 7, curveStep: 8, curveSum: 7, curveProduct: 7, stackRest: 6 },
    ...{ wordRange: 9, keys: 6, leaves: 6, tree: 8, user: 12, userBytes: 8, memoryCost: 6, visits: 7, code: 14, codeWords: 9 },
    ...{ extract: 6, exp: 6, shift: 9, signed: 6, mul: 9, modular: 6, logic: 10, add: 11 },
    fieldProduct: ABSENT,
  },
  {
    ...{ processor: 15, memory: 11, byteMemory: 10, copy: 8, digestWords: 9, compression: 10, sponge: 7, hashInput: 9 },
    ...{ keccak: 10, sha256: 6, recover: 6, curveMultiple: 6, curveChoice: 7, curveStep: 10, curveSum: 7, curveProduct: 9 },
    ...{ stackRest: 6, wordRange: 10, keys: 7, leaves: 7, tree: 9, user: 13, userBytes: 9, memoryCost: 6, visits: 8 },
    ...{ code: 14, codeWords: 9, extract: 6, exp: 6, shift: 9, signed: 6, mul: 9, modular: 7, logic: 10, add: 11 },
    fieldProduct: ABSENT,
  },
  {
    ...{ processor: 16, memory: 12, byteMemory: 10, copy: 8, digestWords: 10, compression: 11, sponge: 7, hashInput: 10 },
    ...{ keccak: 10, sha256: 6, recover: 6, curveMultiple: 6, curveChoice: 8, curveStep: 11, curveSum: 8, curveProduct: 10 },
    ...{ stackRest: 6, wordRange: 10, keys: 7, leaves: 7, tree: 9, user: 13, userBytes: 10, memoryCost: 6, visits: 8 },
    ...{ code: 14, codeWords: 9, extract: 6, exp: 6, shift: 10, signed: 6, mul: 10, modular: 7, logic: 11, add: 12 },
    fieldProduct: ABSENT,
  },
  USUAL,
  {
    ...{ processor: 17, memory: 13, byteMemory: 12, copy: 9, digestWords: 10, compression: 12, sponge: 9, hashInput: 11 },
    ...{ keccak: 12, sha256: 8, recover: 6, curveMultiple: 6, curveChoice: 10, curveStep: 13, curveSum: 10, curveProduct: 12 },
    ...{ stackRest: 6, wordRange: 12, keys: 9, leaves: 9, tree: 11, user: 14, userBytes: 11, memoryCost: 8, visits: 10 },
    ...{ code: 15, codeWords: 10, extract: 8, exp: 7, shift: 12, signed: 8, mul: 12, modular: 8, logic: 13, add: 13 },
    fieldProduct: ABSENT,
  },
  WITH_PAIRINGS,
  {
    ...{ processor: 18, memory: 14, byteMemory: 12, copy: 10, digestWords: 11, compression: 12, sponge: 9, hashInput: 12 },
    ...{ keccak: 13, sha256: 10, recover: 7, curveMultiple: 7, curveChoice: 11, curveStep: 14, curveSum: 11, curveProduct: 13 },
    ...{ stackRest: 7, wordRange: 12, keys: 10, leaves: 10, tree: 12, user: 15, userBytes: 12, memoryCost: 9, visits: 11 },
    ...{ code: 15, codeWords: 11, extract: 9, exp: 8, shift: 12, signed: 9, mul: 12, modular: 9, logic: 13, add: 13 },
    fieldProduct: ABSENT,
  },
];

/**
 * Profiles of a segment: for steps that do much of what is usual, and for those that do much of anything. A transaction that
 * spends `MAX_UNITS` on one thing has room in 32 segments of the latter, whatever that thing is (decision 238).
 */
export const SEGMENT_PROFILES: readonly RunProfile[] = [
  USUAL,
  {
    ...{ processor: 15, memory: 11, byteMemory: 12, copy: 14, digestWords: 10, compression: 14, sponge: 7, hashInput: 9 },
    ...{ keccak: 11, sha256: 13, recover: 6, curveMultiple: 6, curveChoice: 8, curveStep: 11, curveSum: 7, curveProduct: 8 },
    ...{ stackRest: 6, wordRange: 10, keys: 7, leaves: 7, tree: 13, user: 14, userBytes: 13, memoryCost: 13, visits: 8 },
    ...{ code: 15, codeWords: 10, extract: 13, exp: 13, shift: 13, signed: 12, mul: 13, modular: 13, logic: 13, add: 14 },
    fieldProduct: 12,
  },
];

/** The shape of proofs with a profile's tables. Throws RangeError where the system has no such proofs. */
export function profileShape(system: System, profile: RunProfile): Shape {
  const { minLogRows } = system.parameters;
  const heights = system.tables.map(({ air, fixedLogRows }) => fixedLogRows ?? profile[air.name] ?? minLogRows);
  const shape = createShape(system, heights);
  if (typeof shape === "number") {
    const name = system.tables[shape]?.air.name ?? "any";
    throw new RangeError(`${system.name} has no proofs with these heights: see table ${name}`);
  }
  return shape;
}

export function sizedProfile(system: System, heights: RunProfile): SizedProfile {
  return { heights, cells: cellsOf(system, profileShape(system, heights)) };
}

/** Cells of all tables, those included that fill them up; those that the key fixes are left out. */
export function cellsOf({ tables }: System, { logRows }: Shape): number {
  return tables.reduce((sum, { index, mainWidth, lookupWidth }) => {
    return sum + (mainWidth + lookupWidth) * rowCount(logRows[index] ?? ABSENT);
  }, 0);
}
