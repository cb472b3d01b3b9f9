import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { statementLayout } from "../../src/circuits/boundary/statement-form.ts";
import { isStated, kernelStatement } from "../../src/execution-proof/batch/kernel-statement.ts";
import { KERNEL_PLACES } from "../../src/execution-proof/memory-places.ts";
import { chunkStatement } from "../../src/execution-proof/batch/chunk-statement.ts";
import { encodeStatement, statementValues } from "../../src/execution-proof/run-statement.ts";
import { runDefinition, runInput } from "../../src/execution-proof/run-system.ts";
import type { ProvenProgram } from "../../src/execution-proof/run-tables.ts";
import { P } from "../../src/field/koala-bear.ts";
import { createWasmBackend } from "../../src/kernels/wasm/backend.ts";
import { blockHints, endHints } from "../../src/machine/hints/transaction-hints.ts";
import { BOUNDARY_WORDS, type Boundary } from "../../src/machine/interpreter/environment.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { commitPreprocessed } from "../../src/stark/preprocess.ts";
import { prove } from "../../src/stark/prove.ts";
import { compileSystem } from "../../src/stark/system.ts";
import { verify } from "../../src/stark/verify.ts";
import { ENVIRONMENT } from "../machine/support/compare.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
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
  const program = { places: KERNEL_PLACES, statement: kernelStatement(BigInt(version)) };
  return chunkStatement(program, { chainId: BigInt(chainId), ...environment }, jointOf(before), jointOf(after));
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
      const values = statementValues(kernelStatement(BigInt(vector.version)), bytesOf(vector.elements));
      const limbs = [vector.before, vector.after].flatMap(({ blockHashes }) =>
        Array.from({ length: 16 }, (_, i) => Number((BigInt(blockHashes) >> BigInt(16 * i)) & 0xffffn)),
      );
      assert.deepEqual(values, [...vector.elements, ...limbs]);
    }
  });

  it("claims not 0, second root not 0, and what else has one value, are no statement", () => {
    const [{ version, elements } = statements[0]!] = statements;
    const form = kernelStatement(BigInt(version));
    // Of a boundary's 55 elements the second root is 8 to 15, the claims are 47 to 54.
    const boundaries = [6, 61];
    const zeros = [...boundaries.flatMap((at) => [at + 8, at + 15, at + 47, at + 54]), 116, 119];
    for (const at of [0, 1, ...zeros]) {
      const other = elements.with(at, (elements[at] ?? 0) + 1);
      assert.equal(statementValues(form, bytesOf(other)), undefined, `element ${at}`);
    }
    assert.equal(statementValues(kernelStatement(BigInt(version) + 256n), bytesOf(elements)), undefined);
  });

  it("has no limb of more than 16 bits, no element that is not canonical and no other length", () => {
    const [{ version, elements } = statements[0]!] = statements;
    const form = kernelStatement(BigInt(version));
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
    const [fee, limit] = kernelStatement(3n).fixed.map(({ place }) => place);
    const fixed = [
      { place: fee!, word: baseFee },
      { place: limit!, word: blockGasLimit },
    ];
    const kernel = provenProgram("the kernel", kernelRows(3));
    const program: ProvenProgram = { ...kernel, statement: { ...kernelStatement(3n), fixed } };
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
      assert.equal(statementLayout(kernelStatement(3n)).elementCount, 120);
    } finally {
      await backend.close();
    }
  });
});
