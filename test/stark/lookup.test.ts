import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExtension, type Ext } from "../../src/field/extension.ts";
import { P } from "../../src/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/kernels/reference/backend.ts";
import { AirBuilder } from "../../src/stark/air.ts";
import { collectBuses, planLookups } from "../../src/stark/lookup.ts";
import { buildLookupTrace } from "../../src/stark/lookup-trace.ts";
import { compileSystem } from "../../src/stark/system.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";

describe("planLookups", () => {
  function groupSizes(maxDegree: number, interactions: readonly (readonly [multiplicity: number, message: number])[]) {
    const t = new AirBuilder("table", 0);
    const x = t.column("x");
    const power = (degree: number) => (degree === 0 ? t.constant(1) : t.mul(...Array.from({ length: degree }, () => x)));
    interactions.forEach(([multiplicity, message], i) => t.send(`bus${i}`, power(multiplicity), [power(message)]));
    const air = t.build();
    const plan = planLookups(air, collectBuses([air]), maxDegree);
    return { groups: plan?.groups.map((group) => group.map((term) => term.busId)), degree: plan?.degree };
  }

  it("gives a table without interactions no lookup columns", () => {
    assert.deepEqual(groupSizes(3, []), { groups: undefined, degree: undefined });
  });

  it("fills groups up to the degree limit", () => {
    // k fingerprints of degree 1 make a constraint of degree 1 + k.
    const five = Array.from({ length: 5 }, () => [1, 1] as const);
    assert.deepEqual(groupSizes(2, five), { groups: [[1], [2], [3], [4], [5]], degree: 2 });
    assert.deepEqual(groupSizes(3, five), { groups: [[1, 2], [3, 4], [5]], degree: 3 });
    assert.deepEqual(groupSizes(9, five), { groups: [[1, 2, 3, 4, 5]], degree: 6 });
  });

  it("counts multiplicities against the other fingerprints of their group", () => {
    // Numerators: 3 + 1 = 4 for the first with the second; alone it has degree 3.
    assert.deepEqual(groupSizes(3, [[3, 1], [1, 1]]), { groups: [[1], [2]], degree: 3 });
    assert.deepEqual(groupSizes(4, [[3, 1], [1, 1]]), { groups: [[1, 2]], degree: 4 });
  });

  it("puts an interaction into the first group with room", () => {
    assert.deepEqual(groupSizes(4, [[1, 2], [1, 2], [1, 1]]), { groups: [[1, 3], [2]], degree: 4 });
  });
});

describe("buildLookupTrace", () => {
  for (const [extensionDegree, maxConstraintDegree] of [[4, 3], [5, 2], [5, 3], [6, 2]] as const) {
    it(`follows the definition: degree ${extensionDegree}, constraints up to ${maxConstraintDegree}`, async () => {
      const system = await squaresSystem(smallParameters({ extensionDegree, maxConstraintDegree }), createReferenceBackend());
      const field = createExtension(extensionDegree);
      const element = (seed: number): Ext => Array.from({ length: extensionDegree }, (_, i) => (seed * 7919 + i * 104729 + 17) % P);
      const [fold, offset] = [element(1), element(2)];
      const input = squaresInput({ squares: 3, requests: 4 }, { start: 1, stride: 2, realRows: 7 });
      const requests = system.tables[1]!;
      const main = input.traces[1]!;
      const trace = await buildLookupTrace(system, requests, requests.lookup!, { preprocessed: [], main }, [1, 2], { fold, offset });

      const fraction = (busId: number, multiplicity: number, message: readonly number[]): Ext => {
        const terms = message.map((m, i) => field.scale(field.pow(fold, i + 1), m));
        const fingerprint = terms.reduce(field.add, field.add(offset, field.fromBase(busId)));
        return field.scale(field.inv(fingerprint), multiplicity);
      };
      // Bus 1 is "squares" (the squares table comes first), bus 2 "range"; requests speaks to the range first.
      const rows = Array.from({ length: 16 }, (_, row) => {
        const [value, real, square] = [main[0]![row]!, main[1]![row]!, main[2]![row]!];
        return [fraction(2, real, [value]), fraction(1, real, [value, square])] as const;
      });
      const sum = rows.flat().reduce(field.add, field.zero);
      assert.deepEqual(trace.sum, sum);
      const share = field.mul(sum, field.inv(field.fromBase(16)));
      let running = field.zero;
      const column = (group: number, row: number) =>
        Array.from({ length: extensionDegree }, (_, c) => trace.columns[group * extensionDegree + c]![row]!);
      rows.forEach(([first, second], row) => {
        assert.deepEqual(column(0, row), running, `running sum at row ${row}`);
        if (maxConstraintDegree === 2) assert.deepEqual(column(1, row), second);
        running = field.sub(field.add(running, field.add(first, second)), share);
      });
      assert.deepEqual(running, field.zero);
      assert.equal(trace.columns.length, (maxConstraintDegree === 2 ? 2 : 1) * extensionDegree);
    });
  }
});

describe("buildLookupTrace on extreme messages", () => {
  for (const length of [0, 1, 31, 32, 33, 200]) {
    it(`of ${length} elements`, async () => {
      const t = new AirBuilder("extreme", 0);
      const x = t.column("x");
      const elements = Array.from({ length }, (_, i) => t.add(x, t.constant(i % 2)));
      t.send("bus", t.constant(1), elements);
      const system = compileSystem({
        name: "extreme/1",
        parameters: smallParameters(),
        tables: [{ air: t.build() }],
        statementValueCount: 0,
        publicValues: () => [],
      });
      const { field } = system;
      const [fold, offset] = [[P - 1, P - 2, P - 1, 5, P - 1], [P - 1, 0, 1, 2, 3]];
      const main = [Uint32Array.of(P - 1, P - 2, 0, 1)];
      const trace = await buildLookupTrace(system, system.tables[0]!, system.tables[0]!.lookup!, { preprocessed: [], main }, [], { fold, offset });
      const expected = [...main[0]!].map((value) => {
        let fingerprint = field.add(offset, field.one);
        for (let i = 0; i < length; i++) {
          fingerprint = field.add(fingerprint, field.scale(field.pow(fold, i + 1), (value + (i % 2)) % P));
        }
        return field.inv(fingerprint);
      });
      assert.deepEqual(trace.sum, expected.reduce(field.add));
    });
  }
});
