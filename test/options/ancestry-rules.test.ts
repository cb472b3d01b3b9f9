import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ancestryConflicts } from "../../src/options/ancestry-rules.ts";
import type { SettlingChain } from "../../src/options/ancestry-rules.ts";
import { resolveHyperchains } from "../../src/plugin/config/resolve.ts";

function chain(name: string, chainId: number, more: Partial<SettlingChain> = {}): SettlingChain {
  return { path: ["chains", name], name, chainId, dataAvailability: "rollup", ...more };
}

const ALPHA = chain("alpha", 271);
/** 2^32 + 271. */
const ON_ALPHA = 4_294_967_567;

describe("D3: where a chain may settle", () => {
  test("on a rollup with ETH, under an id that names it", () => {
    assert.deepEqual(ancestryConflicts([chain("x", ON_ALPHA, { settlesOn: "alpha" }), ALPHA]), []);
  });

  const refused: readonly [string, readonly SettlingChain[], string, RegExp][] = [
    ["an unknown chain", [ALPHA, chain("x", ON_ALPHA, { settlesOn: "b" })], "settlesOn", /no chain "b"; name one of alpha/],
    ["itself", [chain("x", ON_ALPHA, { settlesOn: "x" })], "settlesOn", /the chain itself/],
    [
      "a circle",
      [chain("x", ON_ALPHA, { settlesOn: "y" }), chain("y", ON_ALPHA, { settlesOn: "x" })],
      "settlesOn",
      /a circle that never reaches L1/,
    ],
    [
      "a chain that settles on a chain",
      [ALPHA, chain("x", ON_ALPHA, { settlesOn: "alpha" }), chain("y", ON_ALPHA, { settlesOn: "x" })],
      "settlesOn",
      /deeper than that no chain can settle yet/,
    ],
    [
      "a validium",
      [chain("v", 271, { dataAvailability: "validium" }), chain("x", ON_ALPHA, { settlesOn: "v" })],
      "settlesOn",
      /is a validium/,
    ],
    [
      "a chain with other fees",
      [chain("g", 271, { baseToken: { name: "Gold", symbol: "GLD" } }), chain("x", ON_ALPHA, { settlesOn: "g" })],
      "settlesOn",
      /not paid in ETH/,
    ],
    ["another chain's id", [ALPHA, chain("x", 272, { settlesOn: "alpha" })], "chainId", /must be 271, such as 4294967567/],
    ["an id on a chain, for L1", [chain("x", ON_ALPHA)], "chainId", /settles on chain 271; name that one in settlesOn/],
  ];
  for (const [what, chains, field, message] of refused)
    test(`not: ${what}`, () => {
      const [problem] = ancestryConflicts(chains);
      assert.equal(problem?.path.at(-1), field);
      assert.match(problem?.message ?? "", message);
    });

  test("ids that a config leaves out follow from the chain below", () => {
    const { chains } = resolveHyperchains({
      chains: { x: { settlesOn: "beta" }, alpha: {}, beta: { chainId: 300 }, y: { settlesOn: "beta" } },
    });
    assert.deepEqual(
      chains.map(({ chainId }) => chainId),
      [4_294_967_596, 272, 300, 8_589_934_892],
    );
  });
});
