import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import hyperchain from "../../src/index.ts";
import { spawnConfig, type SpawnArguments } from "../../src/tool/plugin/tasks/running/spawn-options.ts";
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

test("I8: chains without a given name are named by their ids, and each has a separate id and port", async () => {
  const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain], hyperchains: {} });
  const { chains } = spawnConfig(hre.config.hyperchains, { ...NOTHING_SAID, chains: "32" });
  assert.deepEqual(
    [chains[9]?.name, chains[10]?.name, chains.at(-1)?.name, chains.at(-1)?.port],
    ["kappa", "chain-281", "chain-302", 8577],
  );
  for (const field of ["name", "chainId", "port"] as const) assert.equal(new Set(chains.map((chain) => chain[field])).size, 32);
});

describe("I1: chains of --chain", () => {
  const chainsOf = async (chain: string, hyperchains: HyperchainsUserConfig = {}) => {
    const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain], hyperchains });
    return spawnConfig(hre.config.hyperchains, { ...NOTHING_SAID, port: "0", chain }).chains;
  };

  test("come with any option of the config, after the others", async () => {
    const options = { cheats: false, dataAvailability: { allOf: ["rollup", "validium"] }, batches: { maxAgeMs: null } } as const;
    const [alpha, , delta, ...others] = await chainsOf(JSON.stringify({ name: "delta", ...options }));
    const hre = await createHardhatRuntimeEnvironment({
      plugins: [hyperchain],
      hyperchains: { chains: { alpha: {}, beta: {}, delta: options } },
    });
    const configured = spawnConfig(hre.config.hyperchains, { ...NOTHING_SAID, port: "0" }).chains;
    assert.deepEqual([alpha?.name, others.length], ["alpha", 0]);
    assert.deepEqual(delta, configured[2]);
  });

  test("replace a chain of their name, with its id", async () => {
    const chains = await chainsOf('[{"name":"beta","port":9000},{"name":"gamma"}]', {
      chains: { alpha: {}, beta: { chainId: 400 } },
    });
    assert.deepEqual(
      chains.map(({ name, chainId, port }) => [name, chainId, port]),
      [
        ["alpha", 271, 0],
        ["beta", 400, 9000],
        ["gamma", 273, 0],
      ],
    );
  });

  test("have an id by the chain on which they settle", async () => {
    const [, , delta] = await chainsOf('{"name":"delta","settlesOn":"alpha"}');
    assert.equal(BigInt(delta!.chainId) >> 32n > 0n, true);
  });

  test("are refused if two have one name", async () => {
    await assert.rejects(chainsOf('[{"name":"delta"},{"name":"delta"}]'), /--chain has "delta" twice/);
  });
});

describe("a flag's refusal", () => {
  const refusal = async (flags: Partial<SpawnArguments>): Promise<string> => {
    const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain], hyperchains: {} });
    try {
      spawnConfig(hre.config.hyperchains, { ...NOTHING_SAID, ...flags });
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("nothing is refused");
  };

  test("names the option of the config that takes the value", async () => {
    assert.match(await refusal({ da: '{"allOf":["rollup","validium"]}' }), /set it by hyperchains\.chains\.x\.dataAvailability$/);
  });

  test("names no option if the config refuses the value too", async () => {
    assert.match(await refusal({ execution: "zk" }), /^--execution must be "trusted" or "proven"; got "zk"$/);
  });
});

describe("I8: the L1 that the started one is a copy of", () => {
  const CONFIGURED = { url: "http://127.0.0.1:1", blockNumber: 5 };
  const fork = async (l1: HyperchainsUserConfig["l1"], flags: Partial<SpawnArguments>) => {
    const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain], hyperchains: { l1: l1 ?? {} } });
    return spawnConfig(hre.config.hyperchains, { ...NOTHING_SAID, ...flags }).l1.fork;
  };

  test("I8: is the flags', else the config's; a block alone is one of the config's L1", async () => {
    assert.equal(await fork({}, {}), undefined);
    assert.deepEqual(await fork({ fork: CONFIGURED }, {}), CONFIGURED);
    assert.deepEqual(await fork({ fork: CONFIGURED }, { forkBlock: "0" }), { ...CONFIGURED, blockNumber: 0 });
    const other = "http://127.0.0.1:2";
    assert.deepEqual(await fork({ fork: CONFIGURED }, { fork: other }), { url: other, blockNumber: undefined });
    assert.deepEqual(await fork({}, { fork: other, forkBlock: "7" }), { url: other, blockNumber: 7 });
  });

  test("I8: must be named where a block of it is", async () => {
    await assert.rejects(fork({}, { forkBlock: "7" }), /--fork-block is a block of the L1 that --fork names/);
    await assert.rejects(fork({}, { fork: "mainnet" }), /--fork must be a URL/);
  });
});
