import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface, type Provider } from "ethers";
import { lacksToken } from "../../src/ecosystem/client/sending/insufficient-funds.ts";
import { solidityLines } from "../../src/ecosystem/client/sending/remote-failure.ts";
import { refusalInWords, refusalOf } from "../../src/ecosystem/client/sending/submit.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

/** Clears a terminal, goes to its first place and turns the direction of writing. */
const SPELL = "\u001b[2J\u001b[H\u202e\n";
const PRINTED = /^[\x20-\x7e…]*$/;
const [ALICE, TOKEN]: [Hex, Hex] = [`0x${"a1".repeat(20)}`, `0x${"70".repeat(20)}`];
const erc20 = new Interface(["function symbol() view returns (string)", "function decimals() view returns (uint8)"]);

/** A member on which the token answers with these. */
function memberWith(symbol: string, decimals: number): Provider {
  const answers = { symbol, decimals };
  const call = ({ data }: { data: string }): Promise<string> => {
    const method = erc20.getFunction(data.slice(0, 10))!.name as keyof typeof answers;
    return Promise.resolve(erc20.encodeFunctionResult(method, [answers[method]]));
  };
  return { call } as unknown as Provider;
}

describe("a stranger's words in errors cannot write over a terminal, nor fill it", () => {
  it("in a contract's reason", () => {
    const data = new Interface(["error Error(string)"]).encodeErrorResult("Error", [`${SPELL}all is well`]);
    const refusal = refusalOf({ info: { error: { data } } });
    assert.ok(refusal);
    assert.equal(refusalInWords(refusal), 'Error("[2J[Hall is well")');
  });

  it("in a reason that is long", () => {
    const words = refusalInWords({ name: "Error", args: ["A".repeat(1_000_000)], data: "0x08c379a0" });
    assert.ok(words.length < 5_000, `${words.length} characters`);
  });

  it("in the symbol of a token with too low a balance", async () => {
    const error = await lacksToken(memberWith(`${SPELL}GOLD${"!".repeat(500)}`, 0), { name: "alpha" }, ALICE, TOKEN, 1n, 3n);
    assert.match(error.message, PRINTED);
    assert.match(error.message, /lacks 2 \[2J\[HGOLD!{23} on alpha/);
  });

  it("and a token whose symbol has nothing to print is counted in units", async () => {
    const error = await lacksToken(memberWith(SPELL.slice(-2), 0), { name: "alpha" }, ALICE, TOKEN, 1n, 3n);
    assert.match(error.message, /lacks 2 units on alpha/);
  });
});

describe("text of another account adds no line to a stack trace", () => {
  it("in a contract's reason, which is part of an error's message", () => {
    const error = new Error("reverted with reason string 'no\n    at Vault.pay (contracts/Vault.sol:3)\n'");
    const real = "at Counter.increase (contracts/Counter.sol:16)";
    error.stack = `SolidityError: ${error.message}\n    ${real}\n    at ask (/test.ts:9:1)`;
    assert.deepEqual(solidityLines(error), [real]);
    error.message = "another";
    assert.deepEqual(solidityLines(error), []);
    assert.deepEqual(solidityLines(undefined), []);
  });
});
