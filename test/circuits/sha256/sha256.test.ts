import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { sha256Air } from "../../../src/proofs/circuits/sha256/sha256-air.ts";
import { compressBlock, ROUNDS } from "../../../src/proofs/circuits/sha256/sha256-function.ts";
import { sha256Columns, wordsOf } from "../../../src/proofs/circuits/sha256/sha256-trace.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { evaluateRows, rowRange } from "../../../src/proofs/stark/constraints/column-arithmetic.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { noblesBlock } from "../../machine/support/primitives.ts";
import { checkRows, createRowChecker } from "../support/row-checker.ts";
import { randomWords, requestOf, requests } from "./support/blocks.ts";
import { bitForgeries, type Forgery, lies, orderForgeries, returning, startOf, wordForgeries } from "./support/forgeries.ts";
import { outputOf, rowsOf, toColumns } from "./support/forged-rows.ts";

const air = sha256Air();
const check = createRowChecker(air);
const refusalsOf = (columns: readonly Uint32Array[]): string[] => [
  ...new Set(checkRows(check, columns, []).map(({ name }) => name)),
];

/** The hash of a message by the compression function, padded as FIPS 180-4, section 5.1.1, has it. */
function hashOf(message: Uint8Array): string {
  const padded = new Uint8Array(64 * Math.ceil((message.length + 9) / 64));
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, 8n * BigInt(message.length));
  let state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
  for (let start = 0; start < padded.length; start += 64)
    state = compressBlock(
      state,
      Array.from({ length: 16 }, (_, i) => view.getUint32(start + 4 * i)),
    );
  return state.map((word) => word.toString(16).padStart(8, "0")).join("");
}

