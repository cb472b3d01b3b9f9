import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import { checkProgram } from "../../src/proofs/recursion/check-program.ts";
import { disassemble } from "../../src/proofs/recursion/disassembly.ts";
import { FormArithmetic } from "../../src/proofs/recursion/forms.ts";
import { interpret } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import type { Octet, Relation, Word } from "../../src/proofs/recursion/relation.ts";
import * as plain from "../stark/stacked/plain-stack.ts";

const NO_HINTS = { words: [], octets: [] };
const P = 2130706433;
const eight = (first: number): number[] => Array.from({ length: 8 }, (_, i) => first + i);
const word = (cell: number) => cell as Word;
const octet = (cell: number) => cell as Octet;

function begun(): Assembler {
  const assembler = new Assembler();
  assembler.section("all", "ConstraintMismatch");
  return assembler;
}

/** Words that a program says are these constants, without the checker's eye. */
function holds(relations: readonly Relation[], hints: Parameters<typeof interpret>[2] = NO_HINTS): boolean {
  const program = { ...programOf(relations) };
  return interpret(program, [], hints).ok;
}

function programOf(relations: readonly Relation[], publicCount = 0): Program {
  const sections = [{ title: "all", first: 0, code: "ConstraintMismatch" as const }];
  return { name: "planted", relations, sections, wordCount: 80, octetCount: 20, publicCount };
}

const constant = (cell: number, ...value: number[]): Relation => ({
  kind: "constant",
  value: Array.from({ length: 5 }, (_, i) => value[i] ?? 0),
  word: word(cell),
});
/** a·b + c = d */
const sum = (a: number, b: number, c: number, d: number): Relation => ({
  ...{ kind: "arithmetic", product: 1, a: word(a), b: word(b), linear: 1, c: word(c), constant: 0, d: word(d) },
});

