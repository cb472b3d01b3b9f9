import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bridgeTrust } from "../../src/ecosystem/devnet/bridges/trust.ts";
import { BRIDGE_NAMES, BRIDGES } from "../../src/ecosystem/options/bridges.ts";

const page = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

for (const bridge of BRIDGE_NAMES)
  test(`C14 the recipe of ${bridge} names the attestation of a message in the words of tasks and methods`, () => {
    assert.ok(
      page(`docs/recipes/${bridge}.md`)
        .replaceAll("\n", " ")
        .includes(bridgeTrust([bridge], true)),
    );
  });

test("C14 the readme says it of all bridges, in the same words", () => {
  assert.ok(page("README.md").includes(bridgeTrust(BRIDGE_NAMES, true)));
});

test("C14 one table has each bridge's attestation here, and the licences of what is read and of what is not used", () => {
  const [, table = ""] = page("docs/security.md").split(
    "| bridge | attestation there | attestation here | licences |\n|---|---|---|---|\n",
  );
  const rows = (table.split("\n\n")[0] ?? "").split("\n").map((row) => row.split(" | "));
  assert.deepEqual(
    rows.map(([name = ""]) => name.replace(" V2", "")).toSorted(),
    BRIDGE_NAMES.map((name) => `| ${BRIDGES[name].replace("the ", "")}`).toSorted(),
  );
  for (const [, , here = "", licences = ""] of rows) {
    assert.match(here, /: the source chain's batch on L1$/);
    assert.match(licences, /MIT/);
  }
});

test("C14 the words name the verifiers of each bridge that there is, and that nothing is proven where that is so", () => {
  const both = bridgeTrust(["layerzero", "hyperlane"], false);
  assert.match(both, /not by your DVNs or validators and ISM: .* fees, timing or addresses\. Nothing is proven here\.$/);
});

test("C14 the words say whose contracts deliver: published ones, this package's, or both", () => {
  assert.match(bridgeTrust(["layerzero", "hyperlane"], true), /are the bridge's own contracts\. /);
  assert.match(bridgeTrust(["ccip"], true), /are this package's contracts behind the published interfaces of CCIP\. /);
  const mixed = /are the own contracts of Hyperlane, and this package's contracts behind the published interfaces of CCIP\. /;
  assert.match(bridgeTrust(["hyperlane", "ccip"], true), mixed);
});
