import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { differencesOf, explain, readOutcomes } from "../../scripts/suites/outcomes.ts";

/** Report of mocha's reporter "json", without the unused fields. */
function report(
  passed: readonly string[],
  failed: readonly string[],
  pending: readonly string[] = [],
  hooks: readonly string[] = [],
) {
  const named = (fullTitle: string) => ({ fullTitle, err: {} });
  const broken = (fullTitle: string) => ({ fullTitle, err: { message: `${fullTitle} broke` } });
  return JSON.stringify({
    tests: [...passed.map(named), ...failed.map(broken), ...pending.map(named)],
    pending: pending.map(named),
    failures: [...failed, ...hooks].map(broken),
    passes: passed.map(named),
  });
}

describe("C: outcomes of others' suites, compared test by test", () => {
  test("what ended alike does not differ, whether it passed, failed or was left out", () => {
    const same = readOutcomes(report(["a", "b"], ["c"], ["d"]));
    assert.deepEqual(
      [...same].map(([title, { outcome }]) => [title, outcome]),
      [
        ["a", "passed"],
        ["b", "passed"],
        ["c", "failed"],
        ["d", "pending"],
      ],
    );
    assert.deepEqual(differencesOf(same, readOutcomes(report(["a", "b"], ["c"], ["d"]))), []);
  });

  test("a test that fails, one that a failing hook left out, and the hook itself are differences", () => {
    const onHardhat = readOutcomes(report(["a", "b one", "c"], []));
    const onHyperchain = readOutcomes(report(["a"], ["c"], [], ['b "before each" hook']));
    assert.deepEqual(differencesOf(onHardhat, onHyperchain), [
      { title: "b one", onHardhat: "passed", onHyperchain: "missing", message: "" },
      { title: "c", onHardhat: "passed", onHyperchain: "failed", message: "c broke" },
      { title: 'b "before each" hook', onHardhat: "missing", onHyperchain: "failed", message: 'b "before each" hook broke' },
    ]);
  });

  test("ignores random numbers and addresses in titles, but not fixed short ones", () => {
    const drawn = (number: string, address: string) => readOutcomes(report([`inverts ${number} of ${address} in 15`], []));
    const [one, other] = [drawn("8859199375976918525", `0x${"ab".repeat(20)}`), drawn("54020261537", `0x${"cd".repeat(20)}`)];
    assert.deepEqual(differencesOf(one, other), []);
    assert.deepEqual([...one.keys()], ["inverts … of … in 15"]);
  });

  test("tests of one title are compared in their order", () => {
    const differences = differencesOf(readOutcomes(report(["a", "a", "a"], [])), readOutcomes(report(["a", "a"], ["a"])));
    assert.deepEqual(
      differences.map(({ title, onHyperchain }) => [title, onHyperchain]),
      [["a (3)", "failed"]],
    );
  });

  test("a difference has a reason by the beginning of its title; differences without a reason and unused reasons are reported", () => {
    const differences = differencesOf(readOutcomes(report(["big one", "big two", "small"], [])), readOutcomes(report([], [])));
    const [big, old] = [
      { tests: "big ", reason: "too large" },
      { tests: "old ", reason: "no longer" },
    ];
    const { named, unnamed, unused } = explain(differences, [big, old]);
    assert.deepEqual(
      named.get(big)?.map(({ title }) => title),
      ["big one", "big two"],
    );
    assert.deepEqual(
      unnamed.map(({ title }) => title),
      ["small"],
    );
    assert.deepEqual(unused, [old]);
  });
});
