import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BRIDGE_NAMES, bridgeHops } from "../../page/bridge-steps.ts";
import { BRIDGES } from "../../src/ecosystem/options/bridges.ts";

const statesOf = (
  bridge: (typeof BRIDGE_NAMES)[number],
  step: "sent" | "verified" | "committed" | "executed" | "failed" | "skipped",
) => bridgeHops({ bridge, step }, "alpha", "beta").map((hop) => `${hop.step} ${hop.state}`);

describe("I12: messages of other bridges, step by step", () => {
  test("the page knows the bridges that an ecosystem may have", () => {
    assert.deepEqual([...BRIDGE_NAMES].sort(), Object.keys(BRIDGES).sort());
  });

  test("LayerZero's are committed to the endpoint, the others' are not", () => {
    assert.deepEqual(statesOf("layerzero", "verified"), ["sent done", "verified done", "committed missing", "executed missing"]);
    for (const bridge of ["hyperlane", "ccip", "superchain"] as const)
      assert.deepEqual(statesOf(bridge, "verified"), ["sent done", "verified done", "executed missing"]);
  });

  test("the first step that is missing is named with where it is to happen", () => {
    for (const bridge of BRIDGE_NAMES) {
      const missing = bridgeHops({ bridge, step: "sent" }, "alpha", "beta").find(({ state }) => state === "missing");
      assert.match(missing?.words ?? "", / beta$/, bridge);
    }
  });

  test("what has been executed misses nothing; what failed or was skipped says so at its end, and all before it is done", () => {
    for (const bridge of BRIDGE_NAMES) {
      assert.ok(bridgeHops({ bridge, step: "executed" }, "alpha", "beta").every(({ state }) => state === "done"));
      for (const step of ["failed", "skipped"] as const) {
        const hops = bridgeHops({ bridge, step }, "alpha", "beta");
        assert.deepEqual(hops.at(-1)?.state, "failed");
        assert.ok(hops.slice(0, -1).every(({ state }) => state === "done"));
      }
    }
  });
});
