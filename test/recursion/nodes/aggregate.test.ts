import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compress } from "../../../src/kernels/poseidon.ts";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.ts";
import { digestFromHex, elementsFromBytes } from "../../../src/protocol/digest.ts";
import { evaluateCoefficients, type Quintic } from "../../../src/protocol/evaluation.ts";
import { fromHex } from "../../../src/protocol/hex.ts";
import { aggregateProgram, compressProgram } from "../../../src/recursion/nodes/aggregate-program.ts";
import {
  aggregateOf,
  firstStart,
  joinedAggregates,
  startBehind,
  wrappedOf,
} from "../../../src/recursion/nodes/aggregate-statement.ts";
import { itemsOf, readHashVectors } from "../../protocol/hash-vectors.ts";
import { elementsOf } from "./batch-elements.ts";
import { freeProgram } from "./free-program.ts";
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
const ofBatch = { ...(await freeProgram(108, backend)), of: "batch" as const };
const ofAggregate = { ...(await freeProgram(34, backend)), of: "aggregate" as const };
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

/** What a part does to what has been seen, computed apart from the programs. */
interface Seen {
  readonly count: number;
  readonly digest: string;
  readonly evaluation: string;
}

/** Whether the statement is what its parts come to. */
function isAggregate(statement: readonly number[], children: readonly (readonly number[])[]): boolean {
  const name = statement.slice(0, 2).join();
  const own = (at: number, count: number): string => statement.slice(at, at + count).join();
  const rho = statement.slice(29, 34);
  let seen: Seen | undefined = { count: 0, digest: own(3, 8), evaluation: own(19, 5) };
  for (const part of children) {
    if (part.slice(0, 2).join() !== name) return false;
    seen = part.length === 108 ? withBatch(seen, part, rho) : withAggregate(seen, part, rho);
    if (seen === undefined) return false;
  }
  return seen.count === statement[2] && seen.digest === own(11, 8) && seen.evaluation === own(24, 5);
}

function withBatch({ count, digest, evaluation }: Seen, batch: readonly number[], rho: readonly number[]): Seen {
  const padded = (length: number): number[] => [...batch, ...new Array<number>(length - batch.length).fill(0)];
  const elements = padded(112);
  let chain = digest.split(",").map(Number);
  for (let i = 0; i < 112; i += 8) chain = compress(16, chain, elements.slice(i, i + 8));
  const coefficients = Array.from({ length: 22 }, (_, i) => padded(110).slice(5 * i, 5 * i + 5) as unknown as Quintic);
  const start = evaluation.split(",").map(Number) as unknown as Quintic;
  const value = evaluateCoefficients([start, ...coefficients], rho as unknown as Quintic);
  return { count: count + 1, digest: chain.join(), evaluation: value.join() };
}

function withAggregate({ count, digest, evaluation }: Seen, part: readonly number[], rho: readonly number[]): Seen | undefined {
  const own = (at: number, length: number): string => part.slice(at, at + length).join();
  if (own(29, 5) !== rho.join() || own(3, 8) !== digest || own(19, 5) !== evaluation) return undefined;
  return { count: count + (part[2] ?? 0), digest: own(11, 8), evaluation: own(24, 5) };
}

function ofOtherVersion(batch: readonly number[], limb: number): readonly number[] {
  return batch.with(limb, (batch[limb] ?? 0) + 1);
}

interface JudgedAggregate {
  readonly rules: ReturnType<typeof rulesOf>;
  readonly honest: Statements;
  readonly holds: (statement: readonly number[], children: readonly (readonly number[])[]) => boolean;
  /** Statements that one rule alone refuses, and that no change of a single element comes to. */
  readonly forged: readonly Statements[];
}

const [left, right] = [
  aggregateOf([first, second], start, point),
  aggregateOf([third], startBehind(aggregateOf([first, second], start, point)), point),
];

