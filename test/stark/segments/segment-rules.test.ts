import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { FIRST_FOLD } from "../../../src/proofs/stark/segments/fold.ts";
import type { SegmentRule } from "../../../src/proofs/stark/constraints/segment-bounds.ts";
import { closeRun, joinParts, type RunPart, type RunProof, verifySegment } from "../../../src/proofs/stark/proofs/verify-run.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { answer, codeOf, forgedRun, fraction, provenRun, solve } from "./forged-run.ts";
import { lineInputs, lineSystem } from "./toy-line.ts";
import * as toy from "./toy-machine.ts";
import { toyParameters } from "./toy-parameters.ts";
import { checkRun } from "../check-traces.ts";

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());

const honest = toy.runMachine();
const said = toy.machineStatement(honest.before, honest.after);
/** Step 10 finds 777, which no step has left. */
const LYING_STEP = 10;
const lying = toy.runMachine({ lies: { [LYING_STEP]: { old: 777 } } });
const lyingSaid = toy.machineStatement(lying.before, lying.after);

/** Attempt of a forger, which succeeds only without the named rule. */
interface Forgery {
  readonly name: string;
  readonly rule: SegmentRule;
  readonly refusal: string;
  readonly attempt: (system: System) => Promise<string>;
}

const prove = async (system: System, inputs: readonly ProverInput[], statement = inputs[0]!.statement): Promise<string> =>
  answer(system, statement, await provenRun(system, inputs, backend));

/** Sum that the carried buses of some segments lack, in one message each. */
function missing(system: System, seed: Uint8Array, inputs: readonly ProverInput[]) {
  const { field } = system;
  const violations = checkRun(system, inputs, { limit: 10 });
  return violations.reduce((sum, violation) => {
    assert.ok(violation.kind === "bus");
    const bus = system.buses.find(({ name }) => name === violation.bus)!;
    const balance = violation.balance < 0 ? violation.balance + P : violation.balance;
    return field.add(sum, field.scale(fraction(system, seed, bus, violation.message), balance));
  }, field.zero);
}

/** A lie, and a memory of which free counts close the sum once the challenges are known. */
function mended(system: System, seed: Uint8Array, segment = 0): ProverInput[] {
  const cut = toy.cutMachine(lying, 2);
  const lack = missing(system, seed, toy.machineInputs(cut, lyingSaid));
  const row = cut[segment]!.places[4]!;
  const columns = Array.from({ length: toy.FREE }, (_, i) => fraction(system, seed, toy.FINAL, [row.place, i, row.last]));
  const places = [...cut[segment]!.places];
  places[4] = { ...row, uses: solve(columns, lack) };
  return toy.machineInputs(
    cut.map((rows, i) => (i === segment ? { ...rows, places } : rows)),
    lyingSaid,
  );
}

/** Place 2, whose words were left at steps 3, 7 and so on, is found at step 23 as if no step had been there. */
const reopened = toy.runMachine({ lies: { 23: { time: 0, old: 0 } } });
const reopenedSaid = toy.machineStatement(reopened.before, reopened.after);
const closedBefore = { time: 19, last: 3 + 7 + 11 + 15 + 19 };