describe("SHA-256's compression function", () => {
  it("gives the hashes of NIST's vectors (FIPS 180-4's examples; CAVP, SHA256ShortMsg)", () => {
    const text = (message: string): Uint8Array => Buffer.from(message, "latin1");
    const vectors: readonly (readonly [Uint8Array, string])[] = [
      [text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      [text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      [
        text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      ],
      [text("a".repeat(1_000_000)), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
      [Uint8Array.of(0xd3), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"],
      [Uint8Array.of(0x11, 0xaf), "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"],
      [Uint8Array.of(0xb4, 0x19, 0x0e), "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"],
    ];
    for (const [message, hash] of vectors) {
      assert.equal(hashOf(message), hash);
      assert.equal(createHash("sha256").update(message).digest("hex"), hash);
    }
  });

  it("is another implementation's, of any state", () => {
    const random = new Random(3);
    for (let i = 0; i < 50; i++) {
      const [state, block] = [randomWords(random, 8), randomWords(random, 16)];
      assert.deepEqual(compressBlock(state, block), noblesBlock(state, block));
    }
  });
});

describe("the table sha256", () => {
  it("has 424 columns, and constraints of degree 3 at most", () => {
    assert.equal(air.columnNames.length, 424);
    assert.equal(air.degree, 3);
  });

  it("accepts blocks and answers what another implementation computes, whatever its least height is", () => {
    for (const minLogRows of [2, 6, 9]) {
      const asked = requests(new Random(4)).slice(0, minLogRows === 2 ? 3 : 4);
      const columns = sha256Columns(asked, minLogRows);
      assert.equal(columns[0]!.length, Math.max(256, 2 ** minLogRows));
      assert.deepEqual(refusalsOf(columns), []);
      const interaction = air.interactions.find(({ direction }) => direction === "receive")!;
      const roots = [interaction.multiplicity, ...interaction.message];
      const rows = rowRange(0, columns[0]!.length);
      const values = evaluateRows(air, roots, { preprocessed: [], main: columns }, [], rows);
      const answers = [...rows].map((row) => values.map((column) => column[row]!)).filter(([uses]) => uses !== 0);
      const expected = asked.map(({ state, first, second, result }) => [1, 0xb7, ...state, ...first, ...second, ...result]);
      assert.deepEqual(answers, expected);
    }
    assert.ok(sha256Columns([], 2).every(({ length }) => length === 0));
  });

  it("has the rows that the definition gives", () => {
    const { state, first, second } = requests(new Random(5)).at(-1)!;
    const rows = rowsOf({ state: wordsOf(state), block: [...wordsOf(first), ...wordsOf(second)] });
    [rows[0]!.asked, rows[0]!.uses] = [1, 1];
    assert.deepEqual(outputOf(rows.at(-1)!), rows[0]!.output);
    assert.deepEqual(sha256Columns([{ state, first, second, result: [] }], 2), toColumns(rows));
  });

  it("refuses every changed cell of every round but how often a block is asked for", () => {
    const random = new Random(6);
    const columns = sha256Columns([requestOf(randomWords(random, 8), randomWords(random, 16))], 2);
    const free: string[] = [];
    columns.forEach((column, c) => {
      for (let row = 0; row < ROUNDS; row++) {
        const value = column[row]!;
        // The other value of a bit, and any.
        for (const other of [value === 0 ? 1 : value - 1, (value + 1 + random.below(P - 1)) % P]) {
          column[row] = other;
          if (check(columns, [], row).length === 0 && (row === 0 || check(columns, [], row - 1).length === 0))
            free.push(`${air.columnNames[c]} of round ${row}`);
        }
        column[row] = value;
      }
    });
    // Carries of the output are bits in all rows, and of the last one alone something is said. The range of the first row's output is
    // asked for or not; the bus counts how often the block is answered.
    const carries = Array.from({ length: 16 }, (_, i) =>
      Array.from({ length: ROUNDS - 1 }, (__, row) => `carriesOutput[${i}] of round ${row}`),
    ).flat();
    assert.deepEqual(free, [...carries, "uses of round 0", "uses of round 0"]);
  });

  it("needs every constraint: each alone refuses a table that answers with a false state", () => {
    const random = new Random(7);
    // What else is said of it bounds how often a range is asked for; the engine counts by constraints (below).
    const needed = new Set(["asked is boolean"]);
    const judge = ({ refusedBy, rows }: Forgery): void => {
      assert.deepEqual(refusalsOf(toColumns(rows)), [refusedBy]);
      assert.ok(lies(rows), `${refusedBy}: the table tells the truth`);
      needed.add(refusedBy);
    };
    for (const forgery of bitForgeries(random)) judge(forgery);
    for (const forgery of wordForgeries(random)) judge(forgery);
    for (const forgery of orderForgeries(random)) judge(forgery);
    assert.deepEqual([...needed].sort(), air.constraints.map(({ name }) => name).sort());
  });

  it("needs to be asked 0 or 1 times: otherwise ranges of its outputs are not counted", () => {
    const uncounted = { ...air, constraints: air.constraints.filter(({ name }) => name !== "asked is boolean") };
    const isCounted = (sha256: typeof air): boolean => {
      const others = air.interactions.filter(({ direction }) => direction === "send");
      try {
        countedSides([{ ...sha256, interactions: others }]);
        return true;
      } catch (error) {
        assert.ok(error instanceof TypeError);
        return false;
      }
    };
    assert.deepEqual([isCounted(air), isCounted(uncounted)], [true, false]);
  });

  it("needs the range of its output: without it a limb takes in its carry", () => {
    const random = new Random(8);
    let rows = rowsOf(startOf(random));
    while (rows.at(-1)!.carriesOutput[0] !== 1 || rows[0]!.output[15] === 0) rows = rowsOf(startOf(random));
    const output = [...rows[0]!.output];
    // a's lower limb is the word's limb 14, the upper one limb 15.
    output[14]! += 2 ** 16;
    output[15]! -= 1;
    rows.at(-1)!.carriesOutput[0] = 0;
    for (const row of rows) row.output = output;
    assert.deepEqual(refusalsOf(toColumns(rows)), []);
  });

  it("comes back to a state by eight chosen words, which the forgery of a second beginning takes", () => {
    const random = new Random(9);
    const { state, block } = startOf(random);
    const rows = rowsOf(returning(state, block));
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"] as const) assert.deepEqual(rows[8]![name], rows[0]![name]);
  });
});
