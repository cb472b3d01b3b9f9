import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { threadCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { checkProgram } from "../../../src/proofs/recursion/check-program.ts";
import type { Hints } from "../../../src/proofs/recursion/interpret.ts";
import { ofHub } from "../../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { hubStepHints } from "../../../src/proofs/recursion/nodes/hub-hints.ts";
import { hubFirstProgram, hubNextProgram } from "../../../src/proofs/recursion/nodes/hub-program.ts";
import type { HubStepInput } from "../../../src/proofs/recursion/nodes/hub-step.ts";
import type { Program } from "../../../src/proofs/recursion/program.ts";
import { cellsOf } from "../../../src/proofs/recursion/relation.ts";
import { sectionOf } from "../check-by-program.ts";
import { freeProgram } from "./free-program.ts";
import { elementwise, marked, Model, type ModelBatch, type ModelHub, type ModelStep, type Oddities, SLOTS } from "./hub-model.ts";
import {
  brokenRelation,
  brokenRule,
  changedAt,
  comparisons,
  type OwnHints,
  rulesOf,
  singleChanges,
  type Statements,
  without,
} from "./judged-rules.ts";

const backend = await createWasmBackend({ workers: 1 });
const part = { ...(await freeProgram(117, backend)), depth: 2 };
await backend.close();
const first = hubFirstProgram(part, SLOTS);
const next = hubNextProgram(part, SLOTS);
const rules = { first: rulesOf(first), next: rulesOf(next) };
const { compress } = threadCompressor();
const real = new Model(compress);

const NOBODY: ModelHub = { members: [], facts: [] };
const [ALPHA, BETA] = [271, 2 ** 31 + 300];
const ofAlpha: ModelBatch = { chainId: ALPHA, number: 4, fact: marked(500), imports: [] };
const alphaAgain: ModelBatch = { chainId: ALPHA, number: 5, fact: marked(501), imports: [] };
const ofBeta: ModelBatch = { chainId: BETA, number: 70_000, fact: marked(502), imports: [0, 1] };

/** Two batches of a chain, and one of another chain, which imports both facts. */
function history(model: Model): readonly [ModelStep, ModelStep, ModelStep] {
  const one = model.step(NOBODY, ofAlpha);
  const two = model.step(one.after, alphaAgain, one);
  return [one, two, model.step(two.after, ofBeta, two)];
}
const [one, two, three] = history(real);

function verdict(program: Program, step: Statements & { readonly input: HubStepInput }): string | undefined {
  return brokenRule(program, step, { hints: hubStepHints(step.input), compress });
}

describe("programs of a hub", () => {
  it("lead the hub from state to state, by one batch each, and are programs", () => {
    for (const { program } of [first, next]) checkProgram(program);
    assert.equal(verdict(rules.first, one), undefined);
    assert.equal(verdict(rules.next, two), undefined);
    assert.equal(verdict(rules.next, three), undefined);
    assert.deepEqual(three.statement.slice(34, 42), real.digest(NOBODY));
    assert.deepEqual(three.statement.slice(42, 50), real.digest(three.after));
    assert.equal(three.statement[2], 3);
  });

  it("take sixteen imports of one batch, and facts at any position before it", () => {
    const facts = Array.from({ length: 1000 }, (_, i) => marked(i));
    const imports = Array.from({ length: 16 }, (_, i) => 999 - 62 * i);
    assert.equal(verdict(rules.first, real.step({ ...one.after, facts }, { ...ofBeta, imports })), undefined);
    const many = real.step({ ...one.after, facts }, { ...ofBeta, imports });
    const seventeen = { ...many.input.member, imports: [...many.input.member.imports, ...many.input.member.imports.slice(0, 1)] };
    assert.throws(() => hubStepHints({ ...many.input, member: seventeen }), RangeError);
  });
});

/** The step with other input. */
function having(step: ModelStep, change: (input: HubStepInput) => HubStepInput): ModelStep {
  return { ...step, input: change(step.input) };
}

/** The hints with these words of a batch: the mask is the 37th. */
function withMask(step: ModelStep, mask: number): OwnHints {
  const { words, octets } = hubStepHints(step.input);
  return { hints: { words: words.with(36, [mask, 0, 0, 0, 0]), octets }, compress };
}

const RULE = {
  imports: "each imported fact is in the same state, and among the facts before",
  mask: "the mask of imported facts is in the same state",
  lastFact: "the last fact is in the state after the batch",
  before: "the hub's state before",
  after: "the hub's state after",
} as const;

describe("attack on programs of a hub", () => {
  it("batch data as hub fields: a batch instead of the aggregate before", () => {
    const [, batch = []] = three.children;
    const forged = real.step(two.after, ofBeta, {
      statement: ofHub(batch, { before: batch.slice(34, 42), after: batch.slice(42, 50) }),
    });
    assert.equal(verdict(rules.next, forged), "an aggregate is before the batch");
  });

  it("hub joined to a plain aggregate: no state of a hub is 0", () => {
    const zeros = new Array<number>(8).fill(0);
    const plain = { statement: ofHub(two.statement, { before: zeros, after: zeros }) };
    assert.equal(verdict(rules.next, real.step(two.after, ofBeta, plain)), RULE.before);
    const skipped = ofHub(two.statement, { before: two.statement.slice(34, 42), after: one.statement.slice(42, 50) });
    assert.equal(verdict(rules.next, real.step(two.after, ofBeta, { statement: skipped })), RULE.before);
  });

  it("left hint: a hint that is hashed first as the left operand is refused by the checker", () => {
    const { program } = first;
    const named = new Set<number>();
    const pairs = rules.first.relations.flatMap((own, i) => {
      const other = program.relations[i + 1];
      const isNew = own.kind === "compress" && !named.has(own.right);
      for (const { memory, cell } of cellsOf(own)) if (memory === "octet") named.add(cell);
      const isMirrored = isNew && other?.kind === "compress" && other.left === own.right && other.right === own.left;
      return isMirrored ? [{ i, swapped: [other, own] }] : [];
    });
    assert.equal(pairs.length, 24 + 32 + 1, "siblings of the next fact and of the member's leaf, and this leaf");
    for (const { i, swapped } of [pairs[0]!, pairs[25]!, pairs[56]!]) {
      const other = { ...program, relations: program.relations.toSpliced(i, 2, ...swapped) };
      assert.throws(() => checkProgram(other), { code: "ReadBeforeWritten" });
    }
  });

  it("mask below the imports: a batch hides a fact that its state has", () => {
    assert.equal(brokenRule(rules.next, three, withMask(three, 1)), RULE.mask);
    assert.equal(brokenRule(rules.next, three, withMask(three, 0)), RULE.mask);
    assert.equal(brokenRule(rules.next, three, withMask(three, 3)), undefined);
  });

  it("free limb: of the chain's id, of the mask, of the count", () => {
    const odd = (oddities: Oddities): ModelStep => real.step(two.after, ofBeta, two, oddities);
    const cases: readonly (readonly [Oddities, string])[] = [
      [{ chainId: [300, 2 ** 15, 1, 0] }, "the chain's id has two limbs"],
      [{ chainId: [300, 2 ** 15, 0, 1] }, "the chain's id has two limbs"],
      [{ chainId: [300 + 2 ** 16, 2 ** 15, 0, 0] }, "the chain's id has two limbs"],
      [{ chainId: [300, 3 * 2 ** 15, 0, 0] }, "the chain's id has two limbs"],
      [{ mask: [3, 0] }, RULE.mask],
      [{ mask: [3, 2] }, RULE.mask],
    ];
    for (const [oddities, rule] of cases) assert.equal(verdict(rules.next, odd(oddities)), rule, JSON.stringify(oddities));
    const mask = odd({ mask: [3 + 2 ** 16, 1] });
    assert.equal(brokenRule(rules.next, mask, withMask(mask, 3 + 2 ** 16)), RULE.imports);
  });

  it("fact of the same step: a batch cannot import the fact about itself", () => {
    const itself = { ...two.after, facts: [...two.after.facts, ofBeta.fact] };
    const selfish = real.step(two.after, { ...ofBeta, imports: [2] }, two, { imported: itself });
    assert.equal(verdict(rules.next, selfish), RULE.imports);
    const later = real.step(itself, { ...alphaAgain, number: 6, imports: [2] });
    assert.equal(verdict(rules.first, later), undefined, "the batch after it can");
  });

  it("stale `recent`: a slot of another state counts for nothing, nor does one that the mask leaves out", () => {
    const other = real.step(two.after, { ...ofBeta, imports: [1, 0] }, two);
    const stale = having(three, (input) => {
      const [own] = input.member.imports;
      return { ...input, member: { ...input.member, imports: [own!, other.input.member.imports[0]!] } };
    });
    assert.equal(verdict(rules.next, stale), RULE.imports);
    const unknown = { ...two.after, facts: [two.after.facts[0]!, marked(999)] };
    const left = having(real.step(two.after, ofBeta, two, { imported: unknown, mask: [1, 1] }), (input) => {
      const imports = input.member.imports.map((own, i) => ({ ...own, fact: three.input.member.imports[i]!.fact }));
      return { ...input, member: { ...input.member, imports } };
    });
    assert.equal(brokenRule(rules.next, left, withMask(left, 1)), undefined);
    const counted = real.step(two.after, ofBeta, two, { imported: unknown });
    assert.equal(verdict(rules.next, counted), RULE.imports);
  });

  it("unlike siblings: no other leaf changes with the member's", () => {
    const [alpha] = two.after.members;
    const robbed = { ...three.after, members: [{ ...alpha!, nextBatch: 1 }, ...three.after.members.slice(1)] };
    const statement = ofHub(three.statement, { before: three.statement.slice(34, 42), after: real.digest(robbed) });
    assert.equal(verdict(rules.next, { ...three, statement }), RULE.after);
    const siblings = real.members(robbed).path(BETA);
    const shown = having(three, (input) => ({ ...input, leaf: { ...input.leaf, siblings } }));
    assert.equal(verdict(rules.next, { ...shown, statement }), RULE.before);
    const facts = real.facts([marked(1), ...three.after.facts.slice(1)]);
    const forgotten = having(three, (input) => ({ ...input, facts: { ...input.facts, siblings: facts.path(2) } }));
    assert.equal(verdict(rules.next, forgotten), RULE.imports, "the facts before are others then");
  });

  it("index beyond count: that leaf is empty", () => {
    for (const position of [2, 3, 2 ** 24, 2 ** 24 + 1]) {
      const beyond = having(three, (input) => {
        const [own, other] = input.member.imports;
        return { ...input, member: { ...input.member, imports: [own!, { ...other!, fact: { ...other!.fact, position } }] } };
      });
      assert.equal(verdict(rules.next, beyond), RULE.imports);
    }
    for (const count of [1, 3, 2 ** 16 + 2, 2 ** 24 + 2]) {
      const step = having(three, (input) => ({ ...input, facts: { ...input.facts, count } }));
      assert.notEqual(verdict(rules.next, step), undefined);
    }
  });

  it("chain twice: the second batch replaces the leaf of the first", () => {
    const twice = having(two, (input) => ({ ...input, leaf: one.input.leaf }));
    assert.equal(verdict(rules.next, twice), RULE.before);
    const both = real.step(two.after, alphaAgain, two);
    assert.equal(verdict(rules.next, both), undefined, "L1 decides which of two equal batches counts");
  });

  it("stale fact: the last fact is the one in the state after the batch", () => {
    const statement = ofHub(two.statement, {
      before: two.statement.slice(34, 42),
      after: real.digest({ ...two.after, facts: [marked(500), marked(500)] }),
    });
    assert.equal(verdict(rules.next, { ...two, statement }), RULE.after);
    const older = having(two, (input) => ({
      ...input,
      member: { ...input.member, lastFact: { ...input.member.lastFact, value: marked(500) } },
    }));
    assert.equal(verdict(rules.next, { ...older, statement }), RULE.lastFact);
  });
});

/** Steps over a compression that changes element by element, so that each comparison can fail alone. */
const loose = new Model(elementwise);

const ALL = Array.from({ length: 16 }, (_, i) => i);
const FACTS = 17;
/** Index of the count among the words of hints. */
const COUNT_AT = 61;

/** A step with sixteen imports: alone, or after an aggregate that ends with the same state. */
function looseSteps(name: "first" | "next", odd: Oddities = {}): ModelStep {
  const facts = Array.from({ length: FACTS }, (_, i) => marked(600 + i));
  const hub: ModelHub = { members: [{ chainId: ALPHA, nextBatch: 5, root: marked(8), lastFact: marked(9) }], facts };
  const batch = { ...ofBeta, imports: ALL };
  if (name === "first") return loose.step(hub, batch, undefined, odd);
  const { statement } = loose.step(NOBODY, ofAlpha);
  return loose.step(hub, batch, { statement: ofHub(statement, { before: marked(7), after: loose.digest(hub, odd.count) }) }, odd);
}

/** Batches and states that only one relation refuses. */
const ODDITIES: readonly Oddities[] = [
  { version: [4, 2] },
  { version: [3, 3] },
  { chainId: [300, 2 ** 15, 1, 0] },
  { chainId: [300, 2 ** 15, 0, 1] },
  { chainId: [300 + 2 ** 16, 2 ** 15, 0, 0] },
  { chainId: [300, 3 * 2 ** 15, 0, 0] },
  { mask: [2 ** 16 + 2 ** 16 - 1, 1] },
];

/** Statements and hints that differ from an honest step's in few elements. */
function changedSteps(name: "first" | "next"): (Statements & { readonly hints: Hints })[] {
  const step = looseSteps(name);
  const hints = hubStepHints(step.input);
  const changes = singleChanges(step).map((change) => ({ ...changedAt(step, change), hints }));
  const words = hints.words.map((word, at) => ({
    ...step,
    hints: { ...hints, words: hints.words.with(at, [word[0]! + 1, 0, 0, 0, 0]) },
  }));
  const octets = lastSiblings().flatMap((at) =>
    ALL.slice(0, 8).map((element) => {
      const octet = hints.octets[at]!;
      return { ...step, hints: { ...hints, octets: hints.octets.with(at, octet.with(element, octet[element]! + 1)) } };
    }),
  );
  const odd = ODDITIES.map((oddities) => {
    const own = looseSteps(name, oddities);
    const { words: honest, octets: all } = hubStepHints(own.input);
    const [mask = honest[36]![0]!] = oddities.mask ?? [];
    return { ...own, hints: { words: honest.with(36, [mask, 0, 0, 0, 0]), octets: all } };
  });
  return [...changes, ...words, ...octets, ...odd, ...oddCounts(name)];
}

/** Indexes of the uppermost siblings of paths among the octets of hints. */
function lastSiblings(): number[] {
  const [mask, append] = [32 + 32, 32 + 32 + 24];
  return [mask, ...ALL.flatMap((i) => [append + 57 * i + 33, append + 57 * i + 57])];
}

/** Counts that no hub has: larger limbs, and the last number of 24 bits. */
function oddCounts(name: "first" | "next"): (Statements & { readonly hints: Hints })[] {
  return [
    [FACTS + 2 ** 16, 0],
    [FACTS, 2 ** 9],
    [2 ** 16 - 1, 2 ** 8 - 1],
  ].map(([low = 0, high = 0]) => {
    const own = looseSteps(name, { count: [low, high] });
    const { words, octets } = hubStepHints(own.input);
    const counted = [low, high].map((limb) => [limb, 0, 0, 0, 0]);
    return { ...own, hints: { words: words.toSpliced(COUNT_AT, 2, ...counted), octets } };
  });
}

describe("the rules of programs of a hub", () => {
  for (const name of ["first", "next"] as const)
    it(`are all needed (${name}): without any one of their relations a step is accepted that does not follow`, () => {
      const program = rules[name];
      const honest = looseSteps(name);
      assert.equal(brokenRelation(program, honest, { hints: hubStepHints(honest.input), compress: elementwise }), undefined);
      const needed = new Set<number>();
      for (const { hints, ...own } of changedSteps(name)) {
        const broken = brokenRelation(program, own, { hints, compress: elementwise });
        if (broken === undefined || needed.has(broken)) continue;
        if (brokenRelation(without(program, broken), own, { hints, compress: elementwise }) === undefined) needed.add(broken);
      }
      assert.deepEqual(
        comparisons(program)
          .filter((relation) => !needed.has(relation) && !comparesNothing(program, relation))
          .map((relation) => `${sectionOf(program, relation).title}: ${JSON.stringify(program.relations[relation])}`),
        [],
      );
    });
});

/** The relation that only reads the hash of hints which nothing else hashes. */
function comparesNothing({ relations }: Program, relation: number): boolean {
  const own = relations[relation];
  return own?.kind === "pack" && own.words.every((word) => word === undefined);
}
