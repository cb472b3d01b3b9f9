import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bridgeTrust } from "../../src/devnet/bridges/trust.ts";

for (const bridge of ["layerzero", "hyperlane", "ccip", "superchain"] as const)
  test(`C14 the recipe of ${bridge} says what vouches for a message in the words of tasks and methods`, () => {
    const recipe = readFileSync(new URL(`../../docs/recipes/${bridge}.md`, import.meta.url), "utf8");
    assert.ok(recipe.replaceAll("\n", " ").includes(bridgeTrust([bridge], true)));
  });

test("C14 the words name the verifiers of each bridge that there is, and that nothing is proven where that is so", () => {
  const both = bridgeTrust(["layerzero", "hyperlane"], false);
  assert.match(both, /not your DVNs or validators and ISM: .* fees, timing or addresses\. Nothing is proven here\.$/);
});

test("C14 the words say whose contracts deliver: published ones, this package's, or both", () => {
  assert.match(bridgeTrust(["layerzero", "hyperlane"], true), /are the bridge's own contracts\. /);
  assert.match(bridgeTrust(["ccip"], true), /are this package's contracts behind the published interfaces of CCIP\. /);
  const mixed = /are the own contracts of Hyperlane, and this package's contracts behind the published interfaces of CCIP\. /;
  assert.match(bridgeTrust(["hyperlane", "ccip"], true), mixed);
});
