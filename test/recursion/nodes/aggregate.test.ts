import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { digestFromHex, elementsFromBytes } from "../../../src/ground/protocol/digest.ts";
import { evaluateCoefficients, type Quintic } from "../../../src/ground/protocol/evaluation.ts";
import { fromHex } from "../../../src/ground/protocol/hex.ts";
import { aggregateProgram, compressProgram } from "../../../src/proofs/recursion/nodes/aggregate-program.ts";
import {
  aggregateOf,
  firstStart,
  joinedAggregates,
  ofHub,
  startBehind,
  wrappedOf,
} from "../../../src/proofs/recursion/nodes/aggregate-statement.ts";
import { itemsOf, readHashVectors } from "../../protocol/hash-vectors.ts";
import { elementsOf } from "./batch-elements.ts";
import { freeProgram } from "./free-program.ts";
import { PROGRAMS } from "./statements.ts";
import {
  brokenRelation,
  brokenRule,
  changedAt,
  comparisons,
  rulesOf,
  singleChanges,
  type Statements,
  without,
} from "./judged-rules.ts";

const backend = await createWasmBackend({ workers: 1 });
const part = { ...(await freeProgram(117, backend)), depth: 2 };
await backend.close();

const VECTORS = readHashVectors().aggregates.map((vector) => ({
  batches: itemsOf(vector).map(elementsOf),
  digest: [...digestFromHex(vector.digest)],
  point: elementsFromBytes(fromHex(vector.point, 20)),
  evaluation: elementsFromBytes(fromHex(vector.evaluation, 20)),
}));
const several = VECTORS.find(({ batches }) => batches.length > 2);
assert.ok(several !== undefined);
const { batches, point } = several;
const [first = [], second = [], third = []] = batches;
const start = firstStart(3);

/** Statement of a batch's program. */
const said = (batch: readonly number[]): number[] => [...batch, ...new Array<number>(9).fill(0)];
const behind = (batches: readonly (readonly number[])[], start: Parameters<typeof aggregateOf>[1]): number[] =>
  aggregateOf(batches, start, point, PROGRAMS);

const NO_HUB = new Array<number>(8).fill(0).join();

/** State of the reference computation, which is independent of the programs. */
interface Seen {
  readonly count: number;
  readonly digest: string;
  readonly evaluation: string;
  /** State of a hub, zeros without one. */
  readonly hub: string;
}

/** True if the statement aggregates its parts. */
function isAggregate(statement: readonly number[], children: readonly (readonly number[])[]): boolean {
  const name = statement.slice(0, 2).join();
  const own = (at: number, count: number): string => statement.slice(at, at + count).join();
  const known = { rho: statement.slice(29, 34), programs: own(109, 8) };
  const begun: Seen = { count: 0, digest: own(3, 8), evaluation: own(19, 5), hub: own(34, 8) };
  const seen = seenBehind(begun, children, known);
  if (seen === undefined || !children.every((part) => part.slice(0, 2).join() === name)) return false;
  const isWhole = statement[108] === 1 && statement.slice(50, 108).every((element) => element === 0);
  if (seen.hub !== own(42, 8)) return false;
  return isWhole && seen.count === statement[2] && seen.digest === own(11, 8) && seen.evaluation === own(24, 5);
}

/** Whether the statement is L1's of what one part says. */
function isForL1(statement: readonly number[], children: readonly (readonly number[])[]): boolean {
  const { digest, evaluation } = firstStart(statement[0] ?? 0);
  const rho = statement.slice(9, 14);
  const begun: Seen = { count: 0, digest: digest.join(), evaluation: evaluation.join(), hub: statement.slice(19, 27).join() };
  const seen = seenBehind(begun, children, { rho, programs: PROGRAMS.join() });
  const hubBefore = begun.hub;
  return (
    seen !== undefined && [seen.count, seen.digest, rho.join(), seen.evaluation, hubBefore, seen.hub].join() === statement.join()
  );
}

interface Known {
  readonly rho: readonly number[];
  readonly programs: string;
}

function seenBehind(begun: Seen, children: readonly (readonly number[])[], known: Known): Seen | undefined {
  return children.reduce<Seen | undefined>((seen, child) => {
    // No admitted program says 2: it has what is between both.
    if (seen === undefined || (child[108] ?? 0) > 1) return undefined;
    return child[108] === 0 ? withBatch(seen, child.slice(0, 108), known.rho) : withAggregate(seen, child, known);
  }, begun);
}

