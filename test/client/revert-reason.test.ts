import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, id, Interface } from "ethers";
import { contractNames, revertReason } from "../../src/ecosystem/client/sending/revert-reason.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const abi = ["error Error(string)", "error Refused(string why, string[] notes)", "function say(string)"];
const contract = new Interface(abi);
const names = contractNames([abi]);
/** Clears the line, returns to its beginning, sets a title, turns the direction of writing, and ends the line in three ways. */
const WORDS = "x\u001b[2K\r\u001b]0;owned\u0007\u009b2J\u202e\u2028\ny";
const CLEAN = "x[2K]0;owned2Jy";

describe("attack: a contract's words do not write over the terminal that shows them", () => {
  test("as the reason of a revert", () => {
    assert.equal(revertReason(contract.encodeErrorResult("Error", [WORDS]) as Hex), `with "${CLEAN}"`);
  });

  test("as an argument of an error that the caller's contracts name, in a list too", () => {
    const data = contract.encodeErrorResult("Refused", [`0x${WORDS}`, [WORDS]]) as Hex;
    assert.equal(revertReason(data, names), `with Refused("0x${CLEAN}", ["${CLEAN}"])`);
  });

  test("as an argument of a call", () => {
    assert.equal(names.call(contract.encodeFunctionData("say", [WORDS]) as Hex), `say("${CLEAN}")`);
  });
});

describe("attack: a stranger's text is taken for no address, and for no further argument", () => {
  const abiOfNames = ["function name(string,bytes,address,(string label,string[] others) both)", "event Named(string,address)"];
  const named = new Interface(abiOfNames);
  const address = `0x${"ab".repeat(20)}`;
  const known = contractNames([abiOfNames]);

  test("has quotes; bytes and addresses have none", () => {
    const data = named.encodeFunctionData("name", [address, "0xabcd", address, [address, [`0x1", "0x2`]]]) as Hex;
    const inner = `["${address}", ["0x1\\", \\"0x2"]]`;
    assert.equal(known.call(data)?.toLowerCase(), `name("${address}", 0xabcd, ${address}, ${inner})`);
    const log = named.encodeEventLog("Named", [address, address]);
    assert.equal(known.event(log.topics, log.data as Hex)?.toLowerCase(), `named("${address}", ${address})`);
  });

  test("among the arguments one by one too, each by its name and its type", () => {
    const data = named.encodeFunctionData("name", [address, "0xabcd", address, ["a", []]]) as Hex;
    assert.deepEqual(
      known.callArguments(data)?.map(({ name, type, value }) => [name, type, value.toLowerCase()]),
      [
        ["", "string", `"${address}"`],
        ["", "bytes", "0xabcd"],
        ["", "address", address],
        ["both", "(string,string[])", `["a", []]`],
      ],
    );
  });
});

describe("attack: a stranger's lists, whose offsets all point at the same bytes, do not unfold", () => {
  const lists = ["function multicall(bytes[])", "error Batch(bytes[])", "event Called(bytes[])"];
  const unfolding = contractNames([lists]);
  const word = (value: number): string => value.toString(16).padStart(64, "0");
  /** `count` times the same element of `bytes` bytes, which the data contains once. */
  const folded = (count: number, bytes: number): string =>
    [32, count, ...new Array<number>(count).fill(32 * count), bytes].map(word).join("") + "ab".repeat(bytes);
  const selector = (text: string): string => new Interface(lists).getFunction(text)!.selector;
  const errorSelector = new Interface(lists).getError("Batch")!.selector;
  // 620 offsets and 19,840 bytes: 39.7 kB, which unfold into 12 MB.
  const long = folded(620, 19_840);
  const short = folded(100, 4_096);

  test("of a call above 8 KiB only the function is named", () => {
    assert.equal(unfolding.call(`${selector("multicall")}${long}` as Hex), "multicall(…)");
  });

  test("of a call below, which unfolds into 800,000 characters, as many are shown as can be read", () => {
    const text = unfolding.call(`${selector("multicall")}${short}` as Hex);
    assert.match(text ?? "", /^multicall\(\[0xabab/);
    assert.equal(text?.length, 4_097);
  });

  test("contains the first bytes and the length of revert data above 8 KiB", () => {
    const data = `${errorSelector}${long}` as Hex;
    assert.equal(unfolding.error(data), undefined);
    assert.equal(revertReason(data, unfolding), `with ${data.slice(0, 138)}… (39780 bytes)`);
  });

  test("contains nothing of an event above 8 KiB", () => {
    const { topicHash } = new Interface(lists).getEvent("Called")!;
    assert.equal(unfolding.event([topicHash], `0x${long}`), undefined);
    assert.match(unfolding.event([topicHash], `0x${short}`) ?? "", /^Called\(\[0xabab/);
  });
});

describe("attack: another account's text with bytes that are not UTF-8", () => {
  const abi = [
    "function say(string text, uint256 amount)",
    "function sayAll(string[] texts, (string inner, address at) one)",
    "event Said(string text, uint256 amount)",
    "error Refused(string text)",
  ];
  const telling = contractNames([abi]);
  const coder = AbiCoder.defaultAbiCoder();
  // `a`, a byte that begins nothing, `b`; encoded as bytes, which ABI texts are too.
  const bytes = "0x61ff62";
  const of = (signature: string, types: readonly string[], values: readonly unknown[]): Hex =>
    `${id(signature).slice(0, 10)}${coder.encode(types, values).slice(2)}` as Hex;

  test("in a call, in its lists and structs, and among its arguments one by one", () => {
    const data = of("say(string,uint256)", ["bytes", "uint256"], [bytes, 7n]);
    assert.equal(telling.call(data), 'say("a\ufffdb", 7)');
    assert.deepEqual(
      telling.callArguments(data)?.map(({ value }) => value),
      ['"a\ufffdb"', "7"],
    );
    const at = "0x00000000000000000000000000000000000000B0";
    const all = of(
      "sayAll(string[],(string,address))",
      ["bytes[]", "tuple(bytes,address)"],
      [
        [bytes, "0x63"],
        [bytes, at],
      ],
    );
    assert.equal(telling.call(all), `sayAll(["a\ufffdb", "c"], ["a\ufffdb", ${at}])`);
  });

  test("in an event, and in errors: a contract's and Solidity's own", () => {
    const data = coder.encode(["bytes", "uint256"], [bytes, 7n]) as Hex;
    assert.equal(telling.event([id("Said(string,uint256)")], data), 'Said("a\ufffdb", 7)');
    assert.equal(revertReason(of("Refused(string)", ["bytes"], [bytes]), telling), 'with Refused("a\ufffdb")');
    assert.equal(revertReason(of("Error(string)", ["bytes"], [bytes])), 'with "a\ufffdb"');
  });
});
