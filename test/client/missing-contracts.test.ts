import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requireContract } from "../../src/ecosystem/client/calls/call.ts";
import type { Ecosystem } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";

const NOWHERE = `0x${"0".repeat(40)}` as const;
const ecosystem: Ecosystem = {
  l1: { name: "l1", chainId: 1, contracts: { factory: NOWHERE, bridge: NOWHERE, roots: NOWHERE } },
  chains: [{ name: "alpha", chainId: 270, hyperchain: NOWHERE, baseToken: { l1Address: NOWHERE, symbol: "ETH" } }],
};
/** GasPriceOracle, WETH and the last one of the specification. */
const OP_STACK = [
  "0x420000000000000000000000000000000000000F",
  "0x4200000000000000000000000000000000000006",
  "0x42000000000000000000000000000000000007fF",
];

describe("a recipient without code", () => {
  const isTaken = async (account: string, data: string, code = "0x"): Promise<boolean> => {
    const asked: string[] = [];
    const getCode = (address: unknown): Promise<string> => {
      asked.push(String(address));
      return Promise.resolve(code);
    };
    const answer = requireContract(ecosystem, { to: { chain: "alpha", account }, data: data as never }, { getCode });
    return answer.then(
      () => true,
      (error: unknown) => {
        assert.equal((error as { readonly code: string }).code, "NoContract");
        assert.deepEqual(asked, [account.toLowerCase()]);
        return false;
      },
    );
  };

  it("is refused for money that a contract of the OP Stack would get, and for a call", async () => {
    for (const account of OP_STACK) {
      assert.equal(await isTaken(account, "0x"), false);
      assert.equal(await isTaken(account, "0x12345678"), false);
      assert.equal(await isTaken(account, "0x", "0x60"), true);
    }
    assert.equal(await isTaken(NOWHERE, "0x12345678"), false);
  });

  it("gets money at any other address", async () => {
    for (const account of [NOWHERE, "0x4200000000000000000000000000000000000800", `0x42${"0".repeat(34)}0f0f`])
      assert.equal(await isTaken(account, "0x"), true);
  });
});
