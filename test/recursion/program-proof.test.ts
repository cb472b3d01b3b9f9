import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { ProgramError } from "../../src/proofs/recursion/check-program.ts";
import { interpret, type Memory } from "../../src/proofs/recursion/interpret.ts";
import {
  admittedProgram,
  programInput,
  type ProgramSystem,
  programSystem,
  runProgram,
} from "../../src/proofs/recursion/tables/program-system.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import type { Relation, Word } from "../../src/proofs/recursion/relation.ts";
import {
  batchParameters,
  compressParameters,
  fastParameters,
  programParameters,
  wrapParameters,
} from "../../src/proofs/recursion/tables/program-parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { leastProvenBits } from "../../src/proofs/stark/security/proof-security.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { pathProgram, pathStatement, type PathVariant } from "./path-program.ts";
import { leafParameters } from "./squares-leaf.ts";
import { checkTraces } from "../stark/check-traces.ts";

const P = 2130706433;
const words = Array.from({ length: 8 }, (_, i) => [7 * i + 1, 3, P - 1 - i, 0, i]);
const siblings = [1, 2].map((k) => Array.from({ length: 8 }, (_, i) => 1000 * k + i));
const hint = [17, 0, 0, 5, 0, 0, 0, P - 1];
const given = { words, position: 2, siblings, drawn: hint };
const { publicValues, hints } = pathStatement(given);
const program = pathProgram();
const parameters = leafParameters();

/** The path program's digest by these parameters. Another one means other tables, and that proofs made before are refused. */
const DIGEST = "b430bfc00786d12ed313cce4424fb83f6ab4e5b0f33a2e84aff980fe0017cfc6";

function memoryOf(of: Program, values = publicValues): Memory {
  const run = interpret(of, values, hints);
  assert.ok(run.ok);
  return run.memory;
}

/** Other programs that take the same hints, and how they differ. */
const OTHERS: Readonly<Record<string, { readonly other: Program; readonly variant: PathVariant }>> = {
  "of another constant": {
    other: changed("constant", (relation) => ({ ...relation, value: [1, 2, 3, 4, 6] }), 1),
    variant: { from: [1, 2, 3, 4, 6] },
  },
  "with wires swapped": {
    other: changed("arithmetic", (relation) => ({ ...relation, b: relation.c, c: relation.b }), 9),
    variant: { isSwapped: true },
  },
  "that hashes less": {
    other: changed("climb", (relation) => ({ ...relation, from: previous(relation.from) })),
    variant: { blocks: 4 },
  },
  "with another tag": { other: changed("compress", (relation) => ({ ...relation, tag: 20 })), variant: { firstTag: 20 } },
  "with another tag of a step": { other: changed("climb", (relation) => ({ ...relation, tag: 20 })), variant: { stepTag: 20 } },
};

type OfKind<Kind> = Extract<Relation, { readonly kind: Kind }>;

/** The program with one relation of a kind that says something else. */
function changed<Kind extends Relation["kind"]>(kind: Kind, change: (relation: OfKind<Kind>) => OfKind<Kind>, nth = 0): Program {
  const { relations } = program;
  const own = relations.filter((relation) => relation.kind === kind)[nth] as OfKind<Kind>;
  return { ...program, relations: relations.with(relations.indexOf(own), change(own)) };
}

/** The digest before the last block of what is hashed to an octet. */
function previous(octet: number): OfKind<"compress">["left"] {
  const last = program.relations.find((relation) => relation.kind === "compress" && relation.to === octet);
  assert.ok(last?.kind === "compress");
  return last.left;
}

