import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";

function planned(alpha: Partial<DevnetChainOptions>, beta: Partial<DevnetChainOptions>): ReturnType<typeof planDevnet> {
  const chains = [
    { chainId: 271n, name: "alpha", ...alpha },
    { chainId: 272n, name: "beta", ...beta },
  ];
  return planDevnet({ chains, fundedAccounts: [], fundingWei: 0n });
}

describe("links", () => {
  test("are planned between two chains with a quorum", () => {
    assert.doesNotThrow(() => planned({}, { links: ["alpha"] }));
  });

  test("attack: a link of a chain with a second check, which no transaction executes: is refused for both sides", () => {
    const links = ["alpha"];
    assert.throws(
      () => planned({ secondCheck: true }, { links }),
      /names "alpha", and links are not for a chain with a second check/,
    );
    assert.throws(() => planned({}, { secondCheck: true, links }), /links:? are not for a chain with a second check/);
  });

  test("name chains of the ecosystem, with a quorum", () => {
    assert.throws(() => planned({}, { links: ["delta"] }), /names "delta", and links come from other chains/);
    assert.throws(() => planned({ sequencing: "queue" }, { links: ["alpha"] }), /links are not for a chain without a quorum/);
  });
});
