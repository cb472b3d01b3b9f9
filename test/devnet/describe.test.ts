import assert from "node:assert/strict";
import { test } from "node:test";
import { id, Interface } from "ethers";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import { describeAll } from "../../src/ecosystem/devnet/view/books/describe.ts";
import { memberNamed } from "../../src/ecosystem/devnet/view/books/named-member.ts";

test("attack: of many calls that unfold into much, only as many are decoded as a page asks about at a time", async () => {
  const abi = ["function store(bytes data)"];
  const input = new Interface(abi).encodeFunctionData("store", [`0x${"ab".repeat(8_000)}`]);
  assert.equal(input.length, 2 + 8 + 2 * (64 + 8_000));
  let decoded = 0;
  const names = contractNames([abi]);
  const counting = {
    ...names,
    call(data: `0x${string}`) {
      decoded++;
      return names.call(data);
    },
  };
  const described = await describeAll(new Array<object>(100).fill({ input }), {
    names: async () => counting,
    memberNamed: () => assert.fail("no member is named"),
    codeOf: () => assert.fail("no code is read"),
  });
  // Four have 64,552 of the 65,536 characters.
  assert.equal(decoded, 4);
  assert.match(described[3]?.call ?? "", /^store\(0xabab/);
  assert.deepEqual(described.slice(4), new Array<object>(96).fill({ call: "store(…)" }));
});

test("an event without arguments is listed by its topic alone", async () => {
  const names = contractNames(["event Increased(address indexed by, uint256 amount)"].map((each) => [each]));
  const topics = [id("Increased(address,uint256)")];
  const described = await describeAll(
    [
      { topics, data: "0x" },
      { topics: [id("Other()")], data: "0x" },
    ],
    {
      names: async () => names,
      memberNamed: () => assert.fail("no member is named"),
      codeOf: () => assert.fail("no code is read"),
    },
  );
  assert.deepEqual(described, [{ event: "Increased(address,uint256)" }, {}]);
});

test("attack: endless digits name no member, and are not read as a number", () => {
  const ecosystem = {
    info: () => ({ l1: { name: "l1", chainId: 31_337 }, chains: [{ name: "alpha", chainId: 271 }] }) as never,
  };
  assert.equal(memberNamed(ecosystem, "0x10f"), 271n);
  assert.equal(memberNamed(ecosystem, `${"0".repeat(75)}271`), 271n);
  assert.throws(() => memberNamed(ecosystem, `${"0".repeat(900_000)}271`), { message: /^there is no chain 0{100};/ });
});
