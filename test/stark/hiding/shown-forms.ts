import assert from "node:assert/strict";

import { add, inv, mul, P, sub } from "../../../src/proofs/field/koala-bear.ts";
import { packedLength, unpackElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import type { TranscriptFactory } from "../../../src/proofs/stark/transcripts/transcript.ts";
import { createRandom } from "../../contracts/verifier/support/random.ts";

/** Challenges and positions that depend on nothing, the same for every proof. */
export function fixedChallenges(seed: number, queryCount: number, domain: number): TranscriptFactory {
  const random = createRandom(seed);
  const positions = new Set<number>();
  while (positions.size < queryCount) positions.add(random.below(domain));
  const queries = [...positions].sort((a, b) => a - b);
  const labels = new Map<string, readonly number[]>();
  return (degree) => ({
    absorb: () => undefined,
    challenge: (label) => {
      const known = labels.get(label) ?? Array.from({ length: degree }, () => random.below(P));
      labels.set(label, known);
      return known;
    },
    grindingSeed: () => new Uint8Array(32),
    grind: () => 64,
    queries: () => queries,
  });
}

/** Elements that a proof shows: opened values, rows and the last polynomial. Digests, the nonce and fixed columns are left out. */
export async function shownElements(
  system: System,
  input: ProverInput,
  backend: Backend,
  { masks, createTranscript }: { readonly masks: Uint32Array; readonly createTranscript: TranscriptFactory },
): Promise<{ readonly shown: number[]; readonly taken: number }> {
  let taken = 0;
  const source = { elements: (count: number) => masks.slice(taken, (taken += count)) };
  const proof = await prove(system, input, backend, { masks: source, createTranscript });
  let sections: readonly ProofSection[] = [];
  const verdict = verify(system, input.statement, proof, { createTranscript, onSections: (all) => (sections = all) });
  assert.deepEqual(verdict, { ok: true });
  const shown = sections.flatMap(({ name, offset, length }): readonly number[] => {
    const bytes = proof.subarray(offset, offset + length);
    if (/^openings/.test(name)) return openedElements(system, bytes, name === "openingsAtNext");
    if (name === "finalPolynomial") return elementsOf(bytes, system.parameters.extensionDegree);
    const [, tree] = /^tree\[(\d)\]\.rows/.exec(name) ?? [];
    if (tree === undefined || tree === "0") return []; // tree 0 is of preprocessed columns
    return rowElements(
      bytes,
      tree === "1" ? (system.tables[0]?.mainWidth ?? 0) : system.chunkCount * system.field.degree,
      system,
    );
  });
  return { shown, taken };
}

function openedElements({ tables, field, chunkCount }: System, bytes: Uint8Array, isNext: boolean): number[] {
  const [table] = tables;
  const count = isNext
    ? (table?.mainNextWidth ?? 0)
    : (table?.preprocessedWidth ?? 0) + (table?.mainWidth ?? 0) + chunkCount * field.degree;
  assert.equal(bytes.length, field.degree * packedLength(count, 8));
  return Array.from({ length: field.degree }, (_, c) => {
    const length = packedLength(count, 8);
    const row = unpackElements(bytes.subarray(c * length, (c + 1) * length), count, 8) ?? [];
    return isNext ? row : row.slice(table?.preprocessedWidth);
  }).flat();
}

function rowElements(bytes: Uint8Array, width: number, { parameters }: System): number[] {
  const length = packedLength(width, 8);
  assert.equal(bytes.length, length * parameters.queryCount);
  return Array.from({ length: parameters.queryCount }, (_, q) =>
    Array.from(unpackElements(bytes.subarray(q * length, (q + 1) * length), width, 8) ?? []),
  ).flat();
}

/** Extension elements in sequence. */
function elementsOf(bytes: Uint8Array, degree: number): number[] {
  const length = packedLength(degree, degree);
  return Array.from({ length: bytes.length / length }, (_, i) =>
    Array.from(unpackElements(bytes.subarray(i * length, (i + 1) * length), degree, degree) ?? []),
  ).flat();
}

export function difference(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => sub(value, b[i] ?? 0));
}

/** Rank over the base field. */
export function rankOf(rows: readonly (readonly number[])[]): number {
  const left = rows.map((row) => [...row]);
  let rank = 0;
  for (let column = 0; column < (left[0]?.length ?? 0) && rank < left.length; column++) {
    const at = left.findIndex((row, i) => i >= rank && row[column] !== 0);
    const pivot = left[at];
    const first = left[rank];
    if (pivot === undefined || first === undefined) continue;
    [left[rank], left[at]] = [pivot, first];
    const scale = inv(pivot[column] ?? 0);
    for (const row of left.slice(rank + 1)) {
      const factor = mul(row[column] ?? 0, scale);
      if (factor === 0) continue;
      for (let k = column; k < row.length; k++) row[k] = add(row[k] ?? 0, mul(P - factor, pivot[k] ?? 0));
    }
    rank += 1;
  }
  return rank;
}