const FORGERIES: readonly Forgery[] = [
  {
    name: "carried but not closed: a false read",
    rule: "carried sum",
    refusal: "CarriedSumMismatch",
    attempt: (system) => prove(system, toy.machineInputs(toy.cutMachine(lying, 2), lyingSaid)),
  },
  {
    name: "root not folded: adaptive filling after S",
    rule: "root in the fold",
    refusal: "SegmentRefused: SegmentFlagMismatch",
    attempt: async (system) => {
      const first = toy.machineInputs(toy.cutMachine(lying, 2), lyingSaid);
      return answer(system, lyingSaid, await forgedRun(system, first, backend, (seed) => mended(system, seed)));
    },
  },
  {
    name: "statement word after S",
    rule: "statement in the fold",
    refusal: "SegmentRefused: SegmentFlagMismatch",
    attempt: async (system) => {
      const cut = toy.cutMachine(lying, 2);
      let statement = lyingSaid;
      const proof = await forgedRun(system, toy.machineInputs(cut, lyingSaid), backend, (seed) => {
        const lack = missing(system, seed, toy.machineInputs(cut, lyingSaid));
        const columns = Array.from({ length: toy.FREE }, (_, i) => fraction(system, seed, toy.FINAL, [toy.PLACES, i, 0]));
        statement = toy.machineStatement(lying.before, lying.after, solve(columns, lack));
        return toy.machineInputs(cut, statement);
      });
      return answer(system, statement, proof);
    },
  },
  {
    name: "place opened in two segments",
    rule: "chain",
    refusal: "CarriedSumMismatch",
    attempt: (system) => {
      const [a, b] = toy.cutMachine(reopened, 2) as [toy.SegmentRows, toy.SegmentRows];
      const again = reopened.places[2]!;
      const places = [toy.placeRow(1, 0), again, ...toy.idlePlaces(50, 14)];
      places[2] = toy.placeRow(50, 47);
      const closed = a.places.map((row) => (row.place === 2 ? { ...row, ...closedBefore } : row));
      return prove(
        system,
        toy.machineInputs(
          [
            { ...a, places: closed },
            { ...b, places },
          ],
          reopenedSaid,
        ),
      );
    },
  },
  {
    name: "place opened by a ghost",
    rule: "ghost is silent",
    refusal: "CarriedSumMismatch",
    attempt: (system) => {
      const [zero, one, two, three] = reopened.places as [toy.PlaceRow, toy.PlaceRow, toy.PlaceRow, toy.PlaceRow];
      // No step accesses places below 0: place 2 is the last row of the first segment.
      const below = Array.from({ length: 13 }, (_, i) => toy.placeRow(i - 13, 0));
      const first = [...below, zero, one, { ...two, ...closedBefore }];
      const ghostsSpeak = system.definition.segments?.without?.includes("ghost is silent") === true;
      // All steps are in the first segment: the ghost of the last one would be heard as well.
      const { steps } = tallMachine(reopened);
      const rest = { steps: toy.idleSteps(toy.STEPS + 1, 16), places: [two, three, ...toy.idlePlaces(4, 14)] };
      return prove(system, toy.machineInputs([{ steps, places: first }, rest], reopenedSaid, { ghostsSpeak }));
    },
  },
  {
    name: "starts in the middle",
    rule: "first row opens",
    refusal: "SegmentRefused: ConstraintMismatch",
    attempt: (system) => {
      const run = toy.runMachine({ from: 9 });
      return prove(system, toy.machineInputs(toy.cutMachine(run, 2), toy.machineStatement(run.before, run.after)));
    },
  },
  {
    name: "stops before its end",
    rule: "last row closes",
    refusal: "SegmentRefused: ConstraintMismatch",
    attempt: (system) => {
      const run = toy.runMachine({ to: 16 });
      return prove(system, toy.machineInputs(toy.cutMachine(run, 2), toy.machineStatement(run.before, run.after)));
    },
  },
  {
    name: "two runs in one: a later segment opens, an earlier one closes",
    rule: "flags from the folds",
    refusal: "SegmentRefused: SegmentFlagMismatch",
    attempt: async (system) => {
      const whole = { opens: 1, closes: 1 };
      const flags = [
        { index: 1, ...whole },
        { index: 2, ...whole },
      ];
      const cut = [tallMachine(honest), tallMachine(honest)];
      const inputs = toy.machineInputs(cut, said, { flags });
      const run = await provenRun(system, inputs, backend);
      return joined(system, run, inputs);
    },
  },
  {
    name: "local bus balanced across segments",
    rule: "local sum",
    refusal: "SegmentRefused: LookupSumMismatch",
    attempt: (system) => {
      const inputs = toy.machineInputs(toy.cutMachine(honest, 2), said);
      // One answer of the range is given in the other segment.
      const uses = (i: number) => inputs[i]!.traces[3]![0]!;
      uses(0)[0]! -= 1;
      uses(1)[0]! += 1;
      return prove(system, inputs);
    },
  },
  {
    name: "adaptive filling of a segment that its successor does not follow",
    rule: "folds meet",
    refusal: "FoldsApart",
    attempt: async (system) => {
      const first = toy.machineInputs(toy.cutMachine(lying, 2), lyingSaid);
      const real = await provenRun(system, first, backend);
      const forged = await forgedRun(system, first, backend, (seed) => mended(system, seed));
      // The last segment is proven behind the fold of what was committed, and not of what was changed.
      return joined(system, { seed: real.seed, proofs: [forged.proofs[0]!, real.proofs[1]!] }, first, [
        FIRST_FOLD,
        partOf(system, real, first, 0, FIRST_FOLD).after,
      ]);
    },
  },
  {
    name: "p sends of counted rows over segments",
    rule: "load",
    refusal: "LoadTooLarge",
    attempt: (system) => {
      const { place, prior } = { place: (LYING_STEP - 1) % toy.PLACES, prior: lying.steps[LYING_STEP - 1 - toy.PLACES]! };
      const copy = { place, time: prior.clock, word: prior.word };
      // p − 1 = 127 · 2^24 copies of what step 6 left, which are one receive of it; and one of what step 10 finds.
      const many = (count: number): toy.ExtraRow[] => new Array<toy.ExtraRow>(count).fill({ ...copy, many: 1, one: 0 });
      const [a, b] = toy.cutMachine(lying, 2) as [toy.SegmentRows, toy.SegmentRows];
      const extra = [{ many: 0, one: 1, place, time: prior.clock, word: 777 }, ...many(63)];
      return prove(
        system,
        toy.machineInputs(
          [
            { ...a, extra },
            { ...b, extra: many(64) },
          ],
          lyingSaid,
        ),
      );
    },
  },
  {
    name: "clock past 2^29, here past the bound of a toy",
    rule: "clock",
    refusal: "ClockTooLong",
    attempt: (system) => prove(system, toy.machineInputs(toy.cutMachine(honest, 5), said)),
  },
];

