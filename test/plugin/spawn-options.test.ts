import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import hyperchain from "../../src/index.ts";
import { spawnConfig } from "../../src/plugin/tasks/spawn-options.ts";
import type { SpawnArguments } from "../../src/plugin/tasks/spawn-options.ts";
import type { HyperchainsUserConfig } from "../../src/types.ts";

const NOTHING_SAID: SpawnArguments = {
  ...{ chains: undefined, names: undefined, da: undefined, port: undefined, host: undefined, blockMs: undefined, batchMs: undefined },
  ...{ batchTransactions: undefined, prover: undefined, proverWorkers: undefined, settlementUrl: undefined, noRelayer: false, json: false },
};

async function ports(hyperchains: HyperchainsUserConfig, port?: string): Promise<unknown[]> {
  const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain], hyperchains });
  const { l1, chains } = spawnConfig(hre.config.hyperchains, { ...NOTHING_SAID, port });
  return [l1.port, ...chains.map((chain) => chain.port)];
}

describe("I3 the ports of a spawned ecosystem", () => {
  test("I3: the chains' follow L1's", async () => {
    assert.deepEqual(await ports({}), [8545, 8546, 8547]);
    assert.deepEqual(await ports({ l1: { port: 9900 } }, "9000"), [9000, 9001, 9002]);
    assert.deepEqual(await ports({}, "0"), [0, 0, 0]);
  });

  test("I3: no chain gets a port that another one names", async () => {
    assert.deepEqual(await ports({ l1: { port: 9900 }, chains: { a: {}, b: {}, c: { port: 9901 } } }), [9900, 9902, 9903, 9901]);
  });
});
