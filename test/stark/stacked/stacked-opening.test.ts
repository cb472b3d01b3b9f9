import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createExtension } from "../../../src/proofs/field/extension.ts";
import { add, mul } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend, Columns, CommitRequest } from "../../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { evaluateOnCoset, interpolateFromCoset } from "../../../src/proofs/kernels/reference/ntt.ts";
import { LOG_PARTS } from "../../../src/proofs/kernels/stack-layout.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import type { RejectionCode } from "../../../src/proofs/stark/openings/rejection.ts";
import { createShape, type Shape } from "../../../src/proofs/stark/systems/shape.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { createTranscript as realTranscript, type TranscriptFactory } from "../../../src/proofs/stark/transcripts/transcript.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { freeInput, freeSystem } from "./free-columns.ts";

// NOT SECURE, and without grinding: a forgery is refused by the check it is named after.
const parameters: ProofParameters = smallParameters({
  minLogRows: 4,
  queryCount: 14,
  grindingBits: 0,
  logArity: 2,
  logFinalMax: 1,
  opening: { kind: "stacked", logStackMin: 7, logStackMax: 12 },
});
const field = createExtension(5);
const honest = createReferenceBackend();
const system = freeSystem(parameters);
const heights = [7, 6, 0, 5, 4];
const input = freeInput(system, heights, 36);
const shape = shapeOf(system, heights);
const stack = shape.stack!;

function shapeOf(of: System, logRows: readonly number[]): Shape {
  const made = createShape(of, logRows);
  assert.ok(typeof made !== "number");
  return made;
}

type Changes = (backend: Backend) => Partial<Backend>;

async function verdict(
  change: Changes,
  { of = system, from = input, createTranscript }: { of?: System; from?: ProverInput; createTranscript?: TranscriptFactory } = {},
): Promise<RejectionCode | "accepted"> {
  const transcript = createTranscript === undefined ? {} : { createTranscript };
  const proof = await prove(of, from, { ...honest, ...change(honest) }, transcript);
  const result = verify(of, from.statement, proof, transcript);
  return result.ok ? "accepted" : result.rejection.code;
}

/** One more at the constant term of part 0, so in the column's value, in call number `call` for column number `column`. */
function falseValue(call: number, column: number): Changes {
  let calls = 0;
  return (backend) => ({
    evaluateParts: async (...request) => {
      const values = await backend.evaluateParts(...request);
      const at = column * 2 ** LOG_PARTS * field.degree;
      if (calls++ === call) values[at] = add(values[at]!, 1);
      return values;
    },
  });
}

const isStackTree = ({ encoding }: CommitRequest): boolean => encoding === "base31";