describe("relations", () => {
  it("arithmetic holds for the sum of big integers, and for no other", () => {
    const [a, b, c] = [
      [3, 1, 4, 1, P - 5],
      [9, 2, 6, 5, 3],
      [5, 8, P - 9, 7, 9],
    ] as const;
    const big = (x: readonly number[]) => x.map(BigInt);
    const expected = plain
      .add(plain.add(plain.scale(plain.mul(big(a), big(b)), 7n), plain.scale(big(c), 11n)), [13n, 0n, 0n, 0n, 0n])
      .map(Number);
    const relation: Relation = {
      ...{ kind: "arithmetic", product: 7, a: word(0), b: word(1), linear: 11, c: word(2), constant: 13, d: word(3) },
    };
    assert.ok(holds([constant(0, ...a), constant(1, ...b), constant(2, ...c), constant(3, ...expected), relation]));
    for (let i = 0; i < 5; i++) {
      const wrong = expected.with(i, (expected[i]! + 1) % P);
      assert.ok(!holds([constant(0, ...a), constant(1, ...b), constant(2, ...c), constant(3, ...wrong), relation]));
    }
  });

  it("an inverse is one, and 0 has none", () => {
    const inverse: Relation = {
      ...{ kind: "arithmetic", product: 1, a: word(0), b: word(2), linear: 0, c: undefined, constant: 0, d: word(1) },
    };
    const program = programOf([constant(0, 2, 3), constant(1, 1), inverse]);
    const result = interpret(program, [], NO_HINTS);
    assert.ok(result.ok);
    const product = plain.mul([2n, 3n, 0n, 0n, 0n], result.memory.words[2]!.map(BigInt));
    assert.deepEqual(product.map(Number), [1, 0, 0, 0, 0]);
    assert.ok(!holds([constant(0, 0), constant(1, 1), inverse]));
  });

  it("bits are those of the number below p, and of the base field alone", () => {
    const bitsOf = (parts: Partial<Extract<Relation, { kind: "bits" }>>): Relation => ({
      ...{ kind: "bits", element: word(0), low: undefined, high: undefined, bits: new Array<undefined>(24).fill(undefined) },
      ...parts,
    });
    for (const number of [0, 1, 0x5a5a5a, 0x12345678, P - 1]) {
      const halves = [constant(1, number % 65536), constant(2, Math.floor(number / 65536))];
      assert.ok(holds([constant(0, number), ...halves, bitsOf({ low: word(1), high: word(2) })]));
      assert.ok(!holds([constant(0, number), ...halves, bitsOf({ low: word(2), high: word(1) })]) || number === 0);
      for (let bit = 0; bit < 24; bit++) {
        const set = Math.floor(number / 2 ** bit) % 2;
        const named = bitsOf({ bits: Array.from({ length: 24 }, (_, i) => (i === bit ? word(1) : undefined)) });
        assert.ok(holds([constant(0, number), constant(1, set), named]));
        assert.ok(!holds([constant(0, number), constant(1, 1 - set), named]));
      }
    }
    assert.ok(!holds([constant(0, 1, 1), constant(1, 1), bitsOf({ low: word(1) })]));
  });

  it("octets are packed, dealt and compressed element by element", () => {
    const words = Array.from({ length: 8 }, (_, i) => word(10 + i));
    const [zero, one, two] = [constant(0), constant(1, 1), constant(2, 2)];
    const packed = [1, 2, 0, 0, 0, 0, 0, 2].map(word);
    const relations: Relation[] = [
      ...[zero, one, two],
      { kind: "deal", words, octets: [0, 1, 2, 3, 4].map(octet) },
      { kind: "pack", words: packed, octet: octet(5) },
      { kind: "compress", tag: 17, left: octet(5), right: octet(4), to: octet(6) },
      { kind: "compress", tag: 19, left: octet(6), right: octet(7), to: octet(8) },
    ];
    const hints = {
      words: Array.from({ length: 8 }, (_, i) => [0, 1, 2, 3, 4].map((c) => 5 * i + c)),
      octets: [eight(50)],
    };
    const result = interpret(programOf(relations), [], hints);
    assert.ok(result.ok);
    for (let i = 0; i < 5; i++) assert.deepEqual(result.memory.octets[i], eight(8 * i));
    assert.deepEqual(result.memory.octets[5], [1, 2, 0, 0, 0, 0, 0, 2]);
    const expected = compress(19, compress(17, [1, 2, 0, 0, 0, 0, 0, 2], eight(32)), eight(50));
    assert.deepEqual(result.memory.octets[8], expected);
    const notBase: Relation[] = [constant(0, 1, 1), { kind: "pack", words: new Array<Word>(8).fill(word(0)), octet: octet(0) }];
    assert.ok(!holds(notBase));
  });

  it("a step of a path is on the side that its bit selects, and a bit is 0 or 1", () => {
    const zeros: Relation = { kind: "pack", words: new Array<Word>(8).fill(word(9)), octet: octet(0) };
    const climb = (bit: number, tag = 18): Program =>
      programOf([constant(9), zeros, constant(0, bit), { kind: "climb", tag, bit: word(0), from: octet(0), to: octet(1) }]);
    const hints = { words: [], octets: [eight(1)] };
    const none = new Array<number>(8).fill(0);
    for (const tag of [18, 30]) {
      const nodes = [compress(tag, none, eight(1)), compress(tag, eight(1), none)];
      for (const bit of [0, 1]) {
        const result = interpret(climb(bit, tag), [], hints);
        assert.ok(result.ok);
        assert.deepEqual(result.memory.octets[1], nodes[bit]);
      }
    }
    assert.ok(!interpret(climb(2), [], hints).ok);
  });

  it("a dot adds eight products", () => {
    const weights = Array.from({ length: 8 }, (_, i) => [i, 1, i * i, 7, P - i - 1]);
    const expected = weights.reduce<readonly bigint[]>(
      (total, weight, i) => plain.add(total, plain.scale(weight.map(BigInt), BigInt(3 + i))),
      [0n, 0n, 5n, 0n, 0n],
    );
    const relations = (sumOf: readonly number[]): Relation[] => [
      ...weights.map((weight, i) => constant(i, ...weight)),
      ...eight(3).map((value, i) => constant(10 + i, value)),
      ...[constant(20, 0, 0, 5), constant(21, ...sumOf)],
      { kind: "deal", words: eight(0).map(word), octets: [0, 1, 2, 3, 4].map(octet) },
      { kind: "pack", words: eight(10).map(word), octet: octet(5) },
      { kind: "dot", octet: octet(5), weights: [0, 1, 2, 3, 4].map(octet), from: word(20), to: word(21) },
    ];
    assert.ok(holds(relations(expected.map(Number))));
    for (let c = 0; c < 5; c++) assert.ok(!holds(relations(expected.map(Number).with(c, Number(expected[c]!) ^ 1))));
  });

  it("takes as many hints and public values as the program names", () => {
    const assembler = begun();
    const [first, hint] = [assembler.public(), assembler.newOctet()];
    const packed = assembler.pack([first]);
    assembler.compress(17, packed, hint, assembler.compress(17, packed, hint));
    const program = assembler.build("two hashes");
    assert.ok(interpret(program, [5], { words: [], octets: [eight(0)] }).ok);
    for (const octets of [[], [eight(0), eight(1)]])
      assert.throws(() => interpret(program, [5], { words: [], octets }), RangeError);
    for (const values of [[], [1, 2]]) assert.throws(() => interpret(program, values, NO_HINTS), RangeError);
  });
});

