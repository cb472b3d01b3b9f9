import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { layoutStack } from "../../../scripts/verifier-generator/stacked/stack-layout.ts";
import { createExtension, type Ext } from "../../../src/field/extension.ts";
import { add, P, rootOfUnity } from "../../../src/field/koala-bear.ts";
import type { Backend } from "../../../src/kernels/backend.ts";
import { createReferenceBackend } from "../../../src/kernels/reference/backend.ts";
import { LOG_PARTS } from "../../../src/kernels/stack-layout.ts";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.ts";
import { AirBuilder } from "../../../src/stark/constraints/air.ts";
import { fixedValues } from "../../../src/stark/openings/fixed-values.ts";
import type { ProofSection } from "../../../src/stark/openings/proof.ts";
import type { RejectionCode } from "../../../src/stark/openings/rejection.ts";
import { prove } from "../../../src/stark/proofs/prove.ts";
import { verify } from "../../../src/stark/proofs/verify.ts";
import { FixedTables } from "../../../src/stark/proving/fixed-tables.ts";
import { commitPreprocessed } from "../../../src/stark/proving/preprocess.ts";
import type { ProverInput } from "../../../src/stark/proving/prover-input.ts";
import { proofSecurity } from "../../../src/stark/security/proof-security.ts";
import type { ProofParameters } from "../../../src/stark/systems/parameters.ts";
import { EvaluatedColumns } from "../../../src/stark/systems/evaluated-columns.ts";
import { createShape, type Shape } from "../../../src/stark/systems/shape.ts";
import { compileSystem, type System, type SystemDefinition } from "../../../src/stark/systems/system.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { RANGE_LOG_ROWS, squaresDefinition, squaresInput, squaresSystem } from "../airs/squares.ts";
import { watchedBackend } from "../airs/watched-backend.ts";
import { createRandom, type Random } from "../fuzz/random.ts";
import { answer, provenRun } from "../segments/forged-run.ts";
import { cutMachine, machineInputs, machineStatement, machineSystem, runMachine } from "../segments/toy-machine.ts";
import { toyParameters } from "../segments/toy-parameters.ts";

// NOT SECURE. A changed nonce fails at its grinding but for one of 2^8; the proof is fixed, so that chance is taken once.
const parameters: ProofParameters = smallParameters({
  grindingBits: 8,
  minLogRows: 4,
  maxLogRows: 7,
  logArity: 1,
  logFinalMax: 1,
  opening: { kind: "stacked", logStackMin: 7, logStackMax: 9 },
  fixedColumns: "evaluated",
});
const honest = createReferenceBackend();
const system = compileSystem(squaresDefinition(parameters));
const input = squaresInput({ squares: 4, requests: 7 }, { start: 1, stride: 2, realRows: 7 });
const proof = await prove(system, input, honest);
const committed = await squaresSystem({ ...parameters, fixedColumns: "committed" }, honest);

function codeOf(bytes: Uint8Array, of: System = system, { statement }: ProverInput = input): RejectionCode | "accepted" {
  const result = verify(of, statement, bytes);
  return result.ok ? "accepted" : result.rejection.code;
}

function shapeOf(of: System, logRows: readonly number[]): Shape {
  const shape = createShape(of, logRows);
  assert.ok(typeof shape !== "number");
  return shape;
}

function sectionsOf(of: System, bytes: Uint8Array, { statement }: ProverInput = input): readonly ProofSection[] {
  let sections: readonly ProofSection[] = [];
  assert.deepEqual(verify(of, statement, bytes, { onSections: (all) => (sections = all) }), { ok: true });
  return sections;
}

/** The system, key and all, with other values in a table's fixed columns. */
function withFixed(of: System, table: number, change: (columns: readonly Uint32Array[]) => readonly Uint32Array[]): System {
  const tables = of.definition.tables.map((own, i) => {
    const { preprocessed } = own;
    if (i !== table || preprocessed === undefined) return own;
    return { ...own, preprocessed: { ...preprocessed, columns: () => change(preprocessed.columns()) } };
  });
  return { ...of, definition: { ...of.definition, tables } };
}

