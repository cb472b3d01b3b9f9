import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { interpret } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import { proofHints, shapeOfProof } from "../../src/proofs/recursion/proof-hints.ts";
import { cellsOf } from "../../src/proofs/recursion/relation.ts";
import { add, P, sub } from "../../src/proofs/field/koala-bear.ts";
import { createExtension } from "../../src/proofs/field/extension.ts";
import { poseidonTranscript } from "../../src/proofs/stark/transcripts/poseidon-transcript.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { evaluatePolynomial, pointAt } from "../../src/proofs/stark/openings/fri.ts";
import type { ProofSection } from "../../src/proofs/stark/openings/proof.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { equalityWeights } from "../../src/proofs/stark/stacked/sumcheck.ts";
import { verify, type VerifyOptions } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "../stark/airs/fibonacci.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { leafParameters, squaresLeafInput, squaresLeafSystem } from "./squares-leaf.ts";
import { leafProgram, type LeafProgram, checkByProgram, sectionOf } from "./check-by-program.ts";

const backend = createReferenceBackend();
const field = createExtension(5);
const CASES = await Promise.all([
  leafCase("a proof without caps", {}, { level: 0, values: 0 }),
  leafCase("a proof with caps, whose final values are sums", { paths: "capped", logFinalMax: 3 }, { level: 3, values: 0 }),
  leafCase(
    "a proof with caps, whose final values are picked",
    { paths: "capped", logFinalMax: 3, logBlowup: 1, queryCount: 12 },
    { level: 4, values: 16 },
  ),
]);

function leafOf(bytes: Uint8Array, of: System): LeafProgram {
  return leafProgram(of, shapeOfProof(of, bytes), (_assembler, elements) => elements);
}

/** A proof, the program of its shape, and their verdicts. `entries`: level of caps, count of offered values, both by hand. */
async function leafCase(
  name: string,
  overrides: Partial<ProofParameters>,
  entries: { readonly level: number; readonly values: number },
) {
  const parameters = leafParameters(overrides);
  const system = await squaresLeafSystem(parameters, backend);
  const input = squaresLeafInput({ squares: 4, requests: 6 });
  const proof = await prove(system, input, backend);
  const leaf = leafOf(proof, system);

  function codeOfVerify(statement: Uint8Array, bytes: Uint8Array, options: VerifyOptions = {}, of = system): string {
    const verdict = verify(of, statement, bytes, options);
    return verdict.ok ? "accepted" : verdict.rejection.code;
  }

  function codeOfProgram(statement: Uint8Array, bytes: Uint8Array, compressOf = compress, of = leaf): string {
    const verdict = checkByProgram(of, statement, bytes, compressOf);
    return verdict.ok ? "accepted" : verdict.code;
  }

  function sectionsOf(bytes: Uint8Array): readonly ProofSection[] {
    let sections: readonly ProofSection[] = [];
    verify(system, input.statement, bytes, { onSections: (read) => (sections = read) });
    return sections;
  }

  return { name, entries, parameters, system, input, proof, leaf, codeOfVerify, codeOfProgram, sectionsOf };
}

/** Relations whose cells all have a value before them: they only compare. */
function comparisons({ relations }: Program): number[] {
  const known = new Set<string>();
  return relations.flatMap((relation, i) => {
    const keys = cellsOf(relation).map(({ memory, cell }) => `${memory} ${cell}`);
    const isComparison = relation.kind !== "offer" && keys.every((key) => known.has(key));
    for (const key of keys) known.add(key);
    return isComparison ? [i] : [];
  });
}

