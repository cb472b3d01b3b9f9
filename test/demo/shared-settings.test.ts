import assert from "node:assert/strict";
import { describe, test } from "node:test";
import hre from "hardhat";
import type { SolidityBuildProfileConfig } from "hardhat/types/config";
import { jobsToRecord, recordedIds } from "../../scripts/hardhat/recorded-compilations.ts";
import { sharingSettings } from "../../scripts/hardhat/shared-settings.ts";

type Overrides = SolidityBuildProfileConfig["overrides"];

describe("settings of the compiler", () => {
  test("are one object for all generated contracts of this repository, which one process compiles", () => {
    const overrides = Object.entries(hre.config.solidity.profiles["default"]?.overrides ?? {}).filter(([file]) =>
      file.includes("/generated/"),
    );
    assert.ok(overrides.some(([file]) => file === "contracts/verifier/generated/AggregateStarkFast.sol"));
    assert.ok(overrides.length > 10);
    assert.equal(new Set(overrides.map(([, settings]) => settings)).size, 1);
  });

  test("are those of two recorded compilations, of the present sources; npm run generate records them", async () => {
    const ids = (await jobsToRecord(hre)).map(({ id }) => id);
    assert.equal(ids.length, 2);
    assert.deepEqual(recordedIds(), ids.sort());
  });

  test("stay two objects if they differ, and have the same values and files", () => {
    const settings = (runs: number): Overrides[string] => ({ version: "0.8.37", settings: { optimizer: { runs } } });
    const overrides: Overrides = { "a.sol": settings(1), "b.sol": settings(2), "c.sol": settings(1) };
    const profile = { compilers: [], overrides, isolated: false, preferWasm: false, toolVersionsInBuildInfo: false };
    const shared = sharingSettings(profile).overrides;
    assert.deepEqual(shared, overrides);
    assert.equal(shared["a.sol"], shared["c.sol"]);
    assert.notEqual(shared["a.sol"], shared["b.sol"]);
  });
});