describe("values of fixed columns that a verifier evaluates", () => {
  /** X^degree in lower powers, as the field's documentation has it. */
  const MODULI: Readonly<Record<number, readonly bigint[]>> = { 4: [3n], 5: [1n, 0n, -1n], 6: [-1n, 0n, 0n, -1n] };

  /** Σ c_i·x^i by Horner's rule over big integers. */
  function horner(coefficients: Uint32Array, x: Ext): Ext {
    const degree = x.length;
    const point = x.map(BigInt);
    let sum = new Array<bigint>(degree).fill(0n);
    for (const c of [...coefficients].reverse()) {
      const product = new Array<bigint>(2 * degree).fill(0n);
      sum.forEach((a, i) => point.forEach((b, j) => (product[i + j]! += a * b)));
      for (let top = 2 * degree - 1; top >= degree; top--)
        MODULI[degree]!.forEach((factor, i) => (product[top - degree + i]! += product[top]! * factor));
      product[0]! += BigInt(c);
      sum = product.slice(0, degree).map((value) => ((value % BigInt(P)) + BigInt(P)) % BigInt(P));
    }
    return sum.map(Number);
  }

  /** Tables of 2^4, 2^9, 2^11 rows: less than a block of coefficients, one, and four. */
  function fixedSystem(extensionDegree: number, random: Random): System {
    const columnOf = (logRows: number, kind: number): Uint32Array =>
      Uint32Array.from({ length: 2 ** logRows }, () => [random.below(P), P - 1, 0, 1][kind]!);
    const tables = [4, 9, 11, 9].map((logRows, i) => {
      const t = new AirBuilder(`fixed${i}`, 0);
      const own = Array.from({ length: 3 }, (_, kind) => columnOf(logRows, (kind + i) % 4));
      t.column("free");
      own.forEach((_, k) => t.preprocessedColumn(`p${k}`));
      return { air: t.build(), preprocessed: { logRows, columns: () => own } };
    });
    const own = { ...parameters, extensionDegree, maxLogRows: 12, opening: { kind: "stacked", logStackMin: 9, logStackMax: 15 } };
    return compileSystem({
      name: "fixed",
      parameters: own as ProofParameters,
      tables,
      statementValueCount: 0,
      publicValues: () => [],
    });
  }

  for (const degree of [4, 5, 6])
    test(`are those of the polynomials through the columns, in degree ${degree}`, () => {
      const random = createRandom(degree);
      const own = fixedSystem(degree, random);
      const field = createExtension(degree);
      const polynomials = own.evaluatedColumns!.polynomials();
      polynomials.forEach(({ logRows, columns }, table) => {
        const values = own.definition.tables[[0, 1, 2, 3][table]!]!.preprocessed!.columns();
        columns.forEach((coefficients, c) => {
          assert.equal(coefficients.length, 2 ** logRows);
          // All of a low column's rows, and some of a high one's.
          const rows = logRows === 4 ? 16 : 4;
          for (let k = 0; k < rows; k++) {
            const row = logRows === 4 ? k : random.below(2 ** logRows);
            let x = field.one;
            for (let i = 0; i < row; i++) x = field.scale(x, rootOfUnity(logRows));
            assert.deepEqual(horner(coefficients, x), field.fromBase(values[c]![row]!), `table ${table}, row ${row}`);
          }
        });
      });
      for (const tallest of [11, 12]) {
        for (const point of [Array.from({ length: degree }, () => random.below(P)), new Array<number>(degree).fill(P - 1)]) {
          const expected = polynomials.flatMap(({ logRows, columns }) => {
            let x: Ext = point;
            for (let i = logRows; i < tallest; i++) x = field.mul(x, x);
            return columns.map((coefficients) => horner(coefficients, x));
          });
          assert.deepEqual(fixedValues(own, { tallest }, point), expected);
        }
      }
    });

  test("are not kept by a system whose fixed columns are committed, or that has no such columns", () => {
    assert.deepEqual([committed.evaluatedColumns, fixedValues(committed, { tallest: 7 }, [1, 2, 3, 4, 5])], [undefined, []]);
    const { tables, ...rest } = squaresDefinition(parameters);
    assert.equal(compileSystem({ ...rest, tables: tables.slice(0, 2) }).evaluatedColumns, undefined);
  });
});

