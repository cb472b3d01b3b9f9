import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import type { ProofSection } from "../../../../src/proofs/stark/openings/proof.ts";
import { verify } from "../../../../src/proofs/stark/proofs/verify.ts";
import { createRandom } from "./random.ts";

/** Statement and proof with one change. */
interface Mutation {
  readonly title: string;
  readonly encoded: Uint8Array;
  readonly proof: Uint8Array;
}

type Random = ReturnType<typeof createRandom>;

/**
 * Changed proofs, from a seed: each section of the proof is changed as often as any other. One of eight is shorter or longer, has
 * two parts exchanged, or another statement.
 */
export function mutationsOf(system: System, encoded: Uint8Array, proof: Uint8Array, count: number, seed: number): Mutation[] {
  let sections: readonly ProofSection[] = [];
  verify(system, encoded, proof, { onSections: (all) => (sections = all) });
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i): Mutation => {
    if (i % 8 === 7) return rarer(encoded, proof, sections, random);
    const { name, offset, length } = sections[i % sections.length] ?? { name: "", offset: 0, length: 1 };
    const changed = proof.slice();
    const position = offset + random.below(length);
    changed[position] = differing(changed[position], random);
    return { title: `${name}, byte ${position - offset}`, encoded, proof: changed };
  });
}

function rarer(encoded: Uint8Array, proof: Uint8Array, sections: readonly ProofSection[], random: Random): Mutation {
  const kind = random.below(4);
  if (kind === 0) {
    const length = random.below(proof.length);
    return { title: `first ${length} bytes`, encoded, proof: proof.slice(0, length) };
  }
  if (kind === 1)
    return { title: "spare bytes", encoded, proof: Uint8Array.of(...proof, ...new Uint8Array(1 + random.below(40))) };
  if (kind === 2) {
    const statement = encoded.slice();
    const position = random.below(statement.length);
    statement[position] = differing(statement[position], random);
    return { title: `statement, byte ${position}`, encoded: statement, proof };
  }
  const [one, other] = [sections[random.below(sections.length)], sections[random.below(sections.length)]];
  const changed = proof.slice();
  const length = Math.min(one?.length ?? 1, other?.length ?? 1);
  const [from, to] = [one?.offset ?? 0, other?.offset ?? 0];
  changed.copyWithin(to, from, from + length);
  if (changed.every((byte, i) => byte === proof[i])) changed[to] = differing(changed[to], random);
  return { title: `${one?.name} over ${other?.name}`, encoded, proof: changed };
}

function differing(byte = 0, random: Random): number {
  return (byte + 1 + random.below(255)) % 256;
}
