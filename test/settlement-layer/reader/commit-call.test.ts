import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, ParamType, type Provider } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { hyperchainInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { commitsIn, emittedCommits } from "../../../src/chain/settlement-layer/reader/commit-call.ts";
import { wordsBefore } from "../../../src/ground/protocol/bounded-abi.ts";

describe("A15: where a call's arguments stand", () => {
  test("follows from the ABI: dynamic parameters take a word, others what they are made of", () => {
    const types = [
      "uint8",
      "tuple(uint64 a, bytes32[3] b, tuple(address c, bool d) e)",
      "bytes",
      "tuple(uint8 f, string g)",
      "uint8[2]",
      "uint8[]",
      "tuple(bytes h)[2]",
    ];
    const params = [...types.map((type, i) => ParamType.from(`${type} p${i}`)), ParamType.from("uint256 wanted")];
    const words = wordsBefore(params, "wanted");
    // 1, 1 + 3 + 2, an offset, an offset, 2, an offset, an offset.
    assert.equal(words, 13);
    const data = AbiCoder.defaultAbiCoder().encode(params, [
      1,
      [2, Array<string>(3).fill(`0x${"33".repeat(32)}`), [`0x${"44".repeat(20)}`, true]],
      "0x55",
      [6, "7"],
      [8, 8],
      [9],
      [["0xaa"], ["0xbb"]],
      0x77777777,
    ]);
    assert.equal(BigInt(`0x${data.slice(2 + 64 * words, 2 + 64 * (words + 1))}`), 0x77777777n);
  });

  test("is asked of parameters that exist", () => {
    assert.throws(() => wordsBefore([ParamType.from("uint8 a")], "b"), /the ABI has no parameter b/);
  });
});

/** The least value of a type. */
function least(param: ParamType): unknown {
  if (param.isArray()) return Array.from({ length: Math.max(param.arrayLength ?? 0, 0) }, () => least(param.arrayChildren));
  if (param.isTuple()) return param.components.map(least);
  if (param.type === "bytes") return "0x";
  if (param.type.startsWith("bytes")) return `0x${"00".repeat(Number(param.type.slice(5)))}`;
  return param.type === "address" ? `0x${"00".repeat(20)}` : 0;
}

const COMMITMENT: Hex = `0x${"c0".repeat(32)}`;
const HYPERCHAIN: Hex = `0x${"aa".repeat(20)}`;
const STRANGER: Hex = `0x${"bb".repeat(20)}`;

/** A value of a batch's type with this commitment and pubdata. */
function batchWith(type: ParamType, pubdata: string, commitment: Hex = COMMITMENT): unknown {
  return type.components!.map((field) =>
    field.name === "commitment" ? commitment : field.name === "pubdata" ? pubdata : least(field),
  );
}

/** The call that commits a batch with this commitment and pubdata, or settles it by a proof of these bytes. */
function commitCall(pubdata: string, name: "commitBatches" | "settle" = "commitBatches", proof = "0x"): string {
  if (name === "commitBatches") return commitsCall([pubdata]);
  const values = hyperchainInterface.getFunction(name)!.inputs.map((input) => {
    if (input.name === "proof") return proof;
    return input.name === "batch" ? batchWith(input, pubdata) : least(input);
  });
  return hyperchainInterface.encodeFunctionData(name, values);
}

/** The call that commits a batch for each pubdata; commitments as given, or all the same. */
function commitsCall(pubdata: readonly string[], commitments: readonly Hex[] = [], signatures: readonly string[] = []): string {
  const [previous, batches] = hyperchainInterface.getFunction("commitBatches")!.inputs as [ParamType, ParamType];
  const [batch] = batches.arrayChildren!.components as unknown as [ParamType];
  const items = pubdata.map((each, i) => [batchWith(batch, each, commitments[i]), [0, 0, signatures]]);
  const record = previous.components!.map((field) => (field.name === "leafCount" ? 9 : least(field)));
  return hyperchainInterface.encodeFunctionData("commitBatches", [record, items]);
}

function word(value: number): string {
  return value.toString(16).padStart(64, "0");
}

describe("A15: commits in a transaction's calldata", () => {
  test("are read or passed over with any dirty word, called or told", async () => {
    const digits = commitCall("0x010203").slice(2);
    const words = (digits.length - 8) / 64;
    const calls = Array.from({ length: words }, (_, i) => {
      const at = 8 + 64 * i;
      return `0x${digits.slice(0, at)}8${"0".repeat(63)}${digits.slice(at + 64)}`;
    });
    const found = calls.map((call) => commitsIn(`${call}${digits}`).length);
    // The coinbase and three offsets, at least, have no encoding now; the true call that follows is always found.
    assert.ok(found.filter((count) => count === 1).length >= 4);
    assert.ok(found.every((count) => count === 1 || count === 2));

    const node = nodeWith([...calls, `0x${digits}`].map((call) => [HYPERCHAIN, call] as const));
    const told = await emittedCommits(node, COMMITMENT, { hyperchain: HYPERCHAIN });
    assert.equal(told.length, 1 + found.filter((count) => count === 2).length);
  });

  const pubdataOf = (calldata: string, commitment?: Hex): number[][] =>
    commitsIn(calldata, commitment).map(({ pubdata }) => [...pubdata]);

  test("are found as what they are: a commit, or a settlement, in which a batch is committed, proven and executed", () => {
    for (const name of ["commitBatches", "settle"] as const) {
      const call = commitCall("0x0102", name);
      assert.deepEqual(pubdataOf(call), [[1, 2]]);
      assert.deepEqual(pubdataOf(call, COMMITMENT), [[1, 2]]);
      assert.deepEqual(pubdataOf(call, `0x${"dd".repeat(32)}`), []);
      assert.deepEqual(pubdataOf(`0x00${call.slice(2)}`), [[1, 2]]);
    }
    const both = `${commitCall("0x01", "settle")}${commitCall("0x02").slice(2)}${commitCall("0x03", "settle").slice(2)}`;
    assert.deepEqual(pubdataOf(both), [[1], [2], [3]]);
  });

  test("are all of a call of several, and one by its commitment; only the first has the leaf count of the record before", async () => {
    const others = [3, 4].map((byte): Hex => `0x${`0${byte}`.repeat(32)}`);
    const call = commitsCall(["0x01", "0x0202", "0x"], [COMMITMENT, ...others]);
    assert.deepEqual(pubdataOf(call), [[1], [2, 2], []]);
    assert.deepEqual(pubdataOf(call, others[0]), [[2, 2]]);
    assert.deepEqual(
      commitsIn(call).map(({ oldLeafCount }) => oldLeafCount),
      [9n, 0n, 0n],
    );
    const node = nodeWith([[HYPERCHAIN, call]]);
    const told = await emittedCommits(node, COMMITMENT, { hyperchain: HYPERCHAIN, commitment: others[1]! });
    assert.deepEqual(
      told.map(({ commitment }) => commitment),
      [others[1]],
    );
    assert.equal((await emittedCommits(node, COMMITMENT)).length, 3);
    assert.deepEqual(pubdataOf(commitsCall([])), []);
  });

  test("a list with elements that share their bytes, or with more than a contract takes, costs no more than its bytes", () => {
    const long = `0x${"ab".repeat(20_000)}`;
    const digits = commitsCall([long, "0x", "0x"]).slice(2);
    // The words of the list: its offset, its length, and an offset for each element.
    const head = 8 + 24 * 64;
    const [count, first] = [head + 64, digits.slice(head + 128, head + 192)];
    const shared = digits.slice(0, head + 192) + first + first + digits.slice(head + 320);
    assert.deepEqual(
      commitsIn(`0x${shared}`).map(({ pubdata }) => pubdata.length),
      [20_000],
      "the decoded bytes are as many as the call has",
    );
    for (const length of ["ff".repeat(32), (2 ** 32).toString(16).padStart(64, "0")]) {
      const claimed = digits.slice(0, count) + length + digits.slice(count + 64);
      assert.ok(commitsIn(`0x${claimed}`).length <= 3);
    }
    assert.equal(commitsIn(commitsCall(Array.from({ length: 70 }, () => "0x"))).length, 64);
  });

  test("A140: a call whose signatures share their bytes, and decoys that share theirs, are read for as many bytes as there are", async () => {
    const signature = "ab".repeat(65);
    const honest = commitsCall(
      ["0x01"],
      [],
      Array.from({ length: 64 }, () => `0x${signature}`),
    ).slice(2);
    assert.deepEqual(commitsIn(`0x${honest}`)[0]?.approval?.signatures.length, 64);
    // All offsets of the signatures point at the first one.
    const list = honest.indexOf(word(64) + word(64 * 32)) + 64;
    const shared = honest.slice(0, list) + word(64 * 32).repeat(64) + honest.slice(list + 64 * 64);
    const cut = shared.slice(0, list + 64 * 64 + 64 + signature.length);
    assert.deepEqual(commitsIn(`0x${cut}`), [], "64 signatures of one's bytes are more than the call has");
    assert.deepEqual(await emittedCommits(nodeWith([[HYPERCHAIN, `0x${cut}`]]), COMMITMENT), []);
    // A decoy may use the bytes of others, but all together have no more than the calldata.
    const decoys = `${commitCall("0x07").slice(2)}${cut.repeat(20)}`;
    const found = commitsIn(`0x${decoys}`);
    assert.deepEqual([...(found[0]?.pubdata ?? [])], [7]);
    const signatures = found.flatMap(({ approval }) => approval?.signatures ?? []);
    assert.ok(signatures.join("").length <= decoys.length, `${signatures.length} signatures`);
  });

  test("A140: a selector in every word costs no more than the bytes", { timeout: 120_000 }, () => {
    for (const name of ["commitBatches", "settle"]) {
      const selector = hyperchainInterface.getFunction(name)!.selector.slice(2);
      assert.deepEqual(commitsIn(`0x${(selector + "00".repeat(28)).repeat(4_000)}`), []);
    }
  });

  test("come instead of the decoys in them", () => {
    for (const decoy of [commitCall("0x99"), commitCall("0x99", "settle")]) {
      const settlement = commitCall("0x07", "settle", `0x${decoy.slice(2).repeat(3)}`);
      assert.deepEqual(pubdataOf(settlement, COMMITMENT), [[7]], "the decoys' bytes are read once, as the proof's");
    }
  });
});

/** A node with one receipt, whose logs tell these calls. */
function nodeWith(told: readonly (readonly [address: Hex, input: string])[]): Provider {
  const event = hyperchainInterface.getEvent("CommitCall")!;
  const logs = told.map(([address, input]) => ({ address, ...hyperchainInterface.encodeEventLog(event, [1, input]) }));
  return { getTransactionReceipt: () => Promise.resolve({ logs }) } as unknown as Provider;
}

describe("A3: commits that events tell", () => {
  const hash: Hex = `0x${"01".repeat(32)}`;
  const manyInOne = `0x${commitCall("0x99").slice(2).repeat(300)}`;

  test("are those of the chain's own contract; a stranger's event that says the same is passed over", async () => {
    const node = nodeWith([
      [STRANGER, commitCall("0x99")],
      [STRANGER, manyInOne],
      [HYPERCHAIN, commitCall("0x07")],
    ]);
    const commits = await emittedCommits(node, hash, { hyperchain: HYPERCHAIN, commitment: COMMITMENT });
    assert.deepEqual(
      commits.map(({ pubdata }) => [...pubdata]),
      [[7]],
    );
  });

  test("are one for each event: calls after the first one in it are not decoded", async () => {
    const node = nodeWith([
      [STRANGER, manyInOne],
      [HYPERCHAIN, `0x00${commitCall("0x07").slice(2)}`],
    ]);
    assert.equal((await emittedCommits(node, hash)).length, 1);
    assert.deepEqual(await emittedCommits(node, hash, { commitment: `0x${"dd".repeat(32)}` }), []);
  });
});
