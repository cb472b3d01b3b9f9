import assert from "node:assert/strict";
import { test } from "node:test";
import type { EcosystemInfo } from "../../src/devnet/view/ecosystem-info.ts";
import { firstScreen } from "../../src/plugin/tasks/first-screen.ts";

const ADDRESS = `0x${"ab".repeat(20)}` as const;

function info(allowUnlimitedContractSize: boolean): EcosystemInfo {
  return {
    name: "x",
    version: "0.1.0",
    protocolVersion: 3,
    proven: "what is proven",
    prover: { mode: "stark", workers: 1 },
    l1: {
      name: "l1",
      chainId: 31337,
      url: "http://127.0.0.1:1",
      contracts: { factory: ADDRESS, bridge: ADDRESS, roots: ADDRESS, verifier: ADDRESS },
    },
    chains: [
      {
        name: "alpha",
        chainId: 271,
        url: "http://127.0.0.1:2",
        hyperchain: ADDRESS,
        operator: ADDRESS,
        baseToken: { l1Address: ADDRESS, symbol: "ETH" },
        dataAvailability: "rollup",
        quorum: { members: [ADDRESS], threshold: 1 },
        executionDelaySeconds: 0,
        allowUnlimitedContractSize,
      },
    ],
    singletons: {},
    accounts: { funded: [] },
  };
}

test("A13: the first screen and the status say where contract sizes are not limited, and only there", () => {
  assert.match(firstScreen(info(true)), /CONTRACT SIZE IS NOT LIMITED on these chains \(allowUnlimitedContractSize\)/);
  assert.doesNotMatch(firstScreen(info(false)), /CONTRACT SIZE/);
});
