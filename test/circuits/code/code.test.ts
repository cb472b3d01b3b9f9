import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeAir, type CodeCells } from "../../../src/proofs/circuits/code/code-air.ts";
import { codeColumns, CodeRequests, codeRows } from "../../../src/proofs/circuits/code/code-trace.ts";
import { CODE_WORDS_FIELDS, codeWordsAir, type CodeWordsCells } from "../../../src/proofs/circuits/code-words/code-words-air.ts";
import { codeWordsColumns } from "../../../src/proofs/circuits/code-words/code-words-trace.ts";
import { inv, P } from "../../../src/proofs/field/koala-bear.ts";
import { fieldElements } from "../../../src/proofs/stark/constraints/fields.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { messagesOf } from "../../execution-proof/support/judge.ts";
import { createRowChecker } from "../support/row-checker.ts";

const [PUSH1, PUSH2, PUSH32, JUMPDEST] = [0x60, 0x61, 0x7f, 0x5b];
const MEMORY_SPACE = 32;
const FRAME = 5;
const air = codeAir();
const check = createRowChecker(air);

type Bytes = readonly number[];
/** Memories by frame, longer than their codes. */
type Memories = Readonly<Record<number, Bytes>>;

/** Kind, byte and word of a code at a place by the yellow paper's definition of D_J, read from the code's start. */
function truthAt(memories: Memories, frame: number, length: number, place: number): { kind: number; byte: number; word: bigint } {
  const byteAt = (at: number): number => (at < length ? (memories[frame]?.[at] ?? 0) : 0);
  let start = 0;
  for (;;) {
    const opcode = byteAt(start);
    const size = opcode >= PUSH1 && opcode <= PUSH32 ? opcode - 0x5f : 0;
    if (start === place) return { kind: opcode === JUMPDEST ? 2 : 1, byte: opcode, word: 0n };
    if (place <= start + size) {
      let word = 0n;
      for (let at = start + 1; at <= place; at++) word = (word << 8n) | BigInt(byteAt(at));
      return { kind: 0, byte: byteAt(place), word };
    }
    start += size + 1;
  }
}

const limbs = (word: bigint): number[] => Array.from({ length: 16 }, (_, i) => Number((word >> BigInt(16 * i)) & 0xffffn));

/** The rows with no negative cells. */
function columnsOf(rows: readonly CodeCells[], minLogRows: number): Uint32Array[] {
  const positive = (value: number): number => ((value % P) + P) % P;
  const cells = rows.map((row) => ({
    ...row,
    left: positive(row.left),
    operand: row.operand.map(positive),
    byte: positive(row.byte),
  }));
  return codeColumns(cells, minLogRows);
}

/** Refusals of rows of code, and the number of their false answers. */
function judged(memories: Memories, rows: readonly CodeCells[], minLogRows = 6): { refusals: string[]; lies: number } {
  const columns = columnsOf(rows, minLogRows);
  const refusals = new Set<string>();
  columns[0]!.forEach((_, row) => check(columns, [], row).forEach((name) => refusals.add(name)));
  let lies = 0;
  for (const { name, interaction, multiplicity, message } of messagesOf(air, columns, [])) {
    if (multiplicity === 0) continue;
    const [first = 0, second = 0, third = 0, ...rest] = message;
    switch (interaction.bus.name) {
      case "codeByte":
        if (memories[first]?.[second] !== third) refusals.add(name);
        break;
      case "opcodeShape": {
        const size = first >= PUSH1 && first <= PUSH32 ? first - 0x5f : 0;
        if (first > 255 || second !== size || third !== Number(first === JUMPDEST)) refusals.add(name);
        break;
      }
      case "code": {
        const { kind, byte } = truthAt(memories, first, second, third);
        lies += Number(rest[0] !== byte || rest[1] !== kind);
        break;
      }
      default:
        lies += Number(rest.join() !== limbs(truthAt(memories, first, second, third).word).join());
    }
  }
  return { refusals: [...refusals].sort(), lies };
}

/** The rows of a code, each asked for once. */
function rowsOf(bytes: Bytes, length: number, last: number, frame = FRAME): CodeCells[] {
  const code = Uint8Array.from(bytes.slice(0, length));
  return codeRows({ frame, length, bytes: code }, last).map((row) => ({ ...row, uses: 1, operandUses: 1 }));
}

/** Rows with cells changed, and operands and inverses worked out again from what they are said to be. */
function forged(rows: readonly CodeCells[], changes: Readonly<Record<number, Partial<CodeCells>>>): CodeCells[] {
  let operand: readonly number[] = [];
  return rows.map((row, i) => {
    const changed = { ...row, ...changes[i] };
    const { isInstruction, left, byte } = changed;
    operand = isInstruction === 1 ? [] : [byte, ...operand.slice(0, 31)];
    const whole = Array.from({ length: 31 }, (_, k) => operand[k + 1] ?? 0);
    const inverse = isInstruction === 1 ? 0 : left === 0 ? 0 : inv((left + P) % P);
    return { ...changed, operand: whole, inverse, ...changes[i] };
  });
}