describe("a proof without fixed columns", () => {
  test("is accepted whichever table is the tallest, with each extension", async () => {
    for (const extensionDegree of [4, 5, 6]) {
      const of = compileSystem(squaresDefinition({ ...parameters, extensionDegree, grindingBits: 0 }));
      for (const heights of [
        { squares: 4, requests: 4 },
        { squares: 7, requests: 4 },
        { squares: 5, requests: 6 },
      ]) {
        const own = squaresInput(heights, { start: 2, stride: 1, realRows: 6 });
        assert.equal(codeOf(await prove(of, own, honest), of, own), "accepted");
      }
    }
  });

  test("has their values and their tree no more, and all else as it was", async () => {
    const names = (of: System, bytes: Uint8Array) => sectionsOf(of, bytes).map(({ name }) => name);
    const with_ = await prove(committed, input, honest);
    assert.deepEqual(
      names(system, proof).filter((name) => name.startsWith("tree[")),
      names(committed, with_)
        .filter((name) => name.startsWith("tree[") && !name.startsWith("tree[0]"))
        .map((name) => name.replace(/\d+/, (tree) => String(Number(tree) - 1))),
    );
    const lengthOf = (of: System, bytes: Uint8Array, name: string) =>
      sectionsOf(of, bytes).find((section) => section.name === name)!.length;
    // A fixed column; of 3 sums of lookups and 2 chunks, 5 coordinates each, one value.
    const { columnCount, openedCount } = shapeOf(system, [4, 7, 4]);
    assert.equal(columnCount - openedCount, 1 + (3 + 2) * 4);
    const packed = (count: number) => 31 * Math.floor(count / 8) + Math.ceil((31 * (count % 8)) / 8);
    assert.equal(lengthOf(system, proof, "openingsAtPoint"), 5 * packed(openedCount));
    assert.equal(lengthOf(committed, with_, "openingsAtPoint"), 5 * packed(openedCount + 1));
    assert.deepEqual([proof[0], with_[0]], [8, 6]);
  });

  test("is of a stack without them, whose places begin with the main columns", () => {
    const { stack, trees, blocks, committedBlocks } = shapeOf(system, [4, 7, 4]);
    assert.deepEqual(
      trees.map(({ phase }) => phase),
      ["main", "lookup", "quotient"],
    );
    assert.deepEqual(
      stack!.phases.map(({ phase, first }) => [phase, first]),
      [["main", 0], ...stack!.phases.slice(1).map(({ phase, first }) => [phase, first])],
    );
    assert.deepEqual(committedBlocks, blocks.slice(1));
    assert.equal(committedBlocks[0]!.firstColumn, 1);
  });

  test("has the same proven bits", () => {
    const application = { circuitDigestElements: 8, statementTerms: 0 };
    const bits = (of: System) => proofSecurity(of, shapeOf(of, [4, 7, 4]), application).provenBits;
    assert.equal(bits(system), bits(committed));
  });

  test("is made on kept fixed tables, for which nothing is committed", async () => {
    const { backend, alive } = watchedBackend();
    const fixedTables = new FixedTables(system, backend);
    for (let i = 0; i < 2; i++) assert.deepEqual(await prove(system, input, backend, { fixedTables }), proof);
    assert.equal(alive.size, 2, "the range's column, uploaded and interpolated");
    await fixedTables.release();
    assert.equal(alive.size, 0);
  });
});