/** A run in one segment, of twice the rows. */
function tallMachine({ steps, places }: toy.MachineRun): toy.SegmentRows {
  return {
    steps: [...steps, ...toy.idleSteps(toy.STEPS + 1, 32 - toy.STEPS)],
    places: [...places, ...toy.idlePlaces(toy.PLACES, 12)],
  };
}

function partOf(system: System, run: RunProof, inputs: readonly ProverInput[], i: number, before: Uint8Array): RunPart {
  const { statement, segment } = inputs[i]!;
  const result = verifySegment(system, statement, { ...segment!, seed: run.seed, before }, run.proofs[i]!);
  if (!result.ok) throw new Refused(`SegmentRefused: ${result.rejection.code}`);
  return result.part;
}

/** Verdict of a verifier of parts, which receives each segment's claimed start. */
function joined(
  system: System,
  run: RunProof,
  inputs: readonly ProverInput[],
  befores: readonly (Uint8Array | undefined)[] = [],
): string {
  try {
    let part: RunPart | undefined;
    for (const i of inputs.keys()) {
      const next = partOf(system, run, inputs, i, befores[i] ?? part?.after ?? FIRST_FOLD);
      const both = part === undefined ? ({ ok: true, part: next } as const) : joinParts(system, part, next);
      if (!both.ok) return codeOf(both.rejection);
      ({ part } = both);
    }
    const rejection = closeRun(system, part!);
    return rejection === undefined ? "accepted" : codeOf(rejection);
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

class Refused extends Error {}

const strict = await toy.machineSystem(backend);

describe("each rule of segments, left out, lets a forgery through that it stops", () => {
  for (const { name, rule, refusal, attempt } of FORGERIES) {
    it(`${name} (${rule})`, async () => {
      assert.equal(await attempt(await toy.machineSystem(backend, [rule])), "accepted", "without the rule");
      assert.equal(await attempt(strict), refusal, "with all rules");
    });
  }

  it("the same with a transcript of elements, of the rules that say what is folded", async () => {
    const parameters = { ...toyParameters(), hash: { kind: "poseidon" }, transcript: "poseidon" } as const;
    const byElements = await toy.machineSystem(backend, [], parameters);
    const folded = FORGERIES.filter(({ rule }) => rule.endsWith("in the fold"));
    assert.equal(folded.length, 2);
    for (const { rule, refusal, attempt } of folded) {
      assert.equal(await attempt(await toy.machineSystem(backend, [rule], parameters)), "accepted", rule);
      assert.equal(await attempt(byElements), refusal, rule);
    }
  });

  it("ghost without after (ghost has current columns)", async () => {
    const statement = Uint8Array.of(15, 77);
    const inputs = lineInputs(2, 15, 77);
    const attempt = async (system: System) => answer(system, statement, await provenRun(system, inputs, backend));
    assert.equal(await attempt(lineSystem(["ghost has current columns"])), "accepted");
    assert.equal(await attempt(lineSystem()), "CarriedSumMismatch");
  });

  it("has another key for a system without one of them", async () => {
    const weak = await toy.machineSystem(backend, ["load"]);
    assert.notDeepEqual(weak.verificationKeyDigest, strict.verificationKeyDigest);
  });
});

describe("parts of a run", () => {
  it("join of two runs: parts under different seeds, out of order, unopened or unclosed are refused", async () => {
    const inputs = toy.machineInputs(toy.cutMachine(honest, 3), said);
    const run = await provenRun(strict, inputs, backend);
    const parts: RunPart[] = [];
    for (const i of inputs.keys()) parts.push(partOf(strict, run, inputs, i, parts.at(-1)?.after ?? FIRST_FOLD));
    const [a, b, c] = parts as [RunPart, RunPart, RunPart];
    const code = (one: RunPart, two: RunPart): string => {
      const both = joinParts(strict, one, two);
      return both.ok ? "joined" : both.rejection.code;
    };
    assert.equal(code(a, b), "joined");
    assert.equal(code(a, { ...b, seed: FIRST_FOLD }), "OtherSeed");
    assert.equal(code(a, c), "FoldsApart");
    assert.equal(code(a, { ...b, first: 3 }), "IndexMismatch");
    assert.equal(closeRun(strict, b)?.code, "RunNotOpened");
    assert.equal(closeRun(strict, a)?.code, "RunNotClosed");
  });
});
