import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type StatementForm, statementLayout } from "../../src/proofs/circuits/boundary/statement-form.ts";
import { isStated, statedKernel } from "../../src/proofs/execution-proof/batch/kernel-statement.ts";
import { chunkStatement } from "../../src/proofs/execution-proof/batch/chunk-statement.ts";
import { encodeStatement, statementValues } from "../../src/proofs/execution-proof/run-statement.ts";
import { runDefinition, runInput, segmentedDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { cutRun } from "../../src/proofs/execution-proof/segments/cut-run.ts";
import type { ProvenProgram } from "../../src/proofs/execution-proof/run-tables.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { blockHints, endHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { BOUNDARY_WORDS, type Boundary } from "../../src/proofs/machine/interpreter/environment.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { proveRun } from "../../src/proofs/stark/proofs/prove-run.ts";
import { type RunProof, verifyRun } from "../../src/proofs/stark/proofs/verify-run.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { callingTransaction, PROGRAM as SEGMENTED } from "./support/calling-transaction.ts";
import { BOUNDARY, interpret, provenProgram } from "./support/programs.ts";

interface Vector {
  readonly version: string;
  readonly chainId: string;
  readonly before: Readonly<Record<keyof Boundary, string>> & { readonly root: readonly number[] };
  readonly after: Vector["before"];
  readonly elements: readonly number[];
}

const vectors = new URL("../../fixtures/protocol/statements.json", import.meta.url);
const { statements } = JSON.parse(readFileSync(vectors, "utf8")) as { readonly statements: readonly Vector[] };

function jointOf({ root, ...words }: Vector["before"]) {
  const boundary = Object.fromEntries(BOUNDARY_WORDS.map((name) => [name, BigInt(words[name])])) as Record<
    keyof Boundary,
    bigint
  >;
  return { root, boundary };
}

function statementOf({ version, chainId, before, after }: Vector, environment = { baseFee: 0n, blockGasLimit: 2n ** 50n }) {
  const ends = { environment: { chainId: BigInt(chainId), ...environment }, before: jointOf(before), after: jointOf(after) };
  return chunkStatement(statedKernel(BigInt(version)), ends);
}

function bytesOf(elements: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * elements.length);
  elements.forEach((element, i) => new DataView(bytes.buffer).setUint32(4 * i, element));
  return bytes;
}