describe("forged fixed columns are refused", () => {
  /** 12, 14, 16: of the range table without its last value, and with 16 in its place, where the bus balances. */
  const outside = (): ProverInput => {
    const made = squaresInput({ squares: 4, requests: 5 }, { start: 12, stride: 2, realRows: 3 });
    const uses = new Uint32Array(2 ** RANGE_LOG_ROWS);
    for (const row of [12, 14, 15]) uses[row] = 1;
    return { ...made, traces: [made.traces[0]!, made.traces[1]!, [uses]] };
  };
  const forge = ([range]: readonly Uint32Array[]): readonly Uint32Array[] => [range!.with(15, 16)];

  test("a prover that uses others, under the true key", async () => {
    const forger = withFixed(system, 2, forge);
    const own = outside();
    const forged = await prove(forger, own, honest);
    assert.equal(codeOf(forged, system, own), "ConstraintMismatch");
    // That the true values are evaluated is all that refuses it: with the forged ones it is accepted.
    const fooled = { ...system, evaluatedColumns: compileSystem(forger.definition).evaluatedColumns };
    assert.equal(codeOf(forged, fooled, own), "accepted");
    // And the key that goes with them is another.
    assert.notDeepEqual(compileSystem(forger.definition).verificationKeyDigest, system.verificationKeyDigest);
  });

  test("one other element in any row", async () => {
    for (let row = 0; row < 2 ** RANGE_LOG_ROWS; row++) {
      const forger = withFixed(system, 2, ([range]) => [range!.with(row, add(range![row]!, 1))]);
      // Where no request asks for the row the sums balance with either value.
      assert.match(codeOf(await prove(forger, input, honest)), /^(ConstraintMismatch|LookupSumMismatch)$/, `row ${row}`);
    }
  });

  test("a proof that says their values itself, or that of a committed tree", async () => {
    const old = await prove(committed, input, honest);
    const version = verify(system, input.statement, old);
    assert.deepEqual(version, {
      ok: false,
      rejection: { code: "MalformedProof", section: "version", expected: 8, got: 6 },
    });
    assert.deepEqual(verify(committed, input.statement, proof), {
      ok: false,
      rejection: { code: "MalformedProof", section: "version", expected: 6, got: 8 },
    });
    assert.notEqual(codeOf(Uint8Array.of(4, ...old.subarray(1))), "accepted");
    assert.notEqual(codeOf(Uint8Array.of(6, ...proof.subarray(1)), committed), "accepted");
    // A value more, in the place where it stood: everything behind it is read in another place.
    const at = sectionsOf(system, proof).find(({ name }) => name === "openingsAtPoint")!;
    for (const bytes of [4, 20]) {
      const longer = Buffer.concat([proof.subarray(0, at.offset), new Uint8Array(bytes), proof.subarray(at.offset)]);
      assert.notEqual(codeOf(longer), "accepted");
    }
  });

  test("a false value of each column that is committed, at z and at g·z", async () => {
    const { stack } = shapeOf(system, [4, 7, 4]);
    let call = 0;
    for (const { count, nextCount } of stack!.ranges) {
      for (const columns of nextCount > 0 ? [count, nextCount] : [count]) {
        for (let column = 0; column < columns; column++) {
          const device: Backend = { ...honest, ...falseValue(call, column) };
          assert.equal(codeOf(await prove(system, input, device)), "ConstraintMismatch", `call ${call}, column ${column}`);
        }
        call++;
      }
    }
  });

  test("a false value of columns that no constraint binds, at the last claim", async () => {
    const t = new AirBuilder("beside", 0);
    const [read, free] = [t.column("read"), t.column("free")];
    const fixed = t.preprocessedColumn("fixed");
    t.assertZero("any", "transition", t.sub(t.next(read), t.next(read)));
    t.assertZero("any", "everyRow", t.mul(fixed, t.sub(free, free)));
    const column = Uint32Array.from({ length: 32 }, (_, i) => i);
    const of = compileSystem({
      name: "beside/1",
      parameters,
      tables: [{ air: t.build(), preprocessed: { logRows: 5, columns: () => [column] } }],
      statementValueCount: 0,
      publicValues: () => [],
    });
    const own = { statement: new Uint8Array(0), auxiliary: [[]], traces: [[column, column.toReversed()]] };
    assert.equal(codeOf(await prove(of, own, honest), of, own), "accepted");
    // Both at z, then one at g·z.
    for (const [call, column] of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const)
      assert.equal(codeOf(await prove(of, own, { ...honest, ...falseValue(call, column) }), of, own), "ClaimMismatch");
  });

  /** One more at the constant term of part 0, so in the column's value, in call number `call` for column number `column`. */
  function falseValue(call: number, column: number): Partial<Backend> {
    let calls = 0;
    return {
      evaluateParts: async (...request) => {
        const values = await honest.evaluateParts(...request);
        const at = column * 2 ** LOG_PARTS * system.field.degree;
        if (calls++ === call) values[at] = add(values[at]!, 1);
        return values;
      },
    };
  }
});