function withBatch({ count, digest, evaluation, hub }: Seen, batch: readonly number[], rho: readonly number[]): Seen | undefined {
  if (hub !== NO_HUB) return undefined;
  const padded = (length: number): number[] => [...batch, ...new Array<number>(length - batch.length).fill(0)];
  const elements = padded(112);
  let chain = digest.split(",").map(Number);
  for (let i = 0; i < 112; i += 8) chain = compress(16, chain, elements.slice(i, i + 8));
  const coefficients = Array.from({ length: 22 }, (_, i) => padded(110).slice(5 * i, 5 * i + 5) as unknown as Quintic);
  const start = evaluation.split(",").map(Number) as unknown as Quintic;
  const value = evaluateCoefficients([start, ...coefficients], rho as unknown as Quintic);
  return { count: count + 1, digest: chain.join(), evaluation: value.join(), hub };
}

function withAggregate(
  { count, digest, evaluation, hub }: Seen,
  part: readonly number[],
  { rho, programs }: Known,
): Seen | undefined {
  const own = (at: number, length: number): string => part.slice(at, at + length).join();
  if (own(34, 8) !== hub) return undefined;
  if (own(29, 5) !== rho.join() || own(3, 8) !== digest || own(19, 5) !== evaluation || own(109, 8) !== programs)
    return undefined;
  return { count: count + (part[2] ?? 0), digest: own(11, 8), evaluation: own(24, 5), hub: own(42, 8) };
}

function ofOtherVersion(batch: readonly number[], limb: number): readonly number[] {
  return batch.with(limb, (batch[limb] ?? 0) + 1);
}

interface JudgedAggregate {
  readonly rules: ReturnType<typeof rulesOf>;
  readonly honest: readonly Statements[];
  readonly holds: (statement: readonly number[], children: readonly (readonly number[])[]) => boolean;
  /** Statements that only one rule refuses, and that no change of a single element yields. */
  readonly forged: readonly Statements[];
}

const left = behind([first, second], start);
const right = behind([third], startBehind(left));

/** Aggregates of a hub: from a state to another, and from there to a third. */
const STATES = [8000, 8100, 8200].map((mark) => Array.from({ length: 8 }, (_, i) => mark + i)) as [number[], number[], number[]];
const hubLeft = ofHub(left, { before: STATES[0], after: STATES[1] });
const hubRight = ofHub(right, { before: STATES[1], after: STATES[2] });

const NODES: Readonly<Record<string, JudgedAggregate>> = {
  "an aggregate": {
    rules: rulesOf(aggregateProgram(part)),
    honest: [
      { statement: left, children: [said(first), said(second)] },
      { statement: joinedAggregates([left, right]), children: [left, right] },
      { statement: joinedAggregates([left, right]), children: [left, said(third)] },
      { statement: joinedAggregates([hubLeft, hubRight]), children: [hubLeft, hubRight] },
    ],
    holds: isAggregate,
    forged: [0, 1].flatMap((limb): Statements[] => {
      const [low, high, other] = [first, second, third].map((batch) => ofOtherVersion(batch, limb)) as [
        number[],
        number[],
        number[],
      ];
      const statement = behind([low, second], start).with(limb, second[limb] ?? 0);
      return [
        { statement: behind([first, high], start), children: [said(first), said(high)] },
        { statement, children: [said(low), said(second)] },
        { statement: joinedAggregates([left, behind([other], startBehind(left))]), children: [left, said(other)] },
      ];
    }),
  },
  "a proof for L1": {
    rules: rulesOf(compressProgram(part, PROGRAMS)),
    honest: [
      { statement: wrappedOf(joinedAggregates([left, right])), children: [joinedAggregates([left, right])] },
      { statement: wrappedOf(behind([first], firstStart(1))), children: [said(first)] },
      { statement: wrappedOf(joinedAggregates([hubLeft, hubRight])), children: [joinedAggregates([hubLeft, hubRight])] },
    ],
    holds: isForL1,
    // as of three batches, whose digest begins with their count
    forged: [
      {
        statement: wrappedOf(behind([first, second], firstStart(3))).with(0, 3),
        children: [behind([first, second], firstStart(3))],
      },
    ],
  },
};

for (const [name, { rules, honest, holds, forged }] of Object.entries(NODES)) {
  describe(`the rules of ${name}`, () => {
    const others = [...honest.flatMap((own) => singleChanges(own).map((changes) => changedAt(own, changes))), ...forged];

    it("accept statements that follow from each other, and refuse each element that is another, as the native check does", () => {
      for (const own of honest) {
        assert.equal(holds(own.statement, own.children), true);
        assert.equal(brokenRule(rules, own), undefined);
      }
      for (const { statement, children } of others) {
        const verdict = brokenRule(rules, { statement, children });
        assert.equal(verdict === undefined, holds(statement, children), verdict);
      }
    });

    it("are all needed: without any one of their relations a statement is accepted that does not follow", () => {
      const needed = new Set<number>();
      for (const changed of others) {
        const broken = brokenRelation(rules, changed);
        if (broken !== undefined && brokenRelation(without(rules, broken), changed) === undefined) needed.add(broken);
      }
      assert.deepEqual(
        comparisons(rules)
          .filter((relation) => !needed.has(relation))
          .map((relation) => JSON.stringify(rules.relations[relation])),
        [],
      );
    });
  });
}