describe("the statement about a chunk of a batch", () => {
  it("has the 120 elements of the vectors, in four big-endian bytes each", () => {
    assert.equal(statements.length, 3);
    for (const vector of statements) assert.deepEqual(statementOf(vector), bytesOf(vector.elements));
  });

  it("has its elements as public values, and behind them the limbs of both chains of blocks' hashes", () => {
    for (const vector of statements) {
      const values = statementValues(statedKernel(BigInt(vector.version)).statement, bytesOf(vector.elements));
      const limbs = [vector.before, vector.after].flatMap(({ blockHashes }) =>
        Array.from({ length: 16 }, (_, i) => Number((BigInt(blockHashes) >> BigInt(16 * i)) & 0xffffn)),
      );
      assert.deepEqual(values, [...vector.elements, ...limbs]);
    }
  });

  it("rejects claims other than 0, a second root other than 0, and other fixed fields with another value", () => {
    const [{ version, elements } = statements[0]!] = statements;
    const form = statedKernel(BigInt(version)).statement;
    // Of a boundary's 55 elements the second root is 8 to 15, the claims are 47 to 54.
    const boundaries = [6, 61];
    const zeros = [...boundaries.flatMap((at) => [at + 8, at + 15, at + 47, at + 54]), 116, 119];
    for (const at of [0, 1, ...zeros]) {
      const other = elements.with(at, (elements[at] ?? 0) + 1);
      assert.equal(statementValues(form, bytesOf(other)), undefined, `element ${at}`);
    }
    assert.equal(statementValues(statedKernel(BigInt(version) + 256n).statement, bytesOf(elements)), undefined);
  });

  it("has no limb of more than 16 bits, no element that is not canonical and no other length", () => {
    const [{ version, elements } = statements[0]!] = statements;
    const form = statedKernel(BigInt(version)).statement;
    for (const at of [2, 5, 22, 24, 42, 51, 77, 107])
      assert.equal(statementValues(form, bytesOf(elements.with(at, 2 ** 16))), undefined);
    for (const at of [6, 44, 61, 99]) assert.equal(statementValues(form, bytesOf(elements.with(at, P))), undefined);
    for (const other of [elements.slice(1), [...elements, 0]]) assert.equal(statementValues(form, bytesOf(other)), undefined);
  });

  it("is refused for words that it has no room for, another base fee or another gas limit", () => {
    const [vector = statements[0]!] = statements;
    const largest = { nextBatch: 32n, open: 16n, blockNumber: 64n, timestamp: 64n, coinbase: 160n, cheatCount: 32n };
    for (const [name, bits] of Object.entries(largest) as [keyof typeof largest, bigint][]) {
      assert.ok(isStated(name, 2n ** bits - 1n));
      assert.ok(!isStated(name, 2n ** bits), name);
      const before = { ...vector.before, [name]: String(2n ** bits) };
      assert.throws(() => statementOf({ ...vector, before }), /more than a statement says of it/);
    }
    assert.ok(!isStated("blockHashes", BigInt(P)));
    assert.ok(!isStated("blockHashes", 2n ** 256n) && !isStated("blockHashes", -1n));
    assert.throws(() => statementOf(vector, { baseFee: 1n, blockGasLimit: 2n ** 50n }), /has 0 in every run, not 1 and 1/);
    assert.throws(() => statementOf(vector, { baseFee: 0n, blockGasLimit: 2n ** 49n }), RangeError);
  });

  it("is shown by a run's proof, and no statement with another element is", async () => {
    const { chainId, baseFee, blockGasLimit } = ENVIRONMENT;
    const kernel = provenProgram("the kernel", kernelRows());
    const program: ProvenProgram = { ...kernel, statement: kernelIn(ENVIRONMENT) };
    const backend = await createWasmBackend({ workers: 1 });
    try {
      // NOT SECURE: small parameters.
      const definition = runDefinition(program, smallParameters({ maxLogRows: 16, queryCount: 4 }));
      const system = compileSystem(definition, await commitPreprocessed(definition, backend));
      const { timestamp } = BOUNDARY;
      const { trace, roots } = interpret(program, [...blockHints(timestamp + 2n), ...endHints()]);
      const input = runInput({ program, definition }, trace);
      const [places, end] = [program.places, { blockNumber: BOUNDARY.blockNumber + 1n, timestamp: timestamp + 2n }];
      const words = [{ ...BOUNDARY }, { ...BOUNDARY, ...end }].map((boundary) => [
        ...[boundary.blockNumber, boundary.timestamp, boundary.coinbase, chainId, baseFee, blockGasLimit],
        ...[boundary.nextBatch, boundary.open, boundary.blockHashes, boundary.cheatCount],
      ]);
      const changes = places.map((_, i) => ({ before: words[0]?.[i] ?? 0n, after: words[1]?.[i] ?? 0n }));
      const statement = encodeStatement(program, changes, roots);
      assert.deepEqual(input.statement, statement);
      const proof = await prove(system, input, backend);
      assert.deepEqual(verify(system, statement, proof), { ok: true });
      // One of each part: chain id, and at both ends root, batch, open, number, time, coinbase, hashes, cheats.
      const parts = [2, ...[6, 61].flatMap((at) => [0, 16, 18, 19, 23, 27, 37, 45].map((own) => at + own))];
      for (const at of parts) {
        const other = statement.slice();
        const view = new DataView(other.buffer);
        view.setUint32(4 * at, view.getUint32(4 * at) ^ 1);
        assert.ok(statementValues(program.statement!, other) !== undefined);
        assert.equal(verify(system, other, proof).ok, false, `element ${at}`);
      }
    } finally {
      await backend.close();
    }
  });

  it("is shown by segments with a transcript of elements, of which all say version and chain and the first one says the rest", async () => {
    const program: ProvenProgram = { ...SEGMENTED, statement: kernelIn(ENVIRONMENT) };
    // NOT SECURE: small parameters.
    const parameters = smallParameters({
      ...{
        minLogRows: 4,
        maxLogRows: 18,
        queryCount: 4,
        logBlowup: 1,
        opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
      },
      ...{ hash: { kind: "poseidon" }, transcript: "poseidon" },
    });
    const definition = runDefinition(program, parameters);
    const backend = await createWasmBackend({ workers: 1 });
    try {
      const system = compileSystem(segmentedDefinition(definition), await commitPreprocessed(definition, backend));
      const cut = cutRun({ program, definition }, callingTransaction().trace, 2);
      const [{ statement }, { statement: later }] = [cut.fill(0), cut.fill(1)];
      assert.equal(statement.length, 4 * statementLayout(statedKernel(3n).statement).elementCount);
      assert.deepEqual(later, Uint8Array.of(...statement.subarray(0, 24), ...new Uint8Array(4 * 114)));
      const run = await proveRun(system, cut, backend);
      assert.deepEqual(verifyRun(system, statement, run), { ok: true });
      // Another chain, or another word of the boundary.
      for (const at of [2, 80]) {
        const other = statement.slice();
        other[4 * at + 3]! ^= 1;
        assert.deepEqual(codeOf(system, other, run), "SegmentRefused", `element ${at}`);
      }
    } finally {
      await backend.close();
    }
  });
});

/** The kernel's statement in an environment of a test, whose constants are others. */
function kernelIn({ baseFee, blockGasLimit }: typeof ENVIRONMENT): StatementForm {
  const form = statedKernel(3n).statement;
  const words = [baseFee, blockGasLimit];
  return { ...form, fixed: form.fixed.map(({ place }, i) => ({ place, word: words[i] ?? 0n })) };
}

function codeOf(system: System, statement: Uint8Array, run: RunProof): string {
  const verdict = verifyRun(system, statement, run);
  return verdict.ok ? "accepted" : verdict.rejection.code;
}