describe("a changed proof without fixed columns", () => {
  const CODES: readonly (readonly [RegExp, readonly RejectionCode[]])[] = [
    [/^header$/, ["MalformedProof", "ConstraintMismatch"]],
    [/^sums$/, ["LookupSumMismatch"]],
    [/^(mainRoot|lookupRoot|quotientRoot|openingsAt.*)$/, ["ConstraintMismatch"]],
    [/^(leafRounds|friRoot.*|layerRounds.*|finalPolynomial|finalRounds)$/, ["ClaimMismatch"]],
    [/^nonce$/, ["GrindingTooWeak"]],
    [/^tree\[[0-2]\]|siblings$/, ["MerkleMismatch"]],
    [/^tree/, ["MerkleMismatch", "FoldMismatch"]],
  ];
  const flip = (offset: number, mask = 1): Uint8Array => {
    const changed = proof.slice();
    changed[offset]! ^= mask;
    return changed;
  };

  for (const { name, offset, length } of sectionsOf(system, proof))
    test(`is refused with the section's code: ${name}`, () => {
      const expected = CODES.find(([pattern]) => pattern.test(name))?.[1] ?? [];
      assert.ok(expected.includes(codeOf(flip(offset + length - 1)) as RejectionCode));
    });

  test("is refused whichever bit of it is changed, and never makes the verifier throw", () => {
    const random = createRandom(1);
    for (let round = 0; round < 300; round++) {
      const offset = random.below(proof.length);
      assert.notEqual(codeOf(flip(offset, 1 << random.below(8))), "accepted", `byte ${offset}`);
    }
  });
});