for (const own of CASES)
  describe(`the program of ${own.name}`, () => {
    const { parameters, system, input, proof, codeOfVerify, codeOfProgram, sectionsOf } = own;

    it("accepts a proof, of whatever heights", async () => {
      assert.equal(codeOfProgram(input.statement, proof), "accepted");
      for (const heights of [
        { squares: 8, requests: 4 },
        { squares: 5, requests: 5 },
      ]) {
        const other = squaresLeafInput(heights);
        const bytes = await prove(system, other, backend);
        assert.equal(codeOfProgram(other.statement, bytes, compress, leafOf(bytes, system)), "accepted");
        assert.equal(codeOfProgram(other.statement, bytes), "MalformedProof");
      }
    });

    it("accepts one of layers that fold by 8 and by what is left, and of leaves that are the root", async () => {
      for (const overrides of [
        { paths: parameters.paths, logArity: 3, logFinalMax: 2, opening: { kind: "stacked", logStackMin: 11, logStackMax: 12 } },
        { paths: parameters.paths, logArity: 3, logFinalMax: 5, opening: { kind: "stacked", logStackMin: 9, logStackMax: 12 } },
      ] as const) {
        const other = await squaresLeafSystem(leafParameters(overrides), backend);
        const bytes = await prove(other, input, backend);
        assert.deepEqual(checkByProgram(leafOf(bytes, other), input.statement, bytes), { ok: true });
      }
    });

    it("takes auxiliary values in, and does without lookups", async () => {
      const plain = fibonacciSystem(
        smallParameters({ ...parameters, paths: undefined, transcript: "keccak", hash: { kind: "keccak", digestBytes: 26 } }),
      );
      const fibonacci = compileSystem({
        ...{ ...plain.definition, parameters, statementElements: { count: 2, shared: 0 } },
        publicValues: (statement) => (statement.length === 8 ? wordsOf(statement) : undefined),
      });
      const given = { ...fibonacciInput(5, [2, 3]), statement: elementBytes([2, 3]) };
      const bytes = await prove(fibonacci, given, backend);
      const own = leafOf(bytes, fibonacci);
      assert.equal(codeOfProgram(given.statement, bytes, compress, own), "accepted");
      for (const changed of [elementBytes([2, 4]), elementBytes([3, 3])]) {
        const expected = codeOfVerify(changed, bytes, {}, fibonacci);
        assert.notEqual(expected, "accepted");
        assert.equal(codeOfProgram(changed, bytes, compress, own), expected);
      }
      const auxiliary = bytes.slice();
      auxiliary[5]! ^= 1;
      assert.equal(
        codeOfProgram(given.statement, auxiliary, compress, own),
        codeOfVerify(given.statement, auxiliary, {}, fibonacci),
      );
      assert.notEqual(codeOfProgram(given.statement, auxiliary, compress, own), "accepted");
    });

    it("refuses what the verifier refuses, with its code: each part changed, cut off, drawn out, another statement", () => {
      const codes = new Set<string>();
      for (const { name, offset, length } of sectionsOf(proof)) {
        for (const [at, bit] of [
          [offset, 1],
          [offset + length - 1, 1],
          [offset, 0x80],
        ] as const) {
          const changed = proof.slice();
          changed[at]! ^= bit;
          const expected = codeOfVerify(input.statement, changed);
          assert.equal(codeOfProgram(input.statement, changed), expected, `${name}, byte ${at}, bit ${bit}`);
          codes.add(expected);
        }
      }
      for (const code of ["MalformedProof", "NonCanonicalElement", "LookupSumMismatch", "ConstraintMismatch", "ClaimMismatch"])
        assert.ok(codes.has(code), `${code} of ${[...codes].join()}`);
      for (const code of ["GrindingTooWeak", "MerkleMismatch", "FoldMismatch"]) assert.ok(codes.has(code), code);
      assert.ok(!codes.has("accepted"));
      for (const bytes of [proof.subarray(0, -1), Buffer.concat([proof, Uint8Array.of(0)]), new Uint8Array(0)])
        assert.equal(codeOfProgram(input.statement, bytes), "MalformedProof");
      for (const statement of [elementBytes([2, 2]), elementBytes([1, 3]), elementBytes([1]), new Uint8Array(8).fill(0xff)]) {
        const expected = codeOfVerify(statement, proof);
        assert.notEqual(expected, "accepted");
        assert.equal(codeOfProgram(statement, proof), expected);
      }
    });

    it("refuses the second encoding of a root or of a cap's node, as the verifier does", () => {
      const roots = sectionsOf(proof).filter(({ name }) => /Root|\.cap$/.test(name));
      assert.ok(roots.length > 4);
      let tried = 0;
      for (const { offset } of roots) {
        const changed = proof.slice();
        const view = new DataView(changed.buffer, offset);
        view.setUint32(0, view.getUint32(0) + P);
        assert.equal(codeOfVerify(input.statement, changed), "NonCanonicalElement");
        assert.equal(codeOfProgram(input.statement, changed), "NonCanonicalElement");
        tried++;
      }
      assert.equal(tried, roots.length);
    });

    it("climbs from each leaf to its cap or root, offers a cap's nodes once, and picks once for each path", () => {
      const { relations } = own.leaf.program;
      const { logDomain, trees } = shapeOfProof(system, proof);
      const { queryCount, logArity } = parameters;
      const { level, values } = own.entries;
      // One layer has 2^logArity values in a leaf; of the first case a second layer has two.
      const layers = level === 0 ? [logArity, logArity + 1] : [logArity];
      const depths = [...trees.map(() => logDomain), ...layers.map((folded) => logDomain - folded)];
      const steps = depths.reduce((sum, depth) => sum + depth - level, 0);
      const expected = {
        climb: queryCount * steps,
        offer: level === 0 ? 0 : depths.length * 2 ** level + values,
        pick: level === 0 ? 0 : queryCount * (depths.length + (values === 0 ? 0 : 1)),
      };
      const counted = Object.keys(expected).map((kind) => [kind, relations.filter((each) => each.kind === kind).length]);
      assert.deepEqual(Object.fromEntries(counted), expected);
    });
  });