describe("a stack", () => {
  test("is accepted where the prover is honest, whatever the heights, arities and blowups", async () => {
    for (const [change, logRows] of [
      [{}, [7, 6, 0, 5, 4]],
      [{}, [4, 4, 9, 4, 6]],
      [{ logBlowup: 1, queryCount: 6, logArity: 3, logFinalMax: 3 }, [4, 8, 4, 4, 4]],
      [{ logBlowup: 3, logArity: 1, logFinalMax: 0, queryCount: 1 }, [9, 4, 0, 4, 4]],
      [{ logFinalMax: 5, maxLogRows: 9, opening: { kind: "stacked", logStackMin: 9, logStackMax: 9 } }, [6, 6, 0, 6, 6]],
    ] as const) {
      const of = freeSystem({ ...parameters, ...change });
      assert.equal(await verdict(() => ({}), { of, from: freeInput(of, logRows, 5) }), "accepted", JSON.stringify(logRows));
    }
  });

  test("queries on the wrong domain: positions are those of the parts, not of the stack columns", () => {
    assert.equal(shape.logDomain, stack.logStack - LOG_PARTS + parameters.logBlowup);
    assert.ok(shape.trees.every((tree) => tree.logLeaves === shape.logDomain));
  });

  test("round polynomial of degree 3 or with h(1) sent: a round has room for h(0) and h(2) and nothing else", async () => {
    const proof = await prove(system, input, honest);
    const lengths = new Map<string, number>();
    const onSections = (sections: readonly { name: string; length: number }[]) =>
      sections.forEach(({ name, length }) => lengths.set(name, length));
    assert.deepEqual(verify(system, input.statement, proof, { onSections }), { ok: true });
    // Two elements of 20 bytes a round: 4 and those of the stack's columns; 2 a layer; one for two coefficients.
    assert.equal(lengths.get("leafRounds"), 40 * (LOG_PARTS + stack.logWidth));
    assert.deepEqual([lengths.get("layerRounds[0]"), lengths.get("finalPolynomial"), lengths.get("finalRounds")], [80, 40, 40]);
    const longer = Buffer.concat([proof, new Uint8Array(20)]);
    assert.equal(codeOf(longer), "MalformedProof");
    assert.equal(codeOf(proof.subarray(0, -1)), "MalformedProof");
  });

  test("huge header: heights that no stack holds are refused as heights", () => {
    const small = freeSystem({ ...parameters, opening: { kind: "stacked", logStackMin: 8, logStackMax: 12 } });
    const proof = Uint8Array.of(6, 12, 12, 12, 12, 12);
    assert.ok(typeof createShape(small, [12, 12, 12, 12, 12]) !== "number");
    const wide = freeSystem({ ...parameters, maxLogRows: 12, opening: { kind: "stacked", logStackMin: 8, logStackMax: 12 } });
    const result = verify(wide, new Uint8Array(0), proof);
    assert.ok(!result.ok && result.rejection.code === "MalformedProof");
    // Lengths follow from the heights, and are compared before anything is hashed.
    const createTranscript: TranscriptFactory = () => assert.fail("hashes");
    const unhashed = verify(wide, new Uint8Array(0), proof, { createTranscript });
    assert.ok(!unhashed.ok && unhashed.rejection.code === "MalformedProof");
    for (const bad of [
      [13, 4, 0, 4, 4],
      [3, 4, 0, 4, 4],
      [0, 4, 0, 4, 4],
    ]) {
      const refused = verify(system, new Uint8Array(0), Uint8Array.of(6, ...bad));
      assert.ok(!refused.ok && refused.rejection.code === "MalformedProof" && refused.rejection.section === "heights");
    }
    const version = verify(system, new Uint8Array(0), Uint8Array.of(1, ...heights));
    assert.ok(!version.ok && version.rejection.code === "MalformedProof" && version.rejection.section === "version");
  });

  function codeOf(proof: Uint8Array): RejectionCode | "accepted" {
    const result = verify(system, input.statement, proof);
    return result.ok ? "accepted" : result.rejection.code;
  }
});

