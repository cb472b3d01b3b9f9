import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { shapeOfProof } from "../../src/proofs/recursion/proof-hints.ts";
import type { CheckedShape } from "../../src/proofs/recursion/proof-code.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { createRandom } from "../circuits/support/random.ts";
import { byNight } from "../support/nightly.ts";
import { freeProgram } from "./nodes/free-program.ts";
import { leafParameters, squaresLeafInput, squaresLeafSystem } from "./squares-leaf.ts";
import { leafProgram, checkByProgram } from "./check-by-program.ts";

/** Mutations of each kind of proof. */
const MUTATIONS = byNight(250, 20);

interface Accepted {
  readonly shape: CheckedShape;
  readonly statement: Uint8Array;
  readonly proof: Uint8Array;
}

/** A proof that is changed somewhere. One element is another, or several are and parts may end elsewhere. */
interface Mutation {
  readonly changed: Uint8Array;
  readonly isOneElement: boolean;
}

function mutated(proof: Uint8Array, random: (limit: number) => number): Mutation {
  const [at, from, length] = [random(proof.length), random(proof.length), 1 + random(40)];
  const kind = random(8);
  if (kind === 0) return { changed: proof.slice().copyWithin(at, from, from + length), isOneElement: false };
  if (kind === 1) return { changed: proof.subarray(0, at), isOneElement: false };
  const parts = [proof.subarray(0, at), proof.subarray(from, from + length), proof.subarray(at)];
  if (kind === 2) return { changed: Buffer.concat(parts), isOneElement: false };
  const byte = proof[at] ?? 0;
  return { changed: proof.with(at, kind === 3 ? random(256) : byte ^ (1 << random(8))), isOneElement: true };
}

describe("a proof that is changed at random", () => {
  let backend: WasmBackend;
  let accepted: Readonly<Record<string, Accepted>>;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const system = await squaresLeafSystem(leafParameters({ paths: "capped" }), backend);
    const input = squaresLeafInput({ squares: 4, requests: 6 });
    const proof = await prove(system, input, backend);
    const shape = shapeOfProof(system, proof);
    const program = await freeProgram(9, backend);
    accepted = {
      squares: { shape: { system, shape, statementCode: (_a, elements) => elements }, statement: input.statement, proof },
      "a program": { shape: program, ...(await program.prove([1, 2, 3, 4, 5, 6, 7, 8, 9])) },
    };
  });
  after(() => backend.close());

  for (const [name, seed] of [
    ["squares", 1],
    ["a program", 2],
  ] as const) {
    it(`has one verdict by program and verifier, of ${name}, ${MUTATIONS} times`, () => {
      const random = createRandom(seed);
      const { shape, statement, proof } = accepted[name]!;
      const leaf = leafProgram(shape.system, shape.shape, shape.statementCode);
      assert.deepEqual(checkByProgram(leaf, statement, proof), { ok: true });
      for (let i = 0; i < MUTATIONS; i++) {
        const { changed, isOneElement } = mutated(proof, random);
        const isSame = Buffer.from(changed).equals(proof);
        const expected = verify(shape.system, statement, changed);
        const verdict = checkByProgram(leaf, statement, changed);
        assert.equal(expected.ok, isSame, `mutation ${i}`);
        assert.equal(verdict.ok, isSame, `mutation ${i}`);
        // A program knows lengths before anything else, the verifier as it reads: of several faults they may name different ones.
        if (isOneElement && !verdict.ok && !expected.ok) assert.equal(verdict.code, expected.rejection.code, `mutation ${i}`);
      }
    });
  }
});