describe("the checker of programs", () => {
  const pack = (...cells: readonly (number | undefined)[]) =>
    Array.from({ length: 8 }, (_, i) => (i < cells.length ? cells[i] : 0)).map((cell) =>
      cell === undefined ? undefined : word(cell),
    );
  const hashed: Relation[] = [
    constant(0),
    { kind: "pack", words: pack(), octet: octet(0) },
    { kind: "compress", tag: 17, left: octet(0), right: octet(1), to: octet(2) },
    { kind: "compress", tag: 17, left: octet(0), right: octet(1), to: octet(2) },
  ];
  const bits = (element: number, low: number | undefined): Relation => ({
    ...{ kind: "bits", element: word(element), low: low === undefined ? undefined : word(low), high: undefined },
    bits: new Array<undefined>(24).fill(undefined),
  });
  const twice: Relation = {
    kind: "bits",
    element: word(0),
    low: word(6),
    high: word(6),
    bits: new Array<undefined>(24).fill(undefined),
  };
  const eightWords = (first: number) => eight(first).map(word);

  it("takes what has one value for each cell", () => {
    checkProgram(programOf([...hashed, constant(1, 1), constant(2, 2), sum(1, 2, 2, 3), sum(1, 2, 2, 3), bits(3, 3)]));
  });

  const planted: readonly (readonly [string, string, readonly Relation[], number?])[] = [
    ["a cell that no relation has given a value", "ReadBeforeWritten", [...hashed, sum(5, 5, 0, 0)]],
    [
      "a left operand that is anything",
      "ReadBeforeWritten",
      [...hashed, { kind: "compress", tag: 17, left: octet(9), right: octet(1), to: octet(2) }],
    ],
    ["an element of bits that is anything", "ReadBeforeWritten", [...hashed, bits(5, 0)]],
    ["a value that is never compared", "NeverRead", [...hashed, sum(0, 0, 0, 5)]],
    [
      "a node that is never compared",
      "NeverRead",
      [...hashed, { kind: "climb", tag: 18, bit: word(0), from: octet(2), to: octet(9) }],
    ],
    ["a hint that is not hashed", "NeverRead", [...hashed.slice(0, 3)]],
    [
      "a factor that is not an inverse: 0 / 0 is anything",
      "NoInversion",
      [...hashed, { ...inverseOf(0, 5, 0) }, sum(5, 5, 5, 0)],
    ],
    ["a factor next to a sum", "NoInversion", [...hashed, constant(1, 1), { ...inverseOf(1, 5, 1), linear: 1, c: word(1) }]],
    ["a factor of a variable", "NoInversion", [...hashed, constant(1, 1), sum(1, 1, 1, 4), inverseOf(1, 5, 4)]],
    ["a cell in two places of the relation that introduces it", "NamedTwice", [...hashed, twice]],
    ["an open element of an octet", "OpenElement", [...hashed, { kind: "pack", words: pack(undefined), octet: octet(9) }]],
    [
      "words dealt to an octet that has elements",
      "OpenElement",
      [...hashed, { kind: "deal", words: eightWords(10), octets: [octet(2), undefined, undefined, undefined, undefined] }],
    ],
    [
      "dealt hints outside the octets",
      "HintNotHashed",
      [...hashed, { kind: "deal", words: eightWords(10), octets: [undefined, undefined, undefined, undefined, undefined] }],
    ],
    [
      "dealt hints in an octet that is not compressed",
      "HintNotHashed",
      [
        ...hashed,
        {
          kind: "deal",
          words: [word(10), ...new Array<Word>(7).fill(word(0))],
          octets: [octet(9), undefined, undefined, undefined, undefined],
        },
      ],
    ],
    [
      "packed hints in an octet that is not compressed",
      "HintNotHashed",
      [...hashed, { kind: "pack", words: pack(10), octet: octet(9) }],
    ],
    [
      "a tag of a step that is not canonical",
      "NotCanonical",
      [...hashed, { kind: "climb", tag: P, bit: word(0), from: octet(2), to: octet(2) }],
    ],
    ["a constant that is not canonical", "NotCanonical", [...hashed, constant(1, P)]],
    [
      "a tag that is not canonical",
      "NotCanonical",
      [...hashed, { kind: "compress", tag: -1, left: octet(0), right: octet(1), to: octet(2) }],
    ],
    ["a cell that does not exist", "NoSuchCell", [...hashed, constant(80, 1)]],
    ["a factor without its cells", "Malformed", [...hashed, { ...inverseOf(0, 0, 0), linear: 1 }]],
    ["a product without a factor", "Malformed", [...hashed, { ...inverseOf(0, 0, 0), product: 0 }]],
    ["a constant of four elements", "Malformed", [...hashed, { kind: "constant", value: [1, 2, 3, 4], word: word(1) }]],
    ["an octet of seven words", "Malformed", [...hashed, { kind: "pack", words: pack().slice(1), octet: octet(0) }]],
    [
      "weights of four octets",
      "Malformed",
      [...hashed, { kind: "dot", octet: octet(0), weights: [0, 0, 0, 0].map(octet), from: word(0), to: word(0) }],
    ],
    ["a public value beyond those that it has", "Malformed", [...hashed, { kind: "public", index: 1, word: word(1) }], 1],
    ["a public value that it does not read", "PublicUnread", hashed, 1],
    [
      "a public value that it reads twice",
      "PublicTwice",
      [...hashed, { kind: "public", index: 0, word: word(1) }, { kind: "public", index: 0, word: word(1) }],
      1,
    ],
  ];
  for (const [what, code, relations, publicCount = 0] of planted)
    it(`refuses ${what}`, () => {
      assert.throws(() => checkProgram(programOf(relations, publicCount)), { name: "ProgramError", code });
    });

  it("refuses relations in front of the first section", () => {
    assert.throws(() => checkProgram({ ...programOf(hashed), sections: [] }), { code: "NoSection" });
  });
});

