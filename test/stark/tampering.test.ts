import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { BASE31_GROUP, packElements, unpackElements } from "../../src/proofs/kernels/leaf-encoding.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import type { ProofSection } from "../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { RejectionCode } from "../../src/proofs/stark/openings/rejection.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";

const backend = createReferenceBackend();
// NOT SECURE. Grinding is hard enough for a tampered nonce or final polynomial to fail there: all proofs here are fixed, so
// the chance of 2^-16 per case is taken once, when something changes the verification key.
const parameters = smallParameters({ grindingBits: 16, maxLogRows: 6 });

interface Subject {
  readonly system: System;
  readonly statement: Uint8Array;
  readonly proof: Uint8Array;
  readonly sections: readonly ProofSection[];
}

async function subject(overrides: Partial<ProofParameters>): Promise<Subject> {
  const system = await squaresSystem({ ...parameters, ...overrides }, backend);
  const input = squaresInput({ squares: 3, requests: 6 }, { start: 1, stride: 2, realRows: 7 });
  const proof = await prove(system, input, backend);
  let sections: readonly ProofSection[] = [];
  assert.deepEqual(verify(system, input.statement, proof, { onSections: (all) => (sections = all) }), { ok: true });
  return { system, statement: input.statement, proof, sections };
}

const keccak = await subject({});
const poseidon = await subject({ hash: { kind: "poseidon" } });

function codeOf({ system, statement }: Subject, proof: Uint8Array): RejectionCode | "accepted" {
  const result = verify(system, statement, proof);
  return result.ok ? "accepted" : result.rejection.code;
}

function section({ sections }: Subject, name: string): ProofSection {
  const found = sections.find((candidate) => candidate.name === name);
  assert.ok(found, `section ${name}`);
  return found;
}

function flip(proof: Uint8Array, offset: number, mask = 1): Uint8Array {
  const changed = proof.slice();
  changed[offset]! ^= mask;
  return changed;
}

/** Expected codes for a change of a low bit, by section; several if the position decides. */
function expectedCodes(name: string): readonly RejectionCode[] {
  const tree = /^tree\[(\d+)\]/.exec(name)?.[1];
  if (tree !== undefined) {
    // Trees 0 to 3 are the preprocessed, main, lookup and quotient trees; a second queried value of a FRI leaf is compared first.
    return Number(tree) > 3 && name.endsWith("rows") ? ["MerkleMismatch", "FoldMismatch"] : ["MerkleMismatch"];
  }
  switch (name.replace(/\[\d+\]/, "")) {
    case "header":
      // Another height that is allowed shifts all that follows; the suite on the header has the sharp cases.
      return ["MalformedProof", "ConstraintMismatch"];
    case "sums":
      return ["LookupSumMismatch"];
    case "auxiliary":
    case "mainRoot":
    case "lookupRoot":
    case "quotientRoot":
    case "openingsAtPoint":
    case "openingsAtNext":
      return ["ConstraintMismatch"];
    case "friRoot":
    case "finalPolynomial":
    case "nonce":
      return ["GrindingTooWeak"];
    default:
      throw new Error(`no expectation for section ${name}`);
  }
}

for (const [hash, target] of [
  ["keccak", keccak],
  ["Poseidon", poseidon],
] as const) {
  describe(`a tampered ${hash} proof`, () => {
    it("has sections that cover every byte", () => {
      let end = 0;
      for (const { offset, length } of target.sections) {
        assert.equal(offset, end);
        end += length;
      }
      assert.equal(end, target.proof.length);
    });

    for (const { name, offset, length } of target.sections) {
      it(`is rejected with the section's code: ${name}`, () => {
        // The last byte of a packed group is its lowest: bit 0 of an element, which stays canonical in these proofs.
        const step = Math.max(1, Math.floor(length / 12));
        for (let at = offset + length - 1; at >= offset; at -= step) {
          const code = codeOf(target, flip(target.proof, at));
          const allowed = [...expectedCodes(name), ...canonicityCodes(name)];
          assert.ok(allowed.includes(code as RejectionCode), `byte ${at - offset} of ${name}: ${code}`);
        }
        assert.ok(expectedCodes(name).includes(codeOf(target, flip(target.proof, offset + length - 1)) as RejectionCode));
      });
    }
  });
}

