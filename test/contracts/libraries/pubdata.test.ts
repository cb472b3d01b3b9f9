import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type BaseContract } from "ethers";
import { elementsToBytes } from "../../../src/ground/protocol/digest.ts";
import { outputsEntry, setsCode, type DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import { MAX_LEAF_COUNT } from "../../../src/ground/protocol/domain-tags.ts";
import { evaluateDiffList } from "../../../src/ground/protocol/evaluation.ts";
import { fromHex, keccak, toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { decodePubdata, PUBDATA_REJECTION_CODES, type PubdataContext } from "../../../src/ground/protocol/pubdata-decoder.ts";
import { encodePubdata, pubdataLogLeaves, type Pubdata } from "../../../src/ground/protocol/pubdata.ts";
import { pubdataOf, readPubdataVectors } from "../../protocol/vectors.ts";
import { createRandomness, randomPoint, randomPubdata } from "../../protocol/random-batches.ts";
import { assertDocumented } from "./documented-gas.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";

const OLD_LEAF_COUNT = 70_000;
/** Errors raised from assembly are in no caller's ABI, so the test decodes them by their declared signatures. */
const REJECTIONS = new Interface(PUBDATA_REJECTION_CODES.map((code) => `error ${code}(uint256 offset)`));
const OUTPUTS_HASH = 0x1122334455667788_99aabbccddeeff00_0123456789abcdef_fedcba9876543210n;

describe("pubdata in Solidity", () => {
  let l1: LocalL1;
  let harness: BaseContract;
  let plain: BaseContract;
  const random = createRandomness(2026);
  const point = randomPoint(random);
  const pointHex = toHex(elementsToBytes(point));

  before(async () => {
    l1 = await startLocalL1();
    harness = await l1.deploy("ProtocolHarness");
    plain = await l1.deploy("PlainDiffList");
  });
  after(() => l1.close());

  const txHashes = (count: number): `0x${string}`[] => Array.from({ length: count }, (_, i) => wordToHex(BigInt(i) + 7n));

  /** The reading as the contract returns it, or the name and offset of its error. */
  async function readOnL1(bytes: Uint8Array, context: PubdataContext) {
    try {
      const call = harness.getFunction("readPubdata");
      const result: unknown = await call.staticCall(
        bytes,
        txHashes(context.priorityOpCount),
        context.oldLeafCount,
        pointHex,
        wordToHex(OUTPUTS_HASH),
      );
      const { evaluation, logRoot, bytecodeHashes, codeHashes } = result as Record<string, unknown>;
      return {
        evaluation,
        logRoot,
        bytecodeHashes: [...(bytecodeHashes as string[])],
        codeHashes: [...(codeHashes as string[])],
      };
    } catch (error) {
      return rejectionOf(error);
    }
  }

  function expected(pubdata: Pubdata, context: PubdataContext) {
    return {
      evaluation: toHex(elementsToBytes(evaluateDiffList([...pubdata.changes, outputsEntry(OUTPUTS_HASH)], point))),
      logRoot: l2LogTreeRoot(pubdataLogLeaves(pubdata.logs, txHashes(context.priorityOpCount))),
      bytecodeHashes: pubdata.bytecodes.map((code) => keccak(code)),
      codeHashes: pubdata.changes.filter(setsCode).map((entry) => wordToHex(entry.value)),
    };
  }

  test("reads random batches as TypeScript does", async () => {
    for (let i = 0; i < 25; i++) {
      const pubdata = randomPubdata(random, i, OLD_LEAF_COUNT);
      const context = {
        oldLeafCount: OLD_LEAF_COUNT,
        priorityOpCount: pubdata.logs.filter((l) => l.type === "priorityOp").length,
      };
      assert.deepEqual(await readOnL1(encodePubdata(pubdata, OLD_LEAF_COUNT), context), expected(pubdata, context));
    }
  });

  test("reads and refuses the shared vectors as the program did that wrote them", async () => {
    for (const vector of readPubdataVectors()) {
      const reading = await readOnL1(fromHex(vector.pubdata), vector);
      if (vector.code === undefined) assert.deepEqual(reading, expected(pubdataOf(vector.content), vector));
      else assert.deepEqual(reading, { code: vector.code, offset: vector.offset }, vector.pubdata);
    }
  });

  test("accepts or refuses mutated bytes exactly as TypeScript does, with the same error at the same place", async () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const pubdata = randomPubdata(random, 4, OLD_LEAF_COUNT);
      const bytes = mutate(encodePubdata(pubdata, OLD_LEAF_COUNT));
      const oldLeafCount = i % 20 === 0 ? 2 ** 29 : i % 7 === 0 ? 2 : OLD_LEAF_COUNT;
      const context = { oldLeafCount, priorityOpCount: pubdata.logs.filter((l) => l.type === "priorityOp").length };
      const decoding = decodePubdata(bytes, context);
      const onL1 = await readOnL1(bytes, context);
      const outcome = decoding.ok ? "accepted" : decoding.rejection.code;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (decoding.ok) {
        assert.deepEqual(encodePubdata(decoding.pubdata, context.oldLeafCount), bytes, "one encoding per pubdata");
        assert.deepEqual(onL1, expected(decoding.pubdata, context));
      } else {
        assert.deepEqual(onL1, decoding.rejection, toHex(bytes));
      }
    }
    assert.ok(seen.size >= 12, `mutations reach the rules: ${[...seen.entries()].map(([c, n]) => `${c} ${n}`).join(", ")}`);
  });

  test("keeps every rule of an entry's form at its limits, as TypeScript does", async () => {
    const filled = (length: number, first = 0x11): number[] => Array.from({ length }, (_, i) => (i === 0 ? first : 0x11));
    const update = (head: number, index: number, value: readonly number[]): number[] => [head, 0, 0, 0, index, ...value];
    const insertion = (head: number, slot: readonly number[], value: readonly number[]): number[] => [
      head,
      ...filled(20),
      ...(head < 0x20 ? [slot.length, ...slot] : []),
      ...value,
    ];
    const list = (updates: readonly number[][], insertions: readonly number[][]): Uint8Array =>
      Uint8Array.from([2, 0, 0, 0, 0, 0, updates.length, 0, insertions.length, ...updates.flat(), ...insertions.flat()]);
    const lists: Uint8Array[] = [];
    for (let head = 0; head < 256; head++) {
      lists.push(list([update(head, 2, filled(head % 64))], []));
      lists.push(list([], [insertion(head, filled(3), filled((head % 32) + 1))]));
    }
    for (let length = 1; length <= 32; length++) {
      lists.push(
        list([update(length, 2, filled(length, 0))], []),
        list([], [insertion(0x40 + length - 1, [], filled(length, 0))]),
      );
      lists.push(list([], [insertion(0, filled(length, 0), [1])]));
    }
    for (const length of [...Array(66).keys(), 128, 255]) lists.push(list([], [insertion(0, filled(length), [1])]));
    // Values of which limb 0, or all but limb 1, could be taken for the whole.
    for (const value of [[1], [255, 255], [1, 0, 0]])
      lists.push(list([update(value.length, 2, value)], [insertion(value.length - 1, value, value)]));
    for (const indices of [[1], [9], [10], [2, 2], [3, 2], [8, 9]])
      lists.push(
        list(
          indices.map((index) => update(0, index, [])),
          [],
        ),
      );
    const whole = list(
      [update(1, 2, [1]), update(0x60, 9, filled(32))],
      [insertion(31, filled(32), filled(32)), insertion(0x20, [], [1]), insertion(0x41, [], [1, 0]), insertion(0x60, [], [1])],
    );
    for (let length = 9; length <= whole.length + 1; length++) lists.push(Uint8Array.from({ length }, (_, i) => whole[i] ?? 0));
    const context = { oldLeafCount: 10, priorityOpCount: 0 };
    const seen = new Set<string>();
    for (const bytes of lists) {
      const decoding = decodePubdata(bytes, context);
      seen.add(decoding.ok ? "accepted" : decoding.rejection.code);
      assert.deepEqual(
        await readOnL1(bytes, context),
        decoding.ok ? expected(decoding.pubdata, context) : decoding.rejection,
        toHex(bytes),
      );
    }
    assert.deepEqual([...seen].sort(), [
      "IndexBeyondLeafCount",
      "IndexNotAscending",
      "KindReserved",
      "LeadingZeroByte",
      "LengthOutOfRange",
      "TrailingBytes",
      "Truncated",
      "UnknownEntryHead",
      "accepted",
    ]);
  });

  test("the diff list's assembly agrees with its plain twin, errors included", async () => {
    for (let i = 0; i < 30; i++) {
      const { changes } = randomPubdata(random, 3, OLD_LEAF_COUNT);
      const honest = encodePubdata({ logs: [], bytecodes: [], changes }, OLD_LEAF_COUNT);
      const bytes = i < 8 ? honest : mutate(honest, 9);
      // The twin reads the list alone: no logs and no bytecodes before it.
      bytes.fill(0, 1, 5);
      const context = { oldLeafCount: OLD_LEAF_COUNT, priorityOpCount: 0 };
      let twin: unknown;
      try {
        const result: unknown = await plain
          .getFunction("read")
          .staticCall(bytes, OLD_LEAF_COUNT, pointHex, wordToHex(OUTPUTS_HASH));
        const [evaluation, codeHashes] = result as [string, string[]];
        twin = { evaluation, codeHashes: [...codeHashes] };
      } catch (error) {
        twin = rejectionOf(error);
      }
      const onL1 = await readOnL1(bytes, context);
      assert.deepEqual("evaluation" in onL1 ? { evaluation: onL1.evaluation, codeHashes: onL1.codeHashes } : onL1, twin);
    }
  });

  test("agrees at the limits of the lane arithmetic: every cell and coordinate at its largest", async () => {
    const top = (1n << 256n) - 1n;
    const leafCount = MAX_LEAF_COUNT - 20;
    const changes = Array.from({ length: 40 }, (_, i) =>
      i < 20
        ? ({ type: "update", index: i < 10 ? 65_530 + i : leafCount - 20 + i, isCode: true, value: top } as const)
        : ({ type: "insertion", leafKind: 0, address: (1n << 160n) - 1n, slot: top, value: top } as const),
    );
    const bytes = encodePubdata({ logs: [], bytecodes: [], changes }, leafCount);
    for (const largest of [
      [2130706432, 2130706432, 2130706432, 2130706432, 2130706432],
      [0, 0, 0, 0, 2130706432],
      [2130706432, 0, 2130706432, 0, 2130706432],
      [0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ] as const) {
      const result: unknown = await harness
        .getFunction("readPubdata")
        .staticCall(bytes, [], leafCount, toHex(elementsToBytes(largest)), wordToHex(top));
      const y = evaluateDiffList([...changes, outputsEntry(top)], largest);
      assert.equal((result as { evaluation: string }).evaluation, toHex(elementsToBytes(y)));
    }
  });

  test("puts back whatever memory the caller had", async () => {
    const { changes } = randomPubdata(random, 6, OLD_LEAF_COUNT);
    const bytes = encodePubdata({ logs: [], bytecodes: [], changes }, OLD_LEAF_COUNT);
    for (const words of [0, 1, 20, 34, 35, 36, 37, 38, 39, 40, 200]) {
      assert.equal(await harness.getFunction("keepsMemory").staticCall(bytes, OLD_LEAF_COUNT, pointHex, words), true);
    }
  });

  test("costs what the documentation says", async () => {
    const top = (1n << 256n) - 1n;
    const update = (i: number): DiffEntry => ({ type: "update", index: 2 + i, isCode: false, value: top });
    const insertion = (): DiffEntry => ({ type: "insertion", leafKind: 0, address: top >> 96n, slot: top, value: top });
    const account = (): DiffEntry => ({
      type: "insertion",
      leafKind: 1,
      address: top >> 96n,
      slot: 0n,
      value: ((20n * 10n ** 18n) << 64n) | 5n,
    });
    const gasOf = async (...forms: readonly ((i: number) => DiffEntry)[]): Promise<bigint> => {
      const changes = forms.flatMap((form) => Array.from({ length: 64 }, (_, i) => form(i)));
      const bytes = encodePubdata({ logs: [], bytecodes: [], changes }, OLD_LEAF_COUNT);
      const gas: unknown = await harness
        .getFunction("measureDiffList")
        .staticCall(bytes, OLD_LEAF_COUNT, pointHex, wordToHex(top));
      return gas as bigint;
    };
    const base = await gasOf();
    const perEntry = async (form: (i: number) => DiffEntry): Promise<bigint> => ((await gasOf(form)) - base) / 64n;
    const gas = { base, update: await perEntry(update), insertion: await perEntry(insertion), account: await perEntry(account) };
    assert.deepEqual(gas, { base: 12_754n, update: 799n, insertion: 1_369n, account: 1_129n });
    assertDocumented(...Object.values(gas), await gasOf(update, insertion));
  });

  function mutate(bytes: Uint8Array, from = 0): Uint8Array {
    const mutated = [...bytes];
    const at = from + random.index(Math.max(1, mutated.length - from));
    switch (random.index(6)) {
      case 0:
        mutated[at] = random.index(256);
        break;
      case 1:
        mutated[at] = (mutated[at] ?? 0) ^ (1 << random.index(8));
        break;
      case 2:
        mutated[at] = 0;
        break;
      case 3:
        mutated.splice(at, 1 + random.index(3));
        break;
      case 4:
        mutated.splice(at, 0, random.index(3));
        break;
      default:
        mutated[Math.min(1 + random.index(8), at)] = random.index(6);
    }
    return Uint8Array.from(mutated);
  }
});

/** Name and offset of a library's custom error. Anything else is rethrown. */
function rejectionOf(error: unknown): { code: string; offset: number } {
  const data = (error as { data?: unknown }).data;
  if (typeof data !== "string") throw error;
  const parsed = REJECTIONS.parseError(data);
  if (parsed === null) throw error;
  return { code: parsed.name, offset: Number(parsed.args[0]) };
}