describe("the key of a system that evaluates fixed columns", () => {
  const digestOf = (definition: SystemDefinition): string =>
    Buffer.from(compileSystem(definition).verificationKeyDigest).toString("hex");
  const fixedTable = (logRows: number, columns: readonly Uint32Array[]) => {
    const t = new AirBuilder("fixed", 0);
    t.column("free");
    columns.forEach((_, k) => t.preprocessedColumn(`p${k}`));
    return { air: t.build(), preprocessed: { logRows, columns: () => columns } };
  };
  const definition = (tables: SystemDefinition["tables"], own = parameters): SystemDefinition => {
    return { name: "fixed", parameters: own, tables, statementValueCount: 0, publicValues: () => [] };
  };
  const column = (first: number): Uint32Array => Uint32Array.from({ length: 16 }, (_, i) => first + i);

  test("changes with every element of every column, and with their order", () => {
    const [a, b] = [column(1), column(100)];
    const others = [
      [a, b],
      [b, a],
      ...[a, b].flatMap((_, c) =>
        Array.from({ length: 16 }, (__, row) => [a, b].map((own, i) => (i === c ? own.with(row, own[row]! + 1) : own))),
      ),
    ];
    const digests = others.map((columns) => digestOf(definition([fixedTable(4, columns)])));
    assert.equal(new Set(digests).size, others.length);
    const moved = [
      definition([fixedTable(4, [a]), fixedTable(4, [b])]),
      definition([fixedTable(4, [b]), fixedTable(4, [a])]),
      definition([fixedTable(5, [Uint32Array.of(...a, ...b)])]),
    ].map(digestOf);
    assert.equal(new Set([...digests, ...moved]).size, others.length + 3);
  });

  test("has a digest of the columns that says where one ends and of which table it is", () => {
    const values = Uint32Array.from({ length: 32 }, (_, i) => i + 1);
    const [low, high] = [values.slice(0, 16), values.slice(16)];
    const of = (...tables: ConstructorParameters<typeof EvaluatedColumns>[0]): string =>
      Buffer.from(new EvaluatedColumns(tables).digest).toString("hex");
    const own = { table: 0, name: "fixed", logRows: 4 };
    const digests = [
      of({ ...own, columns: [low, high] }),
      of({ ...own, logRows: 5, columns: [values] }),
      of({ ...own, columns: [low] }, { ...own, table: 1, columns: [high] }),
      of({ ...own, columns: [low] }, { ...own, table: 2, columns: [high] }),
    ];
    assert.equal(new Set(digests).size, digests.length);
  });

  test("is another than that of the system that commits to them", () => {
    assert.notDeepEqual(system.verificationKeyDigest, committed.verificationKeyDigest);
    const { tables, ...rest } = squaresDefinition(parameters);
    const without = { ...rest, tables: tables.slice(0, 2) };
    const plain = { ...without, parameters: { ...parameters, fixedColumns: "committed" as const } };
    assert.notEqual(digestOf(without), digestOf(plain));
  });

  test("has no roots, and is not made of columns that are no columns, by rows, for programs or for contracts", async () => {
    assert.deepEqual([...(await commitPreprocessed(system.definition, honest))], []);
    const roots = new Map([[7, new Uint8Array(26)]]);
    assert.throws(() => compileSystem(squaresDefinition(parameters), roots), /evaluates its preprocessed columns but was given/);
    for (const bad of [column(1).with(3, P), column(1).subarray(1)])
      assert.throws(() => compileSystem(definition([fixedTable(4, [column(1), bad])])), /preprocessed column 1 of table fixed/);
    const whole = fixedTable(4, [column(1), column(2)]);
    const short = { ...whole, preprocessed: { logRows: 4, columns: () => [column(1)] } };
    assert.throws(() => compileSystem(definition([short])), /table fixed has 2 preprocessed columns, not 1/);
    const byRows = { ...parameters, opening: { kind: "rows" } } as const;
    assert.throws(() => compileSystem(squaresDefinition(byRows)), /evaluated beside a stack alone/);
    const forPrograms = { ...parameters, hash: { kind: "poseidon" }, transcript: "poseidon" } as const;
    assert.throws(() => compileSystem(squaresDefinition(forPrograms)), /have their fixed columns committed/);
    assert.throws(() => layoutStack(system), /a contract has no fixed columns to evaluate/);
  });
});

describe("a run in segments whose fixed columns are evaluated", async () => {
  const backend = await createWasmBackend({ workers: 1 });
  after(() => backend.close());
  const machine = await machineSystem(backend, [], { ...toyParameters(), fixedColumns: "evaluated" });
  const run = runMachine();
  const said = machineStatement(run.before, run.after);
  const inputs = machineInputs(cutMachine(run, 2), said);

  test("is accepted, and refused with other fixed columns and in the form that has them committed", async () => {
    const proven = await provenRun(machine, inputs, backend);
    assert.deepEqual(
      proven.proofs.map(([version]) => version),
      [9, 9],
    );
    assert.equal(answer(machine, said, proven), "accepted");
    const forger = withFixed(machine, 3, ([range]) => [range!.with(0, P - 1)]);
    assert.match(
      answer(machine, said, await provenRun(forger, inputs, backend)),
      /^SegmentRefused: (ConstraintMismatch|LookupSumMismatch)$/,
    );
    const before = await machineSystem(backend);
    const old = await provenRun(before, inputs, backend);
    assert.equal(answer(machine, said, old), "SegmentRefused: MalformedProof");
    assert.equal(answer(before, said, proven), "SegmentRefused: MalformedProof");
  });
});
