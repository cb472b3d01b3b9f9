import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { CASES } from "../../src/proofs/circuits/recover/recover-air.ts";
import { bytesOf } from "../../src/proofs/circuits/shapes/word.ts";
import { runDefinition, runInput } from "../../src/proofs/execution-proof/run-system.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { Random } from "../chain/state/support/random.ts";
import { multiple } from "../circuits/curve/support/sum-forgeries.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { refusalsOf } from "./support/judge.ts";
import { interpret, POP, programOf, push, RECOVER, STOP } from "./support/programs.ts";
import { placed, recoverRun, type Signature, SIGNATURE, signatureOfInfinity, stores } from "./support/recover-run.ts";
import { checkTraces } from "../stark/check-traces.ts";

const { Fp, Fn } = secp256k1.Point;
const N = Fn.ORDER;
const P = Fp.ORDER;
const WORD = 2n ** 256n;

/** Signature with R as this multiple of the generator, with any s and hash. */
function ofMultiple(scalar: bigint, hash: bigint, s: bigint): Signature {
  const { x, y } = multiple(scalar);
  return { hash, parity: y & 1n, r: x, s };
}

function signed(hash: bigint, secret: bigint): Signature {
  const bytes = Buffer.from(hash.toString(16).padStart(64, "0"), "hex");
  const options = { prehash: false, format: "recovered" } as const;
  const signature = secp256k1.sign(bytes, Fn.toBytes(secret), options);
  const { r, s, recovery } = secp256k1.Signature.fromBytes(signature, "recovered");
  return { hash, parity: BigInt(recovery ?? 0), r, s };
}

/** The largest x of a point that is below the order. */
function largestR(): bigint {
  let x = N - 1n;
  while (!Fp.eql(Fp.pow(Fp.create(x ** 3n + 7n), (P - 1n) / 2n), Fp.ONE)) x--;
  return x;
}

/** Every case, and what makes an addition's points equal or opposite. */
const SIGNATURES: readonly (readonly [keyof typeof CASES, Signature])[] = [
  ["good", signed(0x1234n, 77n)],
  ["good", signed(N + 5n, N - 3n)],
  ["good", { ...signed(0x1234n, 77n), parity: 1n }],
  ["good", { ...signed(0x1234n, 77n), parity: 0n }],
  ["good", { ...SIGNATURE, s: N - 1n }],
  ["good", { ...SIGNATURE, hash: 0n }],
  ["good", { ...SIGNATURE, hash: WORD - 1n }],
  // R is the generator, its opposite, and twice it; the key is R.
  ["good", ofMultiple(1n, 9n, 5n)],
  ["good", ofMultiple(N - 1n, 9n, 5n)],
  ["good", ofMultiple(2n, 0n, multiple(2n).x)],
  ["good", ofMultiple(1n, Fn.neg(multiple(1n).x), multiple(1n).x)],
  // Random, and with r and s at their ends; r is the largest below the order that a point has.
  ...[1n, 2n, 3n, 4n].flatMap((seed) => {
    const random = new Random(Number(seed) + 40);
    const signature = signed(random.bits(256), random.bits(255));
    return [0n, 1n].map((parity) => ["good", { ...signature, parity }] as const);
  }),
  ...[1n, N - 1n].flatMap((s) => [1n, largestR()].map((r) => ["good", { hash: N + 1n, parity: s & 1n, r, s }] as const)),
  ["infinite", signatureOfInfinity()],
  ["infinite", ofMultiple(1n, 5n, 5n)],
  ["noPoint", { ...SIGNATURE, r: 5n }],
  ["noPoint", { ...SIGNATURE, r: 5n, parity: 0n }],
  ["largeParity", { ...SIGNATURE, parity: 2n }],
  ["largeParity", { ...SIGNATURE, parity: 27n }],
  ["largeParity", { ...SIGNATURE, parity: 2n ** 255n + 1n }],
  ["zeroR", { ...SIGNATURE, r: 0n }],
  ["largeR", { ...SIGNATURE, r: N }],
  ["largeR", { ...SIGNATURE, r: P + 1n }],
  ["zeroS", { ...SIGNATURE, s: 0n }],
  ["largeS", { ...SIGNATURE, s: N }],
  ["largeS", { ...SIGNATURE, s: WORD - 1n }],
];

/** The key by another implementation than the table's; undefined for none. */
function keyOf({ hash, parity, r, s }: Signature): { readonly x: bigint; readonly y: bigint } | undefined {
  if (parity > 1n || r === 0n || s === 0n || r >= N || s >= N) return undefined;
  try {
    const signature = new secp256k1.Signature(r, s, Number(parity));
    return signature.recoverPublicKey(Buffer.from(hash.toString(16).padStart(64, "0"), "hex")).toAffine();
  } catch {
    return undefined;
  }
}

describe("the table recover", () => {
  it("has the key of every signature, or shows why no key signed so", () => {
    for (const [name, signature] of SIGNATURES) {
      const run = recoverRun(signature);
      const [row] = run.recover;
      const label = `${name}: ${Object.values(signature).join()}`;
      assert.deepEqual(refusalsOf(run), [], label);
      const key = keyOf(signature);
      assert.equal(row![name], 1, label);
      assert.equal(row!.good, key === undefined ? 0 : 1, label);
      if (key !== undefined) assert.deepEqual([row!.keyX, row!.keyY], [bytesOf(key.x), bytesOf(key.y)], label);
    }
    assert.deepEqual([...new Set(SIGNATURES.map(([name]) => name))].sort(), Object.keys(CASES).sort());
  });

  it("cannot recover from an offset that is not a multiple of 32", () => {
    assert.throws(() => interpret(programOf([push(1), RECOVER, POP, STOP])), { name: "UnprovableRecoveryError", offset: 1 });
  });
});

describe("the tables that recover asks", () => {
  let backend: Backend;
  before(async () => {
    backend = await createWasmBackend({ workers: 1 });
  });
  after(() => backend.close());

  it("answer all that it asks, over the bus, for a signature of each case", async () => {
    const firsts = Object.keys(CASES).map((name) => SIGNATURES.findLast(([own]) => own === name)![1]);
    const code = firsts.flatMap((signature) => [...stores(placed(signature)), push(0), RECOVER, POP]);
    const program = programOf([...code, STOP]);
    const definition = runDefinition(program, smallParameters({ maxLogRows: 16, queryCount: 4 }));
    const system = compileSystem(definition, await commitPreprocessed(definition, backend));
    const { trace } = interpret(program);
    assert.deepEqual(checkTraces(system, runInput({ program, definition }, trace)), []);
    assert.equal(trace.recoveries.length, Object.keys(CASES).length);
  });
});
