import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { add, GENERATOR, mul, P, pow, rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import type { Rejection } from "../../src/proofs/stark/openings/rejection.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { createTranscript, type TranscriptFactory } from "../../src/proofs/stark/transcripts/transcript.ts";
import { verify, type VerifyOptions } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";

const backend = createReferenceBackend();
const parameters = smallParameters({ maxLogRows: 6 });
const fibonacci = fibonacciSystem(parameters);
const squares = await squaresSystem(parameters, backend);

async function rejectionOf(
  system: System,
  input: ProverInput,
  device: Backend = backend,
  options: VerifyOptions = {},
): Promise<Rejection | undefined> {
  const transcript = options.createTranscript === undefined ? {} : { createTranscript: options.createTranscript };
  const result = verify(system, input.statement, await prove(system, input, device, transcript), options);
  return result.ok ? undefined : result.rejection;
}

function withCell(
  input: ProverInput,
  table: number,
  column: number,
  row: number,
  change: (value: number) => number,
): ProverInput {
  const traces = input.traces.map((columns) => columns.map((values) => values.slice()));
  const cells = traces[table]![column]!;
  cells[row] = change(cells[row]!);
  return { ...input, traces };
}

describe("a prover that follows the protocol on a wrong trace", () => {
  const input = fibonacciInput(5);
  it("is caught by the constraints, whichever cell is wrong", async () => {
    for (const column of [0, 1, 2]) {
      for (const row of [0, 1, 17, 31]) {
        const rejection = await rejectionOf(
          fibonacci,
          withCell(input, 0, column, row, (value) => add(value, 1)),
        );
        assert.equal(rejection?.code, "ConstraintMismatch", `column ${column}, row ${row}`);
      }
    }
  });

  it("is caught claiming another auxiliary value or starting elsewhere", async () => {
    assert.equal((await rejectionOf(fibonacci, { ...input, auxiliary: [[1]] }))?.code, "ConstraintMismatch");
    assert.equal((await rejectionOf(fibonacci, { ...input, statement: Uint8Array.of(1, 2) }))?.code, "ConstraintMismatch");
  });

  it("is caught when a bus does not balance", async () => {
    const honest = squaresInput({ squares: 3, requests: 4 }, { start: 1, stride: 2, realRows: 7 });
    const moreUses = withCell(honest, 2, 0, 3, (value) => value + 1);
    assert.equal((await rejectionOf(squares, moreUses))?.code, "LookupSumMismatch");
    // 12, 14, 16: the last is not in the range table although every row constraint holds.
    const outside = squaresInput({ squares: 3, requests: 4 }, { start: 12, stride: 2, realRows: 3 });
    assert.equal((await rejectionOf(squares, outside))?.code, "LookupSumMismatch");
    const wrongSquare = withCell(
      withCell(honest, 1, 2, 0, (value) => value + 1),
      0,
      1,
      7,
      (value) => value + 1,
    );
    assert.equal((await rejectionOf(squares, wrongSquare))?.code, "ConstraintMismatch");
  });

  it("cannot use a multiplicity that wraps around the field", async () => {
    const honest = squaresInput({ squares: 3, requests: 4 }, { start: 1, stride: 2, realRows: 7 });
    // −1 use of value 0 and one use more of value 2 preserve the number of uses, but not the messages.
    const shifted = withCell(
      withCell(honest, 2, 0, 0, () => P - 1),
      2,
      0,
      2,
      (value) => value + 1,
    );
    assert.equal((await rejectionOf(squares, shifted))?.code, "LookupSumMismatch");
  });
});

describe("a prover that cheats in the protocol", () => {
  const input = fibonacciInput(6);
  const cheat = (changes: Partial<Backend>): Backend => ({ ...backend, ...changes });
  const bump = async (device: Backend, handle: Parameters<Backend["download"]>[0]) => {
    const columns = await device.download(handle);
    columns[0]![0] = add(columns[0]![0]!, 1);
    return device.upload(columns, handle.logRows);
  };

  it("is caught with another final polynomial", async () => {
    const device = cheat({
      download: async (handle) => {
        const columns = await backend.download(handle);
        columns[0]![0] = add(columns[0]![0]!, 1);
        return columns;
      },
    });
    assert.equal((await rejectionOf(fibonacci, input, device))?.code, "FinalPolynomialMismatch");
  });

  it("is caught with another quotient, even if it is opened consistently", async () => {
    const device = cheat({ quotient: async (request) => bump(backend, await backend.quotient(request)) });
    assert.equal((await rejectionOf(fibonacci, input, device))?.code, "ConstraintMismatch");
  });

  it("is caught with another DEEP polynomial at the first FRI tree", async () => {
    const device = cheat({ deep: async (request) => bump(backend, await backend.deep(request)) });
    const rejection = await rejectionOf(fibonacci, input, device);
    // A leaf with two queried positions shows the difference before its root does.
    assert.ok(
      rejection?.code === "MerkleMismatch" ? rejection.tree === 2 : rejection?.code === "FoldMismatch" && rejection.layer === 0,
    );
  });

  it("is caught folding wrongly at the next FRI tree or the final polynomial", async () => {
    const device = cheat({ fold: async (...request) => bump(backend, await backend.fold(...request)) });
    const rejection = await rejectionOf(fibonacci, input, device);
    assert.ok(
      rejection?.code === "MerkleMismatch" ? rejection.tree === 3 : rejection?.code === "FoldMismatch" && rejection.layer === 1,
    );
  });

  it("is caught not grinding", async () => {
    const strict = fibonacciSystem({ ...parameters, grindingBits: 16 });
    const rejection = await rejectionOf(strict, input, cheat({ grind: async () => 0n }));
    assert.ok(rejection?.code === "GrindingTooWeak" && rejection.expected === 16 && rejection.got < 16);
  });
});

describe("the out-of-domain point", () => {
  const input = fibonacciInput(4);
  const withPoint =
    (x: number): TranscriptFactory =>
    (degree, inputs) => {
      const inner = createTranscript(degree, inputs);
      const point = [x, ...new Array<number>(degree - 1).fill(0)];
      return { ...inner, challenge: (label) => (label === "point" ? point : inner.challenge(label)) };
    };
  const proofAt = async (x: number): Promise<Rejection | undefined> => {
    const proof = await prove(fibonacci, input, backend);
    const result = verify(fibonacci, input.statement, proof, { createTranscript: withPoint(x) });
    return result.ok ? undefined : result.rejection;
  };

  it("is refused inside the trace domain", async () => {
    for (const x of [1, rootOfUnity(4), pow(rootOfUnity(4), 7)]) assert.equal((await proofAt(x))?.code, "PointInDomain");
  });

  it("is refused inside the evaluation domain", async () => {
    for (const exponent of [0, 1, 63]) {
      const x = mul(GENERATOR, pow(rootOfUnity(6), exponent));
      assert.equal((await proofAt(x))?.code, "PointInDomain");
    }
  });

  it("may be a base element outside both", async () => {
    assert.equal(await rejectionOf(fibonacci, input, backend, { createTranscript: withPoint(5) }), undefined);
  });
});

describe("a second queried value of a FRI leaf", () => {
  it("must equal the value derived from the layer before", async () => {
    // 8 queries among the 4 leaves of 8 positions: some leaf holds several.
    const system = fibonacciSystem(smallParameters({ queryCount: 8, logFinalMax: 2, maxLogRows: 6, grindingBits: 0 }));
    const input = fibonacciInput(3);
    const proof = await prove(system, input, backend);
    let [offset, length] = [0, 0];
    verify(system, input.statement, proof, {
      onSections: (sections) => ({ offset, length } = sections.find(({ name }) => name === "tree[2].rows")!),
    });
    const codes = new Set<string>();
    for (let end = offset + 20; end <= offset + length; end += 20) {
      const changed = proof.slice();
      changed[end - 1]! ^= 1;
      const result = verify(system, input.statement, changed);
      assert.equal(result.ok, false);
      if (!result.ok) codes.add(result.rejection.code);
    }
    assert.deepEqual([...codes].sort(), ["FoldMismatch", "MerkleMismatch"]);
  });
});
