import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planChains } from "../../src/devnet/options.ts";
import type { DevnetOptions } from "../../src/devnet/options.ts";

describe("state cheats of chains", () => {
  const url = "http://127.0.0.1:8545";
  const cases: readonly [string, Pick<DevnetOptions, "l1" | "host">, boolean | undefined, boolean][] = [
    ["are allowed beside an L1 in this process", {}, undefined, true],
    ["are allowed where only this machine is served, by any of its names", { host: "localhost" }, undefined, true],
    ["are refused beside an L1 that runs elsewhere", { l1: { url } }, undefined, false],
    ["are refused on a host that others reach", { host: "0.0.0.0" }, undefined, false],
    ["are allowed beside an L1 that runs elsewhere if they are asked for", { l1: { url } }, true, true],
    ["are allowed on a host that others reach if they are asked for", { host: "0.0.0.0" }, true, true],
    ["are refused anywhere if that is asked for", {}, false, false],
  ];
  for (const [title, options, cheats, expected] of cases) {
    test(title, () => {
      const [plan] = planChains({ ...options, chains: [{ chainId: 271n, ...(cheats === undefined ? {} : { cheats }) }] });
      assert.equal(plan?.cheats, expected);
    });
  }
});