describe("the proof of a program", () => {
  let backend: Backend;
  let own: ProgramSystem;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    own = await admittedProgram(program, Buffer.from(DIGEST, "hex"), { parameters, backend });
  });
  after(() => backend.close());

  it("has a table for each kind of relation, whose rows hold", () => {
    const { tables } = own.system;
    assert.deepEqual(
      tables.map(({ air }) => air.name),
      ["hash", "arithmetic", "dot", "deal", "bits", "pack", "constant", "public"],
    );
    for (const { air } of tables) assert.ok(air.degree <= 3, `${air.name} has degree ${air.degree}`);
    const input = programInput(own, publicValues, memoryOf(program));
    assert.deepEqual(checkTraces(own.system, input, { limit: 5 }), []);
    assert.deepEqual(runProgram(own, publicValues, hints), { ok: true, input });
    const isRefused = { ok: false, relation: program.relations.length - 1 };
    assert.deepEqual(runProgram(own, publicValues.with(-1, 1), hints), isRefused);
  });

  it("has no system if a value is compared with nothing", async () => {
    const { relations, wordCount } = program;
    const [linear, c, d] = [1, wordCount - 1, wordCount].map(Number) as [number, Word, Word];
    const unread: Relation = {
      ...{ kind: "arithmetic", product: 0, a: undefined, b: undefined, linear, c, constant: 0, d },
    };
    const loose = { ...program, relations: [...relations, unread], wordCount: wordCount + 1 };
    await assert.rejects(programSystem(loose, programParameters(), backend), { name: "ProgramError", code: "NeverRead" });
  });

  it("has 100.3 proven bits by the parameters of leaves and of batches, and fewer with a query less", async () => {
    for (const given of [programParameters(), batchParameters()]) {
      const bitsWith = async (queryCount: number): Promise<number> => {
        const { system } = await programSystem(program, { ...given, queryCount }, backend);
        return leastProvenBits(system, { circuitDigestElements: 8, statementTerms: 0 });
      };
      assert.ok((await bitsWith(given.queryCount)) >= 100.3);
      assert.ok((await bitsWith(given.queryCount - 1)) < 100.3);
    }
  });

  it("has 100 proven bits by the parameters of the last layers too, in Johnson's regime, and fewer with a query or two less", async () => {
    for (const given of [compressParameters(), wrapParameters(), fastParameters()]) {
      const bitsWith = async (queryCount: number): Promise<number> => {
        const { system } = await programSystem(program, { ...given, queryCount }, backend);
        return leastProvenBits(system, { circuitDigestElements: 8, statementTerms: 0, stacksInJohnson: true });
      };
      assert.ok((await bitsWith(given.queryCount)) >= 100);
      assert.ok((await bitsWith(given.queryCount - 2)) < 100);
    }
  });

  it("is made of a run and accepted, and says nothing of another statement", async () => {
    const input = programInput(own, publicValues, memoryOf(program));
    const proof = await prove(own.system, input, backend);
    assert.deepEqual(verify(own.system, input.statement, proof).ok, true);
    publicValues.forEach((value, i) => {
      const other = elementBytes(publicValues.with(i, (value + 1) % P));
      assert.equal(verify(own.system, other, proof).ok, false, `public value ${i}`);
    });
    assert.equal(verify(own.system, elementBytes(publicValues.slice(1)), proof).ok, false);
    assert.equal(verify(own.system, elementBytes([...publicValues, 0]), proof).ok, false);
  });

  for (const [name, { other, variant }] of Object.entries(OTHERS)) {
    it(`is not that of a program ${name}, under its own name or this one's`, async () => {
      const isOther = (error: unknown) => error instanceof ProgramError && error.code === "OtherDigest";
      await assert.rejects(admittedProgram(other, own.system.verificationKeyDigest, { parameters, backend }), isOther);
      const foreign = await programSystem(other, parameters, backend);
      const { system } = foreign;
      const { publicValues: statement } = pathStatement(given, variant);
      const input = programInput(foreign, statement, memoryOf(other, statement));
      assert.deepEqual(checkTraces(system, input), []);
      const proof = await prove(system, input, backend);
      assert.equal(verify(system, input.statement, proof).ok, true);
      assert.equal(verify(own.system, input.statement, proof).ok, false);
      const { verificationKeyDigest } = own.system;
      const relabelled = await prove({ ...system, verificationKeyDigest }, input, backend);
      assert.equal(verify(own.system, input.statement, relabelled).ok, false);
    });
  }
});
