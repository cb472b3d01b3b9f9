import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import hyperchain from "../../src/index.ts";
import { spawnConfig } from "../../src/plugin/tasks/spawn-options.ts";
import type { HyperchainsUserConfig } from "../../src/types.ts";
import { NOTHING_SAID } from "./support/spawn-arguments.ts";

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