/** Flipping a bit inside packed elements can also make one non-canonical or set a padding bit. */
function canonicityCodes(name: string): readonly RejectionCode[] {
  if (name === "header" || name === "nonce" || name.endsWith("Root") || name.startsWith("friRoot")) return [];
  return ["NonCanonicalElement", "MalformedProof"];
}

describe("every single byte", () => {
  it("of a small proof is protected against a changed bit", async () => {
    const system = fibonacciSystem(smallParameters({ queryCount: 3, grindingBits: 8 }));
    const input = fibonacciInput(3);
    const proof = await prove(system, input, backend);
    assert.equal(verify(system, input.statement, proof).ok, true);
    for (let offset = 0; offset < proof.length; offset++) {
      assert.equal(verify(system, input.statement, flip(proof, offset, 1 << (offset % 8))).ok, false, `byte ${offset}`);
    }
  });
});

describe("lengths", () => {
  it("a truncated proof is malformed wherever it ends", () => {
    const { proof, sections } = keccak;
    for (const { offset } of sections) {
      for (const length of [offset, offset + 1]) {
        assert.equal(codeOf(keccak, proof.subarray(0, length)), "MalformedProof", `${length} bytes`);
      }
    }
    assert.equal(codeOf(keccak, proof.subarray(0, proof.length - 1)), "MalformedProof");
  });

  it("an extended proof is malformed", () => {
    for (const extra of [1, 26, 1000]) {
      const longer = new Uint8Array(keccak.proof.length + extra);
      longer.set(keccak.proof);
      assert.equal(codeOf(keccak, longer), "MalformedProof");
    }
  });

  it("an empty proof is malformed", () => {
    assert.equal(codeOf(keccak, new Uint8Array(0)), "MalformedProof");
  });
});

describe("the header", () => {
  const withHeader = (index: number, value: number): Uint8Array => {
    const changed = keccak.proof.slice();
    changed[index] = value;
    return changed;
  };

  it("must carry this version", () => {
    for (const version of [0, 2, 255]) assert.equal(codeOf(keccak, withHeader(0, version)), "MalformedProof");
  });

  it("must keep heights within bounds", () => {
    const { minLogRows, maxLogRows } = parameters;
    for (const table of [1, 2]) {
      for (const logRows of [0, minLogRows - 1, maxLogRows + 1, 31, 255]) {
        assert.equal(codeOf(keccak, withHeader(table, logRows)), "MalformedProof");
      }
    }
  });

  it("must give a preprocessed table its own height", () => {
    assert.equal(codeOf(keccak, withHeader(3, 5)), "MalformedProof");
  });

  it("cannot claim other allowed heights", () => {
    assert.notEqual(codeOf(keccak, withHeader(1, 4)), "accepted");
    const swapped = keccak.proof.slice();
    [swapped[1], swapped[2]] = [swapped[2]!, swapped[1]!];
    assert.notEqual(codeOf(keccak, swapped), "accepted");
  });
});