describe("false values are refused at the last claim", () => {
  test("value and next value of each column", async () => {
    let call = 0;
    for (const { count, nextCount } of stack.ranges) {
      for (const columns of nextCount > 0 ? [count, nextCount] : [count]) {
        for (let column = 0; column < columns; column++) {
          const isQuotient = call === stack.ranges.length + stack.ranges.filter((range) => range.nextCount > 0).length - 1;
          // Values of the quotient are also what the constraints are compared with.
          const expected = isQuotient ? "ConstraintMismatch" : "ClaimMismatch";
          assert.equal(await verdict(falseValue(call, column)), expected, `call ${call}, column ${column}`);
        }
        call++;
      }
    }
  });

  test("swapped columns: two columns of one height at each other's place", async () => {
    const swapped: Changes = (backend) => ({
      layOut: async (request) => {
        const places = request.places.map((own) => (own.length === 5 ? [own[0]!, own[1]!, own[3]!, own[2]!, own[4]!] : own));
        return backend.layOut({ ...request, places });
      },
    });
    // Only where values are those of the columns' own places does it show.
    const ownValues: Changes = (backend) => {
      let first: Columns | undefined;
      return {
        layOut: async (request) => {
          first ??= await backend.layOut(request);
          return swapped(backend).layOut!(request);
        },
        evaluateParts: async (parts, columns, point) =>
          backend.evaluateParts(parts.width === first!.width ? first! : parts, columns, point),
      };
    };
    assert.equal(await verdict(ownValues), "ClaimMismatch");
  });

  test("shifted table: columns one length behind their places", async () => {
    const shifted: Changes = (backend) => {
      let first: Columns | undefined;
      return {
        layOut: async (request) => {
          if (first !== undefined) return backend.layOut(request);
          first = await backend.layOut(request);
          const last = request.blocks.length - 1;
          const places = request.places.map((own, b) => (b === last ? own.map((place) => place + 16) : own));
          return backend.layOut({ ...request, places });
        },
        evaluateParts: async (parts, columns, point) =>
          backend.evaluateParts(parts.width === first!.width ? first! : parts, columns, point),
      };
    };
    assert.equal(await verdict(shifted), "ClaimMismatch");
  });

  test("exchanged heights: a header with two tables' heights the other way round", async () => {
    const proof = await prove(system, input, honest);
    const changed = proof.slice();
    [changed[4], changed[5]] = [proof[5]!, proof[4]!];
    const frozen: TranscriptFactory = (degree, inputs) =>
      realTranscript(
        degree,
        inputs.map((part) => (part.label === "header" ? { ...part, bytes: proof.subarray(0, 6) } : part)),
      );
    for (const options of [{}, { createTranscript: frozen }]) {
      const result = verify(system, input.statement, changed, options);
      assert.equal(result.ok ? "accepted" : result.rejection.code, "ClaimMismatch");
    }
  });

  test("absent table given a place: a header that claims its presence, and columns that leave it room", async () => {
    const proof = await prove(system, input, honest);
    const said = proof.slice();
    said[3] = 4;
    assert.equal(proof[3], 0);
    const result = verify(system, input.statement, said);
    assert.ok(!result.ok && result.rejection.code === "MalformedProof");
    // The tables behind it are at the places that its presence would give them, one place further.
    const first = shape.blocks.findIndex((block) => block.phase === "main" && block.logRows === 5);
    const room: Changes = (backend) => {
      let own: Columns | undefined;
      return {
        layOut: async (request) => {
          if (own !== undefined) return backend.layOut(request);
          own = await backend.layOut(request);
          const places = request.places.map((each, b) => (b >= first ? each.map((place) => place + 2 ** 5) : each));
          return backend.layOut({ ...request, places });
        },
        evaluateParts: async (parts, columns, point) =>
          backend.evaluateParts(parts.width === own!.width ? own! : parts, columns, point),
      };
    };
    assert.equal(await verdict(room), "ClaimMismatch");
  });

  test("foreign next point: values at the next row by the generator of another height", async () => {
    let calls = 0;
    const foreign: Changes = (backend) => ({
      evaluateParts: async (parts, columns, point) => {
        // The second call is the tallest main range at its next point; any other point is as wrong.
        const wrong = calls++ === 1 ? field.mul(point, point) : point;
        return backend.evaluateParts(parts, columns, wrong);
      },
    });
    assert.equal(await verdict(foreign), "ClaimMismatch");
  });

  test("final polynomial true at the queries, false claim", async () => {
    assert.equal(await verdict(falseValue(0, 0)), "ClaimMismatch");
  });

  test("bit order: leaf bits, stack bits and row bits the other way round", async () => {
    const reversed = (index: number, bits: number): number =>
      Array.from({ length: bits }, (_, k) => Math.floor(index / 2 ** k) % 2).reduce((sum, bit) => 2 * sum + bit, 0);
    const leafBits: Changes = (backend) => ({
      combineParts: async (blocks, weights, width) =>
        backend.combineParts(
          blocks,
          weights.map((_, i) => weights[(i & ~15) + reversed(i & 15, LOG_PARTS)]!),
          width,
        ),
    });
    const others = (which: "columns" | "rows"): Changes => {
      return (backend) => ({
        foldNeighbours: async (columns, neighbours, challenge) => {
          if (neighbours !== which) return backend.foldNeighbours(columns, neighbours, challenge);
          const data = await backend.download(columns);
          const moved =
            which === "rows"
              ? data.map((column) => column.map((_, i) => column[reversed(i, columns.logRows)]!))
              : data.map((_, i) => {
                  const [column, k] = [Math.floor(i / field.degree), i % field.degree];
                  return data[reversed(column, Math.log2(data.length / field.degree)) * field.degree + k]!;
                });
          return backend.foldNeighbours(await backend.upload(moved, columns.logRows), neighbours, challenge);
        },
      });
    };
    for (const change of [leafBits, others("columns"), others("rows")]) assert.equal(await verdict(change), "ClaimMismatch");
  });

  test("stack columns of two phases exchanged", async () => {
    const exchanged: Changes = (backend) => ({
      combineParts: async (blocks, weights, width) => backend.combineParts(blocks.toReversed(), weights, width),
    });
    assert.equal(await verdict(exchanged), "ClaimMismatch");
  });
});

