import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EventFragment, FunctionFragment, Interface, type JsonFragment } from "ethers";
import { protocolCallsAbi } from "../../src/ground/abi/protocol-calls.ts";
import { abiIndex } from "../../src/ecosystem/client/sending/abi-index.ts";

describe("functions, events and errors of contracts by selectors and topics", () => {
  test("are equal to ethers' for the same contracts, in JSON or as text", () => {
    const words = [
      "function pay((address to, uint256[2] amounts)[] all, bytes32 id) payable",
      "function fill(uint, int[]) view returns (uint)",
      "event Paid((address to, uint256[2] amounts) indexed all, uint256 amount)",
      "error Refused((string why, (uint8 code)[] codes) reason)",
    ];
    const written: readonly JsonFragment[] = [
      // As developers write it by hand.
      { type: "function", name: "fill", inputs: [{ type: "uint" }, { type: "int[]" }, { type: "uint[2][]" }] },
    ];
    for (const abi of [protocolCallsAbi, words, written]) {
      const known = abiIndex([abi as never]);
      const fragments = new Interface(abi as never).fragments;
      assert.ok(fragments.length > 0);
      for (const fragment of fragments) {
        if (FunctionFragment.isFragment(fragment))
          assert.ok(known.functions(fragment.selector).some((each) => each.format("full") === fragment.format("full")));
        if (EventFragment.isFragment(fragment))
          assert.ok(known.events(fragment.topicHash).some((each) => each.format("full") === fragment.format("full")));
      }
    }
    const refused = new Interface(words).getError("Refused")!;
    assert.equal(abiIndex([words]).errors(refused.selector)[0]?.format("full"), refused.format("full"));
  });

  test("this package's own need not be read by letters: ethers took 100 ms for that, for which nothing else was answered", () => {
    assert.deepEqual(
      protocolCallsAbi.filter((item) => typeof item !== "object"),
      [],
    );
  });

  test("contain each form of a shared function once, the first contract's first", () => {
    const named = (name: string): JsonFragment => ({ type: "function", name: "pay", inputs: [{ type: "uint256", name }] });
    const known = abiIndex([[named("wei")], [named("amount")], [named("wei")]]);
    // The first bytes of keccak256("pay(uint256)").
    const found = known.functions("0xC290D691");
    assert.deepEqual(
      found.map(({ inputs }) => inputs[0]?.name),
      ["wei", "amount"],
    );
    assert.deepEqual(known.errors("0xc290d691"), []);
  });

  test("a library's function that takes what only its own code has is left out, and nothing is said of it", (t) => {
    const said = t.mock.method(console, "log", () => undefined);
    const own = { type: "function", name: "insert", inputs: [{ type: "Tree.Node storage", name: "node" }] };
    const known = abiIndex([[own, { type: "function", name: "pay", inputs: [{ type: "uint256" }] }]]);
    assert.equal(known.functions("0xc290d691").length, 1);
    assert.equal(said.mock.callCount(), 0);
  });
});