describe("elements", () => {
  it("not below the modulus are rejected in every section", () => {
    // Section and elements of its first group: requests has 3 columns, squares 3, range 1; every table 5 lookup columns.
    const groups: readonly (readonly [string, number, number])[] = [
      ["sums", 5, 5],
      ["openingsAtPoint", 8, BASE31_GROUP],
      ["openingsAtNext", 8, BASE31_GROUP],
      ["finalPolynomial", 5, 5],
      ["tree[0].rows[4]", 1, BASE31_GROUP],
      ["tree[1].rows[6]", 3, BASE31_GROUP],
      ["tree[1].rows[4]", 1, BASE31_GROUP],
      ["tree[1].rows[3]", 3, BASE31_GROUP],
      ["tree[2].rows[6]", 5, BASE31_GROUP],
      ["tree[2].rows[4]", 5, BASE31_GROUP],
      ["tree[2].rows[3]", 5, BASE31_GROUP],
      ["tree[3].rows[6]", 8, BASE31_GROUP],
      ["tree[4].rows", 5, 5],
      ["tree[5].rows", 5, 5],
    ];
    for (const [name, count, groupSize] of groups) {
      const { offset } = section(keccak, name);
      const length = packElements(new Array<number>(count).fill(0), groupSize).length;
      const elements = unpackElements(keccak.proof.slice(offset, offset + length), count, groupSize);
      assert.ok(elements, name);
      for (const value of [P, 2 ** 31 - 1]) {
        elements[0] = value;
        const changed = keccak.proof.slice();
        changed.set(packElements(elements, groupSize), offset);
        assert.equal(codeOf(keccak, changed), "NonCanonicalElement", name);
      }
    }
  });

  it("are rejected as auxiliary values too", async () => {
    const system = fibonacciSystem(parameters);
    const input = fibonacciInput(4);
    const proof = await prove(system, input, backend);
    new DataView(proof.buffer).setUint32(2, P);
    const result = verify(system, input.statement, proof);
    assert.equal(!result.ok && result.rejection.code, "NonCanonicalElement");
  });

  it("with padding bits set are malformed", () => {
    // Sums and final polynomial: the top 5 of 160 bits; rows of one column: the top bit of 32.
    for (const name of ["sums", "finalPolynomial", "tree[0].rows[4]", "tree[4].rows"]) {
      assert.equal(codeOf(keccak, flip(keccak.proof, section(keccak, name).offset, 0x80)), "MalformedProof", name);
    }
  });

  it("of Poseidon digests are rejected when not canonical", () => {
    const { offset } = section(poseidon, "tree[1].siblings");
    const changed = poseidon.proof.slice();
    changed.fill(0xff, offset, offset + 4);
    assert.equal(codeOf(poseidon, changed), "NonCanonicalElement");
  });
});

describe("a proof for something else", () => {
  it("is rejected for another statement", () => {
    const result = verify(keccak.system, Uint8Array.of(1, 3), keccak.proof);
    assert.equal(!result.ok && result.rejection.code, "ConstraintMismatch");
  });

  it("is rejected for bytes that do not encode a statement", () => {
    const result = verify(keccak.system, Uint8Array.of(1, 2, 3), keccak.proof);
    assert.deepEqual(result, { ok: false, rejection: { code: "BadStatement" } });
  });

  it("is rejected under any other parameter", async () => {
    const others: readonly Partial<ProofParameters>[] = [
      { extensionDegree: 4 },
      { extensionDegree: 6 },
      { logBlowup: 3 },
      { queryCount: 5 },
      { queryCount: 7 },
      { grindingBits: 15 },
      { grindingBits: 17 },
      { grindingBaseLogRows: 5 },
      { logArity: 2 },
      { logFinalMax: 3 },
      { hash: { kind: "keccak", digestBytes: 27 } },
      { hash: { kind: "poseidon" } },
      { maxConstraintDegree: 4 },
      { minLogRows: 3 },
      { maxLogRows: 7 },
    ];
    for (const other of others) {
      const system = await squaresSystem({ ...parameters, ...other }, backend);
      assert.equal(verify(system, keccak.statement, keccak.proof).ok, false, JSON.stringify(other));
    }
  });

  it("is rejected with tables in another order", () => {
    const [squares, requests, range] = keccak.system.definition.tables;
    const definition = { ...keccak.system.definition, tables: [requests!, squares!, range!] };
    const system = compileSystem(definition, keccak.system.preprocessedRoots);
    assert.equal(verify(system, keccak.statement, keccak.proof).ok, false);
    const swapped = keccak.proof.slice();
    [swapped[1], swapped[2]] = [swapped[2]!, swapped[1]!];
    assert.equal(verify(system, keccak.statement, swapped).ok, false);
  });

  it("is rejected with another preprocessed root", () => {
    const roots = new Map([...keccak.system.preprocessedRoots].map(([logRows, root]) => [logRows, flip(root, 0)]));
    const system = compileSystem(keccak.system.definition, roots);
    assert.equal(verify(system, keccak.statement, keccak.proof).ok, false);
  });
});

describe("hostile bytes", () => {
  it("never make the verifier throw", () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 300; round++) {
      const proof = keccak.proof.slice(0, random(4) === 0 ? random(keccak.proof.length) : keccak.proof.length);
      for (let i = random(6); i >= 0 && proof.length > 0; i--) proof[random(proof.length)] = random(256);
      verify(keccak.system, keccak.statement, proof);
    }
    for (let length = 0; length < 200; length++) {
      const noise = Uint8Array.from({ length: length * 7 }, () => random(256));
      assert.equal(codeOf(keccak, noise), "MalformedProof");
    }
  });
});