const NODES: Readonly<Record<string, JudgedAggregate>> = {
  "an aggregate of two batches": {
    rules: rulesOf(aggregateProgram([ofBatch, ofBatch])),
    honest: { statement: left, children: [first, second] },
    holds: isAggregate,
    forged: [0, 1].flatMap((limb): Statements[] => {
      const [low, high] = [ofOtherVersion(first, limb), ofOtherVersion(second, limb)];
      const statement = aggregateOf([low, second], start, point).with(limb, second[limb] ?? 0);
      return [
        { statement: aggregateOf([first, high], start, point), children: [first, high] },
        { statement, children: [low, second] },
      ];
    }),
  },
  "an aggregate of two aggregates": {
    rules: rulesOf(aggregateProgram([ofAggregate, ofAggregate])),
    honest: { statement: joinedAggregates([left, right]), children: [left, right] },
    holds: isAggregate,
    forged: [],
  },
  "an aggregate of an aggregate and a batch": {
    rules: rulesOf(aggregateProgram([ofAggregate, ofBatch])),
    honest: { statement: joinedAggregates([left, right]), children: [left, third] },
    holds: isAggregate,
    forged: [0, 1].map((limb): Statements => {
      const other = ofOtherVersion(third, limb);
      const statement = joinedAggregates([left, aggregateOf([other], startBehind(left), point)]);
      return { statement, children: [left, other] };
    }),
  },
  "a proof for L1": {
    rules: rulesOf(compressProgram([ofAggregate])),
    honest: { statement: wrappedOf(joinedAggregates([left, right])), children: [joinedAggregates([left, right])] },
    holds: ([count, ...said], [aggregate = []]) => {
      const { digest, evaluation } = firstStart(count ?? 0);
      const begins = [...digest, ...evaluation].join() === [...aggregate.slice(3, 11), ...aggregate.slice(19, 24)].join();
      const ends = [...aggregate.slice(11, 19), ...aggregate.slice(29, 34), ...aggregate.slice(24, 29)].join() === said.join();
      return begins && ends && count === aggregate[2];
    },
    forged: [],
  },
  "a proof for L1 of two batches": {
    rules: rulesOf(compressProgram([ofBatch, ofBatch])),
    honest: { statement: wrappedOf(aggregateOf([first, second], firstStart(2), point)), children: [first, second] },
    holds: (said, children) => {
      const [version] = children.map((batch) => batch.slice(0, 2).join());
      const before = { ...firstStart(said[0] ?? 0), count: 0 };
      const begun: Seen = { count: 0, digest: before.digest.join(), evaluation: before.evaluation.join() };
      const rho = said.slice(9, 14);
      const seen = children.reduce((known, batch) => withBatch(known, batch, rho), begun);
      const isOne = children.every((batch) => batch.slice(0, 2).join() === version);
      return isOne && [seen.count, seen.digest, rho.join(), seen.evaluation].join() === said.join();
    },
    forged: [
      ...[0, 1].map((limb): Statements => {
        const children = [first, ofOtherVersion(second, limb)];
        return { statement: wrappedOf(aggregateOf(children, firstStart(2), point)), children };
      }),
      // as of three batches, whose digest begins with their count
      { statement: wrappedOf(aggregateOf([first, second], firstStart(3), point)).with(0, 3), children: [first, second] },
    ],
  },
};

for (const [name, { rules, honest, holds, forged }] of Object.entries(NODES)) {
  describe(`the rules of ${name}`, () => {
    const others = [...singleChanges(honest).map((changes) => changedAt(honest, changes)), ...forged];

    it("accept statements that follow from each other, and refuse each element that is another, as the native check does", () => {
      assert.equal(holds(honest.statement, honest.children), true);
      assert.equal(brokenRule(rules, honest), undefined);
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
  it("come to the digest and the evaluation that an independent derivation has, up to 64 batches", () => {
    for (const { batches: own, digest, point: rho, evaluation } of VECTORS) {
      const aggregate = aggregateOf(own, firstStart(own.length), rho);
      assert.deepEqual(wrappedOf(aggregate), [own.length, ...digest, ...rho, ...evaluation]);
    }
  });

  it("hold batches in any order and twice, but say so: another order is another statement", () => {
    const rules = rulesOf(aggregateProgram([ofBatch, ofBatch]));
    for (const children of [
      [second, first],
      [first, first],
    ]) {
      assert.equal(brokenRule(rules, { statement: aggregateOf(children, start, point), children }), undefined);
      assert.notEqual(brokenRule(rules, { statement: left, children }), undefined);
    }
  });

  it("have batches of one version", () => {
    const rules = rulesOf(aggregateProgram([ofBatch, ofBatch]));
    const children = [first, second.with(0, (second[0] ?? 0) + 1)];
    assert.equal(brokenRule(rules, { statement: aggregateOf(children, start, point), children }), "batch 1: one version");
  });

  it("leave no batch out, and count none twice, where they are joined", () => {
    const rules = rulesOf(aggregateProgram([ofAggregate, ofAggregate]));
    const gap = aggregateOf([third], startBehind(aggregateOf([first], start, point)), point);
    for (const children of [
      [left, gap],
      [right, left],
      [left, left],
    ])
      assert.equal(
        brokenRule(rules, { statement: joinedAggregates(children), children }),
        "aggregate 1: begins with the digest of the batches before it",
      );
  });

  it("are for L1 only from the first batch on, and with its count", () => {
    const rules = rulesOf(compressProgram([ofAggregate]));
    const whole = aggregateOf(batches.slice(0, 3), start, point);
    const cases: readonly (readonly [readonly number[], string])[] = [
      [right, "aggregate 0: begins with the digest of the batches before it"],
      [aggregateOf([first, second], firstStart(3), point), "aggregate 0: begins with the digest of the batches before it"],
      [
        aggregateOf(batches.slice(0, 3), { ...start, evaluation: [1, 0, 0, 0, 0] }, point),
        "aggregate 0: begins with the evaluation of the batches before it",
      ],
    ];
    assert.equal(brokenRule(rules, { statement: wrappedOf(whole), children: [whole] }), undefined);
    for (const [aggregate, rule] of cases)
      assert.equal(brokenRule(rules, { statement: wrappedOf(aggregate), children: [aggregate] }), rule);
  });
});