describe("words that are not those of the claim", () => {
  test("filling is free, a cell is not", async () => {
    // The main phase's cells end in the middle of its last stack column.
    const main = shape.blocks.flatMap((block, b) =>
      block.phase === "main" ? stack.places[b]!.map((at) => at + 2 ** block.logRows) : [],
    );
    const end = Math.max(...main);
    assert.ok(end % 2 ** stack.logStack !== 0);
    const changed =
      (place: number, everywhere: boolean): Changes =>
      (backend) => {
        const twins = new Map<Columns, Columns>();
        const real = (columns: Columns): Columns => (everywhere ? (twins.get(columns) ?? columns) : columns);
        return {
          layOut: async (request) => {
            const parts = await backend.layOut(request);
            if (twins.size > 0) return parts;
            const data = await backend.download(parts);
            const inColumn = place % 2 ** stack.logStack;
            const part = 16 * Math.floor(place / 2 ** stack.logStack) + (inColumn % 16);
            data[part]![Math.floor(inColumn / 16)] = 7;
            twins.set(parts, await backend.upload(data, parts.logRows));
            return parts;
          },
          commit: async (request) =>
            backend.commit({ ...request, blocks: request.blocks.map((block) => twins.get(block) ?? block) }),
          evaluateParts: async (parts, columns, point) => backend.evaluateParts(real(parts), columns, point),
          combineParts: async (blocks, weights, width) => backend.combineParts(blocks.map(real), weights, width),
        };
      };
    assert.equal(await verdict(changed(end, true)), "accepted");
    // An absent table has no place: data at its columns' places are also padding.
    assert.equal(await verdict(changed(end + 2 ** 4, true)), "accepted");
    assert.equal(await verdict(changed(end, false)), "FoldMismatch");
    assert.equal(await verdict(changed(end - 1, false)), "FoldMismatch");
    assert.equal(await verdict(changed(end - 1, true)), "accepted", "any other column is as good, if it is opened honestly");
  });

  test("factor of the fold: a layer of eight times its values, as columns by rows have it", async () => {
    let layers = 0;
    const eightfold: Changes = (backend) => ({
      commit: async (request) => {
        if (isStackTree(request) || layers++ !== 1) return backend.commit(request);
        const [block] = request.blocks;
        const data = (await backend.download(block!)).map((column) => column.map((x) => mul(x, 8)));
        return backend.commit({ ...request, blocks: [await backend.upload(data, block!.logRows)] });
      },
    });
    const of = freeSystem({ ...parameters, logArity: 1, logFinalMax: 0 });
    assert.equal(await verdict(() => ({}), { of }), "accepted");
    assert.equal(await verdict(eightfold, { of }), "FoldMismatch");
  });

  /** Commits custom words: a word of N values is a polynomial of N coefficients at blowup 1. */
  async function commitWords(backend: Backend, request: CommitRequest, change: (word: Uint32Array, column: number) => void) {
    const [block] = request.blocks;
    const columns = await backend.download(block!);
    const logSize = block!.logRows + request.logBlowup;
    const words = columns.map((column, c) => {
      const word = evaluateOnCoset(column, logSize, request.shift);
      change(word, c);
      return interpolateFromCoset(word, request.shift);
    });
    return backend.commit({ ...request, blocks: [await backend.upload(words, logSize)], logBlowup: 0 });
  }

  test("layer false at a third of its positions, and at all", async () => {
    for (const isFalse of [(y: number) => y % 3 === 0, () => true]) {
      let layers = 0;
      const changed: Changes = (backend) => ({
        commit: async (request) => {
          if (isStackTree(request) || layers++ !== 0) return backend.commit(request);
          return commitWords(backend, request, (word, c) => {
            if (c === 0) word.forEach((x, y) => isFalse(y) && (word[y] = add(x, 1)));
          });
        },
      });
      assert.equal(await verdict(changed), "FoldMismatch");
    }
  });

  test("layer false at one leaf is seen by the queries that meet it, and by no other", async () => {
    let [seen, unseen] = [0, 0];
    for (let leaf = 0; leaf < 8; leaf++) {
      let layers = 0;
      let asked: readonly number[] = [];
      const changed: Changes = (backend) => ({
        commit: async (request) => {
          if (isStackTree(request) || layers++ !== 0) return backend.commit(request);
          return commitWords(backend, request, (word, c) => {
            if (c === 0) for (let y = 4 * leaf; y < 4 * leaf + 4; y++) word[y] = add(word[y]!, 1);
          });
        },
        open: async (commitment, leaves) => {
          // Leaves of the second layer and of the trees are others in number.
          if (commitment.logLeaves === shape.logDomain - 2) asked = leaves;
          return backend.open(commitment, leaves);
        },
      });
      const of = freeSystem({ ...parameters, queryCount: 3 });
      const code = await verdict(changed, { of, from: freeInput(of, heights, 100 + leaf) });
      const met = asked.includes(leaf);
      assert.equal(code !== "accepted", met, `leaf ${leaf}: ${code}`);
      if (met) seen++;
      else unseen++;
    }
    assert.ok(seen > 0 && unseen > 0, `${seen} seen, ${unseen} not`);
  });

  test("derived value of a second query in the same leaf: it is compared with the leaf's, of which one alone is left out", async () => {
    let derived = 0;
    for (let position = 0; position < 2 ** shape.logDomain; position++) {
      let layers = 0;
      let queries: readonly number[] = [];
      const changed: Changes = (backend) => ({
        commit: async (request) => {
          if (isStackTree(request) || layers++ !== 0) return backend.commit(request);
          return commitWords(backend, request, (word, c) => {
            if (c === 0) word[position] = add(word[position]!, 1);
          });
        },
        open: async (commitment, leaves) => {
          if (commitment.logLeaves === shape.logDomain) queries = leaves;
          return backend.open(commitment, leaves);
        },
      });
      const of = freeSystem({ ...parameters, queryCount: 16 });
      const code = await verdict(changed, { of, from: freeInput(of, heights, 200 + position) });
      const inLeaf = queries.filter((query) => query >> 2 === position >> 2);
      assert.equal(code === "accepted", inLeaf.length === 0, `position ${position} of ${queries.join()}`);
      // The proof has no value of the first query of a leaf, so where that is false only the leaf's root tells.
      if (inLeaf.indexOf(position) <= 0) continue;
      assert.equal(code, "FoldMismatch", `position ${position} of ${queries.join()}`);
      derived++;
    }
    assert.ok(derived > 3, `${derived} of second queries`);
  });

  test("two codewords: a word of halves passes where all queries meet the claimed one's half, and nowhere else", async () => {
    // Half of the leaves from another column, whose values are not those claimed: a query passes where the claimed one's stand.
    for (const queryCount of [1, 2, 3, 4, 5, 6]) {
      const of = freeSystem({ ...parameters, queryCount });
      const trials = 16;
      let accepted = 0;
      for (let trial = 0; trial < trials; trial++) {
        let trees = 0;
        let queries: readonly number[] = [];
        const halves: Changes = (backend) => ({
          commit: async (request) => {
            if (!isStackTree(request) || trees++ !== 0) return backend.commit(request);
            return commitWords(backend, request, (word, c) => {
              if (c === 0) word.forEach((x, y) => y % 2 === 1 && (word[y] = add(x, 1)));
            });
          },
          open: async (commitment, leaves) => {
            if (commitment.logLeaves === shape.logDomain) queries = leaves;
            return backend.open(commitment, leaves);
          },
        });
        const from = freeInput(of, heights, 1000 * queryCount + trial);
        const isAccepted = (await verdict(halves, { of, from })) === "accepted";
        assert.equal(queries.length, queryCount);
        assert.equal(
          isAccepted,
          queries.every((query) => query % 2 === 0),
          `queries ${queries.join()}`,
        );
        if (isAccepted) accepted++;
      }
      const expected = trials / 2 ** queryCount;
      const deviation = Math.sqrt(expected * (1 - 2 ** -queryCount));
      assert.ok(Math.abs(accepted - expected) <= 4 * deviation, `${accepted} of ${trials} with ${queryCount} queries`);
    }
  });
});
