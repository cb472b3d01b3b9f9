import type { Hints } from "../interpret.ts";
import { OCTET_ELEMENTS, WORD_ELEMENTS } from "../relation.ts";
import { HUB_DEPTHS, type HubStepInput, MAX_IMPORTED_FACTS } from "./hub-step.ts";

const ZEROS: readonly number[] = new Array<number>(OCTET_ELEMENTS).fill(0);

/** Slots that no import uses: any leaf is accepted for them. */
const UNUSED: HubStepInput["member"]["imports"][number] = {
  slot: { index: 0, nextKey: ZEROS, value: ZEROS, siblings: new Array<typeof ZEROS>(HUB_DEPTHS.state).fill(ZEROS) },
  fact: { position: 0, siblings: new Array<typeof ZEROS>(HUB_DEPTHS.facts).fill(ZEROS) },
};

/** Hints of the step of a hub's state, as `writeHubStep` reads them one by one. Throws RangeError for more than 16 imports. */
export function hubStepHints({ member, leaf, facts }: HubStepInput): Hints {
  const { length } = member.imports;
  if (length > MAX_IMPORTED_FACTS) throw new RangeError(`a batch imports ${length} facts, and ${MAX_IMPORTED_FACTS} at most`);
  const imports = Array.from({ length: MAX_IMPORTED_FACTS }, (_, i) => member.imports[i] ?? UNUSED);
  const openings = [member.lastFact, member.factMask, ...imports.map(({ slot }) => slot)];
  const [held, above] = [leaf.siblings.slice(0, 1), leaf.siblings.slice(1)];
  return {
    words: [
      ...openings.flatMap(({ index }) => limbs(index)),
      2 ** length - 1,
      ...member.lastFact.nextKey,
      ...ZEROS.with(0, member.leafCount),
      ...member.factMask.nextKey,
      ...limbs(facts.count),
      ...imports.flatMap(({ slot, fact }) => [...slot.nextKey, fact.position]),
    ].map(word),
    octets: [
      ...[member.lastFact.value, ...member.lastFact.siblings],
      ...member.factMask.siblings,
      ...facts.siblings,
      ...imports.flatMap(({ slot, fact }) => [slot.value, ...slot.siblings, ...fact.siblings]),
      ...[...held, leaf.before, ...above],
    ],
  };
}

/** Limbs of 16 bits of a number below 2^32, the lowest first. */
function limbs(number: number): number[] {
  return [number % 2 ** 16, Math.floor(number / 2 ** 16)];
}

function word(element: number): number[] {
  return [element, ...new Array<number>(WORD_ELEMENTS - 1).fill(0)];
}