/** a·b = d */
function inverseOf(a: number, b: number, d: number): Extract<Relation, { kind: "arithmetic" }> {
  return { kind: "arithmetic", product: 1, a: word(a), b: word(b), linear: 0, c: undefined, constant: 0, d: word(d) };
}

describe("sums that are not computed yet", () => {
  it("equal those of big integers, in any order of operations", () => {
    const assembler = begun();
    const forms = new FormArithmetic(assembler);
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const values = Array.from({ length: 6 }, () => Array.from({ length: 5 }, () => random(P)));
    const known = values.map((value) => ({ form: forms.extension(value), big: value.map(BigInt) as readonly bigint[] }));
    known.push({ form: forms.base(9), big: [9n, 0n, 0n, 0n, 0n] }, { form: forms.zero, big: plain.ZERO });
    for (let i = 0; i < 400; i++) {
      const [x, y, factor] = [known[random(known.length)]!, known[random(known.length)]!, random(P)];
      const made = [
        () => ({ form: forms.add(x.form, y.form), big: plain.add(x.big, y.big) }),
        () => ({ form: forms.sub(x.form, y.form), big: plain.sub(x.big, y.big) }),
        () => ({ form: forms.mul(x.form, y.form), big: plain.mul(x.big, y.big) }),
        () => ({ form: forms.scale(x.form, factor), big: plain.scale(x.big, BigInt(factor)) }),
      ];
      known.push(made[random(made.length)]!());
    }
    for (const { form, big } of known) forms.assertEqual(form, forms.extension(big.map(Number)));
    const zeros = assembler.pack([]);
    const hint = assembler.newOctet();
    assembler.compress(17, zeros, hint, assembler.compress(17, zeros, hint));
    const program = assembler.build("sums");
    assert.deepEqual(interpret(program, [], { words: [], octets: [eight(0)] }).ok, true);
  });

  it("are one relation where a product, a multiple and a constant meet", () => {
    const assembler = begun();
    const forms = new FormArithmetic(assembler);
    const [a, b, c] = [2, 3, 4].map((value) => forms.cell(assembler.constant([value, 1, 0, 0, 0])));
    const total = forms.add(forms.sub(forms.mul(a!, b!), forms.scale(c!, 3)), forms.base(7));
    const [before] = [forms.word(total)];
    assert.equal(forms.word(total), before);
    assert.equal(disassemble(sum(0, 1, 2, 3)), "w3 = w0·w1 + w2");
    forms.assertEqual(
      total,
      forms.extension(
        plain
          .add(plain.sub(plain.mul([2n, 1n, 0n, 0n, 0n], [3n, 1n, 0n, 0n, 0n]), [12n, 3n, 0n, 0n, 0n]), [7n, 0n, 0n, 0n, 0n])
          .map(Number),
      ),
    );
    const { relations } = assembler.build("one sum");
    assert.deepEqual(
      relations.map(disassemble).filter((line) => line.includes("·")),
      [`w3 = w0·w1 + ${P - 3}·w2 + 7`],
    );
  });
});