describe("aggregates", () => {
  const rules = rulesOf(aggregateProgram(part));

  it("result in the digest and the evaluation of an independent derivation, up to 64 batches", () => {
    for (const { batches: own, digest, point: rho, evaluation } of VECTORS) {
      const aggregate = aggregateOf(own, firstStart(own.length), rho, PROGRAMS);
      assert.deepEqual(wrappedOf(aggregate), [own.length, ...digest, ...rho, ...evaluation, ...new Array<number>(16).fill(0)]);
    }
  });

  it("hold batches in any order and twice, but say so: another order is another statement", () => {
    for (const children of [
      [second, first],
      [first, first],
    ]) {
      assert.equal(brokenRule(rules, { statement: behind(children, start), children: children.map(said) }), undefined);
      assert.notEqual(brokenRule(rules, { statement: left, children: children.map(said) }), undefined);
    }
  });

  it("have batches of one version", () => {
    const children = [first, second.with(0, (second[0] ?? 0) + 1)];
    assert.equal(brokenRule(rules, { statement: behind(children, start), children: children.map(said) }), "one version (second)");
  });

  it("leave no batch out, and count none twice, where they are joined", () => {
    const gap = behind([third], startBehind(behind([first], start)));
    for (const children of [
      [left, gap],
      [right, left],
      [left, left],
    ])
      assert.equal(
        brokenRule(rules, { statement: joinedAggregates(children), children }),
        "begins with the digest of the batches before it (second)",
      );
  });

  it("are of programs that one digest admits", () => {
    const other = aggregateOf([third], startBehind(left), point, PROGRAMS.with(2, 0));
    const statement = joinedAggregates([left, right]);
    assert.equal(
      brokenRule(rules, { statement, children: [left, other] }),
      "programs of programs are admitted by one digest (second)",
    );
    const forL1 = rulesOf(compressProgram(part, PROGRAMS));
    const all = aggregateOf([first], firstStart(1), point, PROGRAMS.with(2, 0));
    assert.equal(
      brokenRule(forL1, { statement: wrappedOf(all), children: [all] }),
      "programs of programs are admitted by one digest (all)",
    );
  });

  it("hub joined to a plain aggregate, to a batch, or to a later state: refused", () => {
    const hub = ofHub(left, { before: STATES[0], after: STATES[1] });
    const later = ofHub(right, { before: STATES[2], after: STATES[2] });
    for (const [part, after] of [
      [right, STATES[1]],
      [said(third), STATES[1]],
      [later, STATES[2]],
    ] as const) {
      const statement = ofHub(joinedAggregates([left, right]), { before: STATES[0], after });
      assert.equal(brokenRule(rules, { statement, children: [hub, part] }), "begins with the hub's state (second)");
    }
    const plain = {
      statement: ofHub(joinedAggregates([left, right]), { before: STATES[0], after: STATES[1] }),
      children: [left, right],
    };
    assert.equal(brokenRule(rules, plain), "begins with the hub's state (first)");
  });

  it("batch data as hub fields: a batch is in no hub, whatever its elements are", () => {
    const own = ofHub(behind([first, second], start), { before: first.slice(34, 42), after: first.slice(42, 50) });
    assert.equal(
      brokenRule(rules, { statement: own, children: [said(first), said(second)] }),
      "begins with the hub's state (first)",
    );
    const forL1 = rulesOf(compressProgram(part, PROGRAMS));
    const one = wrappedOf(ofHub(behind([first], firstStart(1)), { before: first.slice(34, 42), after: first.slice(42, 50) }));
    assert.equal(brokenRule(forL1, { statement: one, children: [said(first)] }), "begins with the hub's state (all)");
  });

  it("are for L1 only from the first batch on, and with its count", () => {
    const forL1 = rulesOf(compressProgram(part, PROGRAMS));
    const whole = behind(batches.slice(0, 3), start);
    const cases: readonly (readonly [readonly number[], string])[] = [
      [right, "begins with the digest of the batches before it (all)"],
      [behind([first, second], firstStart(3)), "begins with the digest of the batches before it (all)"],
      [
        behind(batches.slice(0, 3), { ...start, evaluation: [1, 0, 0, 0, 0] }),
        "begins with the evaluation of the batches before it (all)",
      ],
    ];
    assert.equal(brokenRule(forL1, { statement: wrappedOf(whole), children: [whole] }), undefined);
    for (const [aggregate, rule] of cases)
      assert.equal(brokenRule(forL1, { statement: wrappedOf(aggregate), children: [aggregate] }), rule);
  });
});