const longPush = [PUSH32, ...Array.from({ length: 32 }, (_, i) => i + 1)];

describe("the table code", () => {
  it("answers with a code's bytes, instructions and operands, and zeros behind its end", () => {
    const random = new Random(3);
    for (let run = 0; run < 20; run++) {
      const bytes = Array.from({ length: 96 }, () => [PUSH1, PUSH2, PUSH32, JUMPDEST, random.below(256)][random.below(5)]!);
      const length = random.below(60);
      assert.deepEqual(judged({ [FRAME]: bytes }, rowsOf(bytes, length, length + 33)), { refusals: [], lies: 0 });
    }
  });

  it("needs every constraint and look-up: each alone refuses an answer that is false", () => {
    const needed = new Set<string>(["inside is boolean"]);
    const isRefusedBy = (name: string, memories: Memories, rows: readonly CodeCells[], minLogRows?: number): void => {
      const { refusals, lies } = judged(memories, rows, minLogRows);
      assert.deepEqual(refusals, [name]);
      assert.ok(lies > 0, `${name}: nothing false is answered`);
      needed.add(name);
    };
    const data = [PUSH1, JUMPDEST, JUMPDEST, 0, 0];
    const rows = rowsOf(data, 3, 4);
    const memory = { [FRAME]: data };
    // From the push's operand on, which is taken for an instruction.
    const [, operand, ...behind] = rows;
    const taken = { ...operand!, left: 0, isInstruction: 1 };
    isRefusedBy("follows nothing at first", memory, forged([taken, ...behind], {}));
    isRefusedBy("begins at 0", memory, forged([{ ...taken, follows: 0 }, ...behind], {}));
    const [end] = rowsOf([], 0, 0);
    isRefusedBy("begins inside, if there is anything", memory, [{ ...end!, length: 1 }]);
    const both = { [FRAME]: data, 6: [0, JUMPDEST, 0, 0] };
    isRefusedBy("frame stays", both, forged(rowsOf(data, 2, 3), { 1: { frame: 6 }, 2: { frame: 6 }, 3: { frame: 6 } }));
    const late = [0, 0, 0, PUSH2, 1, 2];
    isRefusedBy("length stays", { [FRAME]: late }, forged(rowsOf(late, 4, 5), { 5: { length: 1 } }));
    const skipped = rows.filter((_, i) => i !== 1).map((row, i) => (i === 1 ? { ...row, left: 1, isInstruction: 0 } : row));
    isRefusedBy("place: the next", memory, forged(skipped, {}));
    const plain = { [FRAME]: [JUMPDEST, JUMPDEST, JUMPDEST] };
    const ended = { inside: 0, byte: 0, isTarget: 0 };
    isRefusedBy("ends at its length", plain, forged(rowsOf(plain[FRAME], 3, 1), { 1: ended }));
    const longer = forged(rowsOf(plain[FRAME], 2, 1), {}).map((row) => ({ ...row, length: 1 }));
    isRefusedBy("its end is followed", plain, longer);
    isRefusedBy("ends before the last row", plain, longer, 1);
    const target = { byte: JUMPDEST, isTarget: 1 };
    isRefusedBy("nothing behind the end", plain, forged(rowsOf(plain[FRAME], 3, 3), { 3: target }));
    isRefusedBy("codeByte[0]", plain, forged(rowsOf(plain[FRAME], 3, 3), { 1: { byte: 1, isTarget: 0 } }));
    isRefusedBy("opcodeShape[0]", memory, forged(rows, { 0: { size: 0 }, 1: { left: 0, isInstruction: 1 } }));
    isRefusedBy("begins with an instruction", plain, forged(rowsOf(plain[FRAME], 3, 3), { 0: { left: 1, isInstruction: 0 } }));
    isRefusedBy("an instruction is in no operand", memory, forged(rows, { 1: { isInstruction: 1 } }));
    const none = { isInstruction: 0 };
    const lost = { 0: none, 1: { ...none, left: -1 }, 2: { ...none, left: -2 }, 3: { ...none, left: -3 } };
    isRefusedBy("a byte of no operand is an instruction", plain, forged(rowsOf(plain[FRAME], 3, 3), lost));
    isRefusedBy("operand: what is left", memory, forged(rows, { 1: { left: 0, isInstruction: 1 } }));
    const pushed = rowsOf(longPush, 33, 33);
    for (let i = 0; i < 31; i++) {
      const other = (row: CodeCells): number[] => row.operand.map((byte, k) => (k === i ? byte + 7 : byte));
      isRefusedBy(`operand: byte ${i} is 0 at first`, plain, [{ ...end!, operand: other(end!), operandUses: 1 }]);
      isRefusedBy(`operand: byte ${i}`, { [FRAME]: longPush }, forged(pushed, { 32: { operand: other(pushed[32]!) } }));
    }
    const names = [...air.constraints.map(({ name }) => name), "codeByte[0]", "opcodeShape[0]"];
    assert.deepEqual([...needed].sort(), names.sort());
  });

  it("counts what it asks: without the constraint that says so it may ask any number of times", () => {
    const counts = (without: string): boolean => {
      const interactions = air.interactions.filter(({ bus }) => bus.name === "codeByte");
      const constraints = air.constraints.filter(({ name }) => name !== without);
      try {
        return countedSides([{ ...air, interactions, constraints }]).get("codeByte") !== undefined;
      } catch {
        return false;
      }
    };
    assert.deepEqual([counts(""), counts("inside is boolean")], [true, false]);
  });
});