describe("a disassembly", () => {
  it("says a relation of each kind in a line", () => {
    const lines: readonly (readonly [Relation, string])[] = [
      [constant(1, 5), "w1 = (5, 0, 0, 0, 0)"],
      [{ kind: "public", index: 3, word: word(2) }, "w2 = public 3"],
      [{ ...inverseOf(1, 2, 3), product: 0, a: undefined, b: undefined, constant: 6 }, "w3 = 6"],
      [{ kind: "compress", tag: 17, left: octet(1), right: octet(2), to: octet(3) }, "o3 = C17(o1, o2)"],
      [{ kind: "climb", tag: 18, bit: word(1), from: octet(2), to: octet(3) }, "o3 = C18 above o2, on the side w1"],
      [{ kind: "pack", words: [word(1), undefined], octet: octet(4) }, "o4 = elements w1 _"],
      [{ kind: "deal", words: [word(1)], octets: [octet(4), undefined] }, "o4 _ = words w1"],
      [
        { kind: "bits", element: word(1), low: word(2), high: undefined, bits: [word(3), undefined] },
        "w1 = bits w3, low w2, high _",
      ],
      [{ kind: "dot", octet: octet(1), weights: [octet(2)], from: word(3), to: word(4) }, "w4 = w3 + o1·(o2)"],
    ];
    for (const [relation, line] of lines) assert.equal(disassemble(relation), line);
  });
});
