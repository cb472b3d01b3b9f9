import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import { Assembler } from "../../../src/proofs/recursion/assembler.ts";
import { AdmittedPrograms, type ProgramKey } from "../../../src/proofs/recursion/nodes/admitted-programs.ts";
import { nodeHints, type StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import { joinedChunks, joinProgram } from "../../../src/proofs/recursion/nodes/chunks-program.ts";
import type { NodeProgram } from "../../../src/proofs/recursion/nodes/node-program.ts";
import { type PreparedProgram, programKey, ProgramSet } from "../../../src/proofs/recursion/nodes/program-set.ts";
import { statementCells, writeProofCheck } from "../../../src/proofs/recursion/proof-code.ts";
import { programInput, runProgram } from "../../../src/proofs/recursion/tables/program-system.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { elementBytes } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { forcedRun } from "../forced-run.ts";
import { freeNode } from "./free-program.ts";
import { provenOnce } from "./proven-once.ts";
import { smallNodeParameters } from "./small-parameters.ts";
import { boundary, chunks } from "./statements.ts";
import { checkByNode } from "../check-by-program.ts";

const [start, middle, end] = [boundary(1000, 5, 0, 40), boundary(2000, 5, 1, 41), boundary(3000, 6, 0, 42)];
const [left, right] = [chunks(start, middle), chunks(middle, end)];

/** Two programs that any statement satisfies, and their join; a third one is in the same form, and not in the set. */
const set = new ProgramSet({
  statementCount: 161,
  parameters: smallNodeParameters,
  writers: { one: () => freeNode(161, 1), other: () => freeNode(161, 2), foreign: () => freeNode(161, 3), join: joinProgram },
});

describe("a join", () => {
  let backend: WasmBackend;
  let programs: Record<"one" | "other" | "foreign" | "join", PreparedProgram>;
  let keys: Record<"one" | "other" | "foreign" | "join", ProgramKey>;
  let admitted: AdmittedPrograms;
  let joined: number[];
  let statement: Uint8Array;
  let node: NodeProgram;
  let proofs: readonly StatedProof[];

  const hints = (name: "one" | "other" | "join") => admitted.hintsOf(keys[name], ["one", "other", "join"].indexOf(name));
  const proven = (name: "one" | "other" | "foreign", elements: readonly number[]): Promise<StatedProof> =>
    provenOnce(programs[name], backend, elements);

  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const prepared = await Promise.all(set.names.map(async (name) => [name, await set.prepare(name, backend)] as const));
    programs = Object.fromEntries(prepared) as typeof programs;
    keys = Object.fromEntries(prepared.map(([name, { compiled }]) => [name, programKey(compiled)])) as typeof keys;
    admitted = new AdmittedPrograms([keys.one, keys.other, keys.join], set.shape.depth);
    joined = joinedChunks(left, right, admitted.digest);
    statement = elementBytes(joined);
    ({ node } = programs.join);
    proofs = [
      { ...(await proven("one", left)), program: hints("one") },
      { ...(await proven("other", right)), program: hints("other") },
    ];
  });
  after(() => backend.close());

  it("accepts proofs of two programs of a set, and neither in the other's place", () => {
    assert.deepEqual(checkByNode(node, statement, proofs), { ok: true });
    assert.equal(checkByNode(node, statement, proofs.toReversed()).ok, false);
  });

  it("accepts a proof of itself", async () => {
    const last = boundary(4000, 6, 0, 43);
    const both = { ...(await provenOnce(programs.join, backend, joined, proofs)), program: hints("join") };
    const third = { ...(await proven("one", chunks(end, last))), program: hints("one") };
    const three = joinedChunks(joined, chunks(end, last), admitted.digest);
    assert.deepEqual(checkByNode(node, elementBytes(three), [both, third]), { ok: true });
    const byOther = joinedChunks(joined, chunks(end, last), admitted.digest.with(0, 1));
    const verdict = checkByNode(node, elementBytes(byOther), [both, third]);
    assert.ok(!verdict.ok);
    assert.match(verdict.where, /^programs of programs are admitted by one digest/);
  });

  it("refuses a proof of another statement than a child's, also where the statements follow from each other", () => {
    const others: readonly (readonly [string, readonly number[], readonly number[]])[] = [
      ["left", chunks(boundary(1001, 5, 0, 40), middle), right],
      ["right", left, chunks(middle, boundary(3000, 6, 0, 43))],
    ];
    for (const [place, first, second] of others) {
      const stated = [first, second].map((elements, i) => ({ ...proofs[i]!, statement: elementBytes(elements) }));
      const verdict = checkByNode(node, elementBytes(joinedChunks(first, second, admitted.digest)), stated);
      assert.ok(!verdict.ok);
      assert.match(verdict.where, new RegExp(`^${place}: `));
    }
  });

  it("refuses each child's proof that is changed, in the child's place", () => {
    for (const [i, place] of ["left", "right"].entries()) {
      const { proof } = proofs[i]!;
      for (const at of [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => Math.floor(part * proof.length))) {
        const changed = proofs.with(i, { ...proofs[i]!, proof: proof.with(at, proof[at]! ^ 1) });
        const verdict = checkByNode(node, statement, changed);
        assert.ok(!verdict.ok, `byte ${at} of the ${place} one`);
        if (verdict.where.includes("relation ")) assert.match(verdict.where, new RegExp(`^${place}: `));
      }
    }
  });

  it("refuses a foreign program's proof of the same statement, by its own key and by an admitted one", async () => {
    const foreign = await proven("foreign", left);
    const whole = new AdmittedPrograms([keys.one, keys.other, keys.foreign], set.shape.depth);
    const claims = [
      hints("one"),
      hints("other"),
      admitted.hintsOf(keys.foreign, 0),
      admitted.hintsOf(keys.foreign, 3),
      whole.hintsOf(keys.foreign, 2),
    ];
    for (const [i, program] of claims.entries()) {
      const verdict = checkByNode(node, statement, proofs.with(0, { ...foreign, program }));
      assert.ok(!verdict.ok, `claim ${i}`);
      assert.match(verdict.where, /^left: /);
    }
    // By a digest that admits it, it is taken: so it is the digest that refuses.
    const byOther = joinedChunks(left, right, whole.digest);
    const both = [
      { ...foreign, program: whole.hintsOf(keys.foreign, 2) },
      { ...proofs[1]!, program: whole.hintsOf(keys.other, 1) },
    ];
    assert.deepEqual(checkByNode(node, elementBytes(byOther), both), { ok: true });
  });

  it("refuses one program's proof under the key, the root or the place of another one", () => {
    const [one] = proofs as readonly [StatedProof];
    const mixed: readonly ProgramKey[] = [
      { digest: keys.one.digest, root: keys.other.root },
      { digest: keys.other.digest, root: keys.one.root },
    ];
    const claims = [hints("other"), ...mixed.map((key) => admitted.hintsOf(key, 0)), admitted.hintsOf(keys.one, 1)];
    for (const [i, program] of claims.entries())
      assert.equal(checkByNode(node, statement, proofs.with(0, { ...one, program })).ok, false, `claim ${i}`);
  });

  it("has each child's statement wired to its proof: a program without that wire accepts any", () => {
    const a = new Assembler();
    a.section("statements", "BadStatement");
    const said = Array.from({ length: 161 }, () => a.public());
    const loose = statementCells(a, a.newWords(161));
    said.forEach((c) => a.arithmetic({ linear: { factor: 1, c } }, c));
    a.scope("child");
    const { digest, root } = keys.one;
    const pack = (elements: readonly number[]) => a.pack(elements.map((element) => a.constant(element)));
    writeProofCheck(a, set.shape, loose, { digest: pack(digest), root: pack(root) });
    const { system, shape } = set.shape;
    const without: NodeProgram = {
      children: [{ name: "child", system, logRows: shape.logRows, statementCount: 161, isAdmitted: false }],
      program: a.build("loose"),
    };
    const any = elementBytes(joined.with(50, 1));
    assert.deepEqual(checkByNode(without, any, proofs.slice(0, 1)), { ok: true });
  });

  it("is proven, but no other statement, and none over a gap whose prover ignores a relation that does not hold", async () => {
    const { compiled } = programs.join;
    const run = runProgram(compiled, joined, nodeHints(node, proofs));
    assert.ok(run.ok);
    const proof = await prove(compiled.system, run.input, backend);
    assert.deepEqual(verify(compiled.system, statement, proof), { ok: true });
    // All elements are changed where rules are judged; here some of each part.
    for (let i = 0; i < joined.length; i += 5) {
      const other = elementBytes(joined.with(i, (joined[i] ?? 0) + 1));
      assert.equal(verify(compiled.system, other, proof).ok, false, `element ${i}`);
    }

    const gap = chunks(boundary(2001, 5, 1, 41), end);
    const apart = [proofs[0]!, { ...(await proven("other", gap)), program: hints("other") }];
    const memory = forcedRun(node.program, joined, nodeHints(node, apart));
    const forged = await prove(compiled.system, programInput(compiled, joined, memory), backend);
    assert.equal(verify(compiled.system, statement, forged).ok, false);
  });
});