describe("a system whose proofs no program checks", () => {
  const [{ system, proof }] = CASES;

  it("is refused: by rows and keccak, or in segments", async () => {
    const shape = shapeOfProof(system, proof);
    const plain = fibonacciSystem(smallParameters());
    const given = fibonacciInput(4);
    const bytes = await prove(plain, given, backend);
    assert.throws(() => leafOf(bytes, plain), /checked by no program/);
    const cut = { ...system, definition: { ...system.definition, segments: { most: 2 } } };
    assert.throws(() => leafProgram(cut, shape, (_assembler, elements) => elements), /proven in segments/);
  });
});

for (const own of CASES)
  describe(`the program of ${own.name}, under challenges that are frozen`, () => {
    const { parameters, system, input, proof, leaf, codeOfVerify, sectionsOf } = own;
    /** The transcript's states of the honest proof, whatever is taken in: challenges that do not depend on what they should. */
    const states: (readonly number[])[] = [];
    verify(system, input.statement, proof, {
      createTranscript: poseidonTranscript((tag, left, right) => {
        const state = compress(tag, left, right);
        states.push(state);
        return state;
      }),
    });

    function frozen(all = states): typeof compress {
      let next = 0;
      return (tag, left, right) => (tag === 17 ? [...all[next++]!] : compress(tag, left, right));
    }

    const hints = proofHints(system, proof);
    const publicValues = wordsOf(input.statement);
    /** Relations that were found not to hold. */
    const failed = new Set<number>();
    const run = (changed: typeof hints, all = states): string => {
      const result = interpret(leaf.program, publicValues, changed, frozen(all));
      if (result.ok) return "accepted";
      failed.add(result.relation);
      return sectionOf(leaf.program, result.relation).code;
    };

    it("refuses each changed hint except the nonce, whose grinding is not computed here", () => {
      assert.equal(run(hints), "accepted");
      const accepted: string[] = [];
      hints.words.forEach((word, i) => {
        if (run({ ...hints, words: hints.words.with(i, word.with(0, add(word[0]!, 1))) }) === "accepted")
          accepted.push(`word ${i}`);
      });
      hints.octets.forEach((octet, i) => {
        if (run({ ...hints, octets: hints.octets.with(i, octet.with(7, add(octet[7]!, 1))) }) === "accepted")
          accepted.push(`octet ${i}`);
      });
      const nonce = hints.words.length - parameters.queryCount * layerValues() - 1;
      assert.deepEqual(accepted, [`word ${nonce}`]);
    });

    it("refuses a final polynomial that fits the claim alone, as the verifier does", () => {
      const { logFinalMax } = parameters;
      const challenges = roundChallenges();
      const [first, second] = equalityWeights(field, challenges.slice(challenges.length - logFinalMax));
      const at = sectionWords("finalPolynomial");
      const words = hints.words
        .with(at, field.add(hints.words[at]!, second!))
        .with(at + 1, field.sub(hints.words[at + 1]!, first!));
      assert.equal(run({ ...hints, words }), "FinalPolynomialMismatch");
    });

    it("refuses a point of the trace domain, too few bits of grinding, and positions that are others", () => {
      const drawn = drawnStates();
      const point = states.with(drawn.point!, [1, 0, 0, 0, 0, 0, 0, 0]);
      assert.equal(run(hints, point), "PointInDomain");
      const byTranscript = { createTranscript: poseidonTranscript(frozen(point)) };
      assert.equal(codeOfVerify(input.statement, proof, byTranscript), "PointInDomain");
      const found = states[drawn.nonce!]!;
      for (let bit = 0; bit < parameters.grindingBits; bit++) {
        const weak = states.with(drawn.nonce!, found.with(0, add(found[0]!, 2 ** bit)));
        assert.equal(run(hints, weak), "GrindingTooWeak");
      }
      assert.equal(
        run(hints, states.with(drawn.nonce!, found.with(0, sub(found[0]!, 2 ** parameters.grindingBits)))),
        "accepted",
      );
      const other = states.with(drawn.nonce! + 1, states[drawn.nonce! + 1]!.with(2, add(states[drawn.nonce! + 1]![2]!, 1)));
      assert.match(run(hints, other), /MerkleMismatch|FoldMismatch/);
    });

    it("has no comparison that none of these found wrong", () => {
      const assertions = comparisons(leaf.program);
      const left = assertions.filter((i) => !failed.has(i));
      // The final polynomial is found wrong at the first query.
      const elsewhere = left.filter((i) => !/^query (?!0:)\d+: final/.test(sectionOf(leaf.program, i).title));
      assert.deepEqual(
        elsewhere.map((i) => sectionOf(leaf.program, i).title),
        [],
      );
      assert.ok(assertions.length > 5 * 8);
    });

    if (own.entries.values > 0)
      it("offers the final polynomial's value at each position", () => {
        const run = interpret(leaf.program, publicValues, hints, frozen());
        assert.ok(run.ok);
        const at = sectionWords("finalPolynomial");
        const coefficients = hints.words.slice(at, at + 2 ** parameters.logFinalMax);
        const values = leaf.program.relations.flatMap((each) => (each.kind === "offer" ? [each] : [])).slice(-own.entries.values);
        values.forEach(({ index, octet }, position) => {
          assert.equal(index, position);
          // The layer folds by 4, so the coset's shift is 3^4.
          const value = evaluatePolynomial(field, coefficients, pointAt(position, Math.log2(values.length), parameters.logArity));
          assert.deepEqual(run.memory.octets[octet], [...value, 0, 0, 0], `position ${position}`);
        });
      });

    function layerValues(): number {
      const names = sectionsOf(proof).filter(({ name }) => /^tree\[\d+\]\.rows$/.test(name));
      return names.reduce((sum, { length }) => sum + length / 20, 0) / parameters.queryCount;
    }

    /** Index of a section's first word among the hints. */
    function sectionWords(wanted: string): number {
      const target = sectionsOf(proof).find(({ name }) => name === wanted)!;
      const bytes = proof.slice();
      bytes[target.offset + 19]! ^= 1;
      const changed = proofHints(system, bytes);
      return changed.words.findIndex((word, i) => word.join() !== hints.words[i]!.join());
    }

    function roundChallenges(): (readonly number[])[] {
      const challenges: (readonly number[])[] = [];
      const inner = poseidonTranscript(compress);
      verify(system, input.statement, proof, {
        createTranscript: (degree, inputs) => {
          const transcript = inner(degree, inputs);
          return {
            ...transcript,
            challenge: (label) => {
              const value = transcript.challenge(label);
              if (label === "fold") challenges.push(value);
              return value;
            },
          };
        },
      });
      return challenges;
    }

    /** Which of the states the point is, and which the nonce leads to. */
    function drawnStates(): { point?: number; nonce?: number } {
      let count = 0;
      const found: { point?: number; nonce?: number } = {};
      const inner = poseidonTranscript((tag, left, right) => {
        count++;
        return compress(tag, left, right);
      });
      verify(system, input.statement, proof, {
        createTranscript: (degree, inputs) => {
          const transcript = inner(degree, inputs);
          return {
            ...transcript,
            challenge: (label) => {
              const value = transcript.challenge(label);
              if (label === "point") found.point = count - 1;
              return value;
            },
            grind: (nonce) => {
              const bits = transcript.grind(nonce);
              found.nonce = count - 1;
              return bits;
            },
          };
        },
      });
      return found;
    }
  });
