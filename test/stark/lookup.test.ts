import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { planLookups } from "../../src/proofs/stark/constraints/lookup.ts";
import { DeviceScope } from "../../src/proofs/stark/proving/device-scope.ts";
import type { LookupChallenges } from "../../src/proofs/stark/systems/evaluate.ts";
import { computeLookupColumns } from "../../src/proofs/stark/proving/lookup-columns.ts";
import { compileLookupProgram } from "../../src/proofs/stark/programs/lookup-program.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";

describe("planLookups", () => {
  function groupSizes(maxDegree: number, interactions: readonly (readonly [multiplicity: number, message: number])[]) {
    const t = new AirBuilder("table", 0);
    const x = t.column("x");
    const power = (degree: number) => (degree === 0 ? t.constant(1) : t.mul(...Array.from({ length: degree }, () => x)));
    interactions.forEach(([multiplicity, message], i) =>
      t.send(defineBus(`bus${i}`, i + 1, { element: 1 }), power(multiplicity), { element: power(message) }),
    );
    const air = t.build();
    const plan = planLookups(air, maxDegree);
    return { groups: plan?.groups.map((group) => group.map((term) => term.bus.tag)), degree: plan?.degree };
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
    assert.deepEqual(
      groupSizes(3, [
        [3, 1],
        [1, 1],
      ]),
      { groups: [[1], [2]], degree: 3 },
    );
    assert.deepEqual(
      groupSizes(4, [
        [3, 1],
        [1, 1],
      ]),
      { groups: [[1, 2]], degree: 4 },
    );
  });

  it("puts an interaction into the first group with room", () => {
    assert.deepEqual(
      groupSizes(4, [
        [1, 2],
        [1, 2],
        [1, 1],
      ]),
      { groups: [[1, 3], [2]], degree: 4 },
    );
  });
});

let backends: readonly Backend[];
before(async () => {
  backends = [createReferenceBackend(), await createWasmBackend({ workers: 2 })];
});
after(async () => {
  for (const backend of backends) await backend.close();
});

/** The lookup columns of a table, by each backend, after checking that they agree. */
async function lookupColumnsOf(
  system: System,
  index: number,
  main: readonly Uint32Array[],
  publicValues: readonly number[],
  challenges: LookupChallenges,
): Promise<{ readonly columns: readonly Uint32Array[]; readonly sum: Ext }> {
  const table = system.tables[index]!;
  const results = [];
  for (const backend of backends) {
    const rows = await backend.upload(main, Math.log2(main[0]!.length));
    const program = compileLookupProgram(system.field, table, table.lookup!);
    const { columns, sums } = await computeLookupColumns(backend, new DeviceScope(backend), system.field, program, {
      rows,
      publicValues,
      challenges,
    });
    results.push({ columns: await backend.download(columns), sum: sums[0]! });
    backend.release(columns);
    backend.release(rows);
  }
  assert.deepEqual(results[1], results[0]);
  return results[0]!;
}

describe("lookup columns", () => {
  for (const [extensionDegree, maxConstraintDegree] of [
    [4, 3],
    [5, 2],
    [5, 3],
    [6, 2],
  ] as const) {
    it(`follows the definition: degree ${extensionDegree}, constraints up to ${maxConstraintDegree}`, async () => {
      const system = await squaresSystem(smallParameters({ extensionDegree, maxConstraintDegree }), createReferenceBackend());
      const field = createExtension(extensionDegree);
      const element = (seed: number): Ext =>
        Array.from({ length: extensionDegree }, (_, i) => (seed * 7919 + i * 104729 + 17) % P);
      const [fold, offset] = [element(1), element(2)];
      const input = squaresInput({ squares: 3, requests: 4 }, { start: 1, stride: 2, realRows: 7 });
      const main = input.traces[1]!;
      const trace = await lookupColumnsOf(system, 1, main, [1, 2], { fold, offset });

      const fraction = (busTag: number, multiplicity: number, message: readonly number[]): Ext => {
        const terms = message.map((m, i) => field.scale(field.pow(fold, i + 1), m));
        const fingerprint = terms.reduce(field.add, field.add(offset, field.fromBase(busTag)));
        return field.scale(field.inv(fingerprint), multiplicity);
      };
      // The tag of the squares is 1, of the range 2; requests speaks to the range first.
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

describe("lookup columns of extreme messages", () => {
  for (const length of [0, 1, 31, 32, 33, 200]) {
    it(`of ${length} elements`, async () => {
      const t = new AirBuilder("extreme", 0);
      const x = t.column("x");
      const elements = Array.from({ length }, (_, i) => t.add(x, t.constant(i % 2)));
      t.send(defineBus("bus", 1, { elements: length }), t.constant(1), { elements });
      const system = compileSystem({
        name: "extreme/1",
        parameters: smallParameters(),
        tables: [{ air: t.build() }],
        statementValueCount: 0,
        publicValues: () => [],
      });
      const { field } = system;
      const [fold, offset] = [
        [P - 1, P - 2, P - 1, 5, P - 1],
        [P - 1, 0, 1, 2, 3],
      ];
      const main = [Uint32Array.of(P - 1, P - 2, 0, 1)];
      const trace = await lookupColumnsOf(system, 0, main, [], { fold, offset });
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
