import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, ParamType } from "ethers";
import { encodeArguments } from "../../src/ecosystem/devnet/view/contracts/contract-call.ts";

const numbers = (count: number): string => JSON.stringify(Array<number>(count).fill(7));
const types = (...names: readonly string[]): readonly ParamType[] => names.map((name) => ParamType.from(name));

describe("arguments that strangers type", () => {
  test("are encoded as by ethers, up to 4,096 values in lists and structs", () => {
    const inputs = types("uint256[]", "string");
    assert.equal(
      encodeArguments(inputs, [numbers(4_096), "a,b,[c]"]),
      AbiCoder.defaultAbiCoder().encode(inputs, [Array(4_096).fill(7), "a,b,[c]"]),
    );
  });

  test("attack: lists that would take this process seconds are refused before anything is encoded", () => {
    const tooMany = /have more than 4096 values together/;
    assert.throws(() => encodeArguments(types("uint256[]"), [numbers(4_097)]), tooMany);
    assert.throws(() => encodeArguments(types("uint8[]", "uint256[]"), [numbers(4_000), numbers(97)]), tooMany);
    assert.throws(() => encodeArguments(types("uint256[][]"), [`[${"[],".repeat(4_096)}[]]`]), tooMany);
    assert.throws(() => encodeArguments(types("tuple(uint8 a,uint8 b)[]"), [`[${"[1,2],".repeat(2_000)}[1,2]]`]), tooMany);
  });

  test("the first that does not fit is named", () => {
    const inputs = types("address holder", "uint8 count", "bool open");
    const holder = `0x${"a1".repeat(20)}`;
    assert.throws(() => encodeArguments(inputs, [holder, "256", "maybe"]), /argument 2 \(count\) must be uint8: "256"/);
    assert.throws(() => encodeArguments(inputs, [holder, "255", "maybe"]), /argument 3 \(open\) must be bool: "maybe"/);
  });
});