describe("the table codeWords", () => {
  const wordsAir = codeWordsAir(MEMORY_SPACE);
  const checkWords = createRowChecker(wordsAir);
  const bytes = Array.from({ length: 64 }, (_, i) => i + 1);

  /** Refusals of a row, and true if the row would return a false answer. */
  function judgedWord(row: CodeWordsCells): { refusals: string[]; lies: number } {
    const columns = fieldElements<typeof CODE_WORDS_FIELDS, number>("codeWords", CODE_WORDS_FIELDS, row).map((value) =>
      Uint32Array.of(((value % P) + P) % P),
    );
    const refusals = new Set(checkWords(columns, [], 0));
    let lies = 0;
    for (const { name, interaction, multiplicity, message } of messagesOf(wordsAir, columns, [], Uint32Array.of(0))) {
      if (multiplicity === 0) continue;
      const [first = 0, second = 0, third = 0] = message;
      const isTrue = (): boolean => {
        switch (interaction.bus.name) {
          case "range16":
            return first < 2 ** 16;
          case "bytes":
            return first < 256 && second < 256;
          case "finalWord": {
            // Memory without writes may be opened outside words, and holds 0.
            const own = bytes.slice(second, second + 32);
            const expected = limbs(second % 32 === 0 ? own.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) : 0n);
            return first === MEMORY_SPACE + FRAME && message.slice(2).join() === expected.join();
          }
          default:
            lies += Number(first !== FRAME || bytes[second] !== third);
            return true;
        }
      };
      if (!isTrue()) refusals.add(name);
    }
    return { refusals: [...refusals].sort(), lies };
  }

  const requests = new CodeRequests();
  const code = Uint8Array.from(bytes.slice(0, 40));
  for (const place of [0, 39, 45]) requests.ask({ frame: FRAME, length: 40 }, code, place);
  const words = requests.words((_, block) => bytes.slice(32 * block, 32 * block + 32));

  it("answers with the bytes of a code's words, as often as codes ask", () => {
    assert.equal(words.length, 2);
    for (const row of words) assert.deepEqual(judgedWord(row), { refusals: [], lies: 0 });
    // Equal messages of code and of codeWords cancel.
    const asked = messagesOf(air, codeColumns(requests.rows(), 6), []).filter(
      ({ interaction }) => interaction.bus.name === "codeByte",
    );
    const answered = messagesOf(wordsAir, codeWordsColumns(words, 6), []).filter(
      ({ interaction }) => interaction.bus.name === "codeByte",
    );
    const said = (list: typeof asked): string[] =>
      list.flatMap(({ multiplicity, message }) => (multiplicity === 0 ? [] : [`${multiplicity} ${message.join()}`])).sort();
    assert.deepEqual(said(asked), said(answered));
    assert.equal(said(asked).length, 40);
  });

  it("refuses a code whose memory was written after it ran", () => {
    assert.throws(() => requests.words(() => new Array<number>(32).fill(1)), /the code of frame 5 was written after it ran/);
  });

  it("needs every constraint and look-up: each alone refuses an answer that is false", () => {
    const needed = new Set<string>(["real is boolean"]);
    const isRefusedBy = (name: string, row: CodeWordsCells): void => {
      const { refusals, lies } = judgedWord(row);
      assert.deepEqual(refusals, [name]);
      assert.ok(lies > 0, `${name}: nothing false is answered`);
      needed.add(name);
    };
    const [row] = words;
    const all = { ...row!, uses: row!.uses.map(() => 1) };
    const zeros = row!.bytes.map(() => 0);
    isRefusedBy("range16[0]", { ...all, block: inv(2), bytes: zeros });
    isRefusedBy("finalWord[0]", { ...all, bytes: zeros });
    for (let i = 0; i < 32; i++) {
      isRefusedBy(`byte ${i}: only a real one is used`, {
        ...{ ...row!, real: 0, bytes: zeros },
        uses: zeros.map((_, k) => (k === i ? 1 : 0)),
      });
      if (i % 2 === 1) continue;
      const moved = row!.bytes.map((byte, k) => (k === i ? byte - 1 : k === i + 1 ? byte + 256 : byte));
      isRefusedBy(`bytes[${i / 2}]`, { ...all, bytes: moved });
    }
    const asked = wordsAir.interactions.flatMap(({ bus, direction }) => (direction === "send" ? [bus.name] : []));
    const names = asked.map((bus, i) => `${bus}[${asked.slice(0, i).filter((each) => each === bus).length}]`);
    assert.deepEqual([...needed].sort(), [...wordsAir.constraints.map(({ name }) => name), ...names].sort());
  });
});
