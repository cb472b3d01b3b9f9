import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { shown } from "../../src/ecosystem/options/fields/values.ts";
import hyperchain from "../../src/index.ts";
import type { HyperchainsUserConfig } from "../../src/types.ts";

const configured = async (hyperchains?: unknown) => {
  const hre = await createHardhatRuntimeEnvironment({
    plugins: [hyperchain],
    ...(hyperchains === undefined ? {} : { hyperchains: hyperchains as HyperchainsUserConfig }),
  });
  return hre.config;
};

describe("I3 the config", () => {
  test("without options there are two chains, proven, and Hardhat's networks remain unchanged", async () => {
    const { hyperchains, networks } = await configured();
    assert.deepEqual(
      hyperchains.chains.map(({ name, chainId }) => [name, chainId]),
      [
        ["alpha", 271],
        ["beta", 272],
      ],
    );
    assert.equal(hyperchains.proofs, "stark");
    const bare = await createHardhatRuntimeEnvironment({});
    for (const [name, network] of Object.entries(bare.config.networks))
      assert.deepEqual(settings(networks[name]), settings(network), name);
  });

  test("chains keep their order, and ids that are left out are counted up", async () => {
    const { hyperchains } = await configured({
      chains: { shop: { chainId: 900 }, bank: {}, game: { dataAvailability: "validium" } },
    });
    assert.deepEqual(
      hyperchains.chains.map(({ name, chainId, dataAvailability }) => [name, chainId, dataAvailability]),
      [
        ["shop", 900, "rollup"],
        ["bank", 272, "rollup"],
        ["game", 273, "validium"],
      ],
    );
  });

  test("a connection with an override gets the engine's settings", async () => {
    const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain] });
    const connection = await hre.network.create({ network: "hyperchain-engine", chainType: "l1", override: { chainId: 4242 } });
    assert.equal(await connection.provider.request({ method: "eth_chainId" }), "0x1092");
    await connection.close();
  });

  const mistakes: readonly (readonly [hyperchains: unknown, path: string, message: RegExp])[] = [
    [3, "config.hyperchains", /must be an object; got 3/],
    [{ chains: { a: { checkedBy: "edr" } } }, "config.hyperchains.chains.a.checkedBy", /"checkedBy" was removed: .*proven/],
    [{ chain: {} }, "config.hyperchains.chain", /"chain" is not a field; the fields are .*chains/],
    [{ chains: [] }, "config.hyperchains.chains", /one chain per name/],
    [{ chains: {} }, "config.hyperchains.chains", /must have 1 to 32 chains, has 0/],
    [{ chains: { l1: {} } }, "config.hyperchains.chains.l1", /"l1" cannot name a chain/],
    [{ chains: { "271": {} } }, "config.hyperchains.chains.271", /starting with a letter/],
    [{ chains: { a: { chainId: "271" } } }, "config.hyperchains.chains.a.chainId", /whole number from 1 .*got "271"/],
    [
      { chains: { a: { chainId: 5 }, b: { chainId: 5 } } },
      "config.hyperchains.chains.b.chainId",
      /5 is the chain id of "a" already/,
    ],
    [{ chains: { a: { chainId: 31337 } } }, "config.hyperchains.chains.a.chainId", /31337 is the chain id of the L1 already/],
    [{ chains: { a: { port: 70_000 } } }, "config.hyperchains.chains.a.port", /from 0 to 65535/],
    [{ chains: { a: { blocks: "fast" } } }, "config.hyperchains.chains.a.blocks", /"instant" or milliseconds/],
    [
      { chains: { a: { batches: { maxAgeMs: -1 } } } },
      "config.hyperchains.chains.a.batches.maxAgeMs",
      /or null for never; got -1/,
    ],
    [{ chains: { a: { baseToken: "ETH" } } }, "config.hyperchains.chains.a.baseToken", /address of an ERC-20 on L1, or \{ name/],
    [
      { guardians: { main: {} } },
      "config.hyperchains.guardians.main",
      /no key is staked; set stake: \{ unbondingSeconds: 100_000 \}/,
    ],
    [
      { stake: { unbondingSeconds: 100_000 }, guardians: { main: { members: 4, stakesWei: [1n] } } },
      "config.hyperchains.guardians.main.stakesWei",
      /has 1 amounts for 4 guardians/,
    ],
    [
      { chains: { a: { dataAvailability: { guardians: "main" } } } },
      "config.hyperchains.chains.a.dataAvailability",
      /names guardians "main", which do not exist; set guardians: \{ main: \{ members: 4 \} \} too/,
    ],
    [
      {
        stake: { unbondingSeconds: 90_000 + 9_899 },
        guardians: { main: {} },
        chains: { a: { dataAvailability: { anyOf: [{ guardians: "main" }, "rollup"] } } },
      },
      "config.hyperchains.chains.a.dataAvailability",
      // A window of an hour and an exit delay of a day.
      /answers for 89999 s, and accounts leave a stopped chain after 90000 s; set stake.unbondingSeconds to at least 99900/,
    ],
    [
      {
        stake: { unbondingSeconds: 100_000 },
        guardians: { main: {} },
        chains: { a: { readers: [`0x${"ab".repeat(20)}`], dataAvailability: { guardians: "main" } } },
      },
      "config.hyperchains.chains.a.readers",
      /is for a validium/,
    ],
    [{ chains: { a: { readers: [] } } }, "config.hyperchains.chains.a.readers", /is for a validium/],
    [{ l1: { port: 1, url: "http://127.0.0.1:1" } }, "config.hyperchains.l1.port", /leave one of the two out/],
    [
      { chains: { a: { maxInstructions: 5 } } },
      "config.hyperchains.chains.a.maxInstructions",
      /from 1000000 to 16777216, such as 4000000; got 5/,
    ],
    [
      { chains: { a: { dataAvailability: "celestia" } } },
      "config.hyperchains.chains.a.dataAvailability",
      /"rollup", "validium", "inputs", "owners", "chain"/,
    ],
    [
      { chains: { a: { quorum: { members: 2, threshold: 3 } } } },
      "config.hyperchains.chains.a.quorum.threshold",
      /at most members \(2\); got 3/,
    ],
    [
      { chains: { a: { dataAvailability: "validium", committee: { members: 2 } } } },
      "config.hyperchains.chains.a.committee.threshold",
      /is missing; there must be members, threshold/,
    ],
    [{ proofs: "fake" }, "config.hyperchains.proofs", /"stark" or "none"; got "fake"/],
    [
      { prover: { mode: "none" } },
      "config.hyperchains.prover.mode",
      /"mode" was removed: proofs: "stark" or "none" of the ecosystem/,
    ],
    [
      { prover: { execution: "onL1" } },
      "config.hyperchains.prover.execution",
      /"execution" was removed: it is an option of the ecosystem and of its chains; move it there/,
    ],
    [{ chains: { a: { proofs: "none" } } }, "config.hyperchains.chains.a.proofs", /; set it by hyperchains\.proofs/],
    [{ prover: { workers: 0 } }, "config.hyperchains.prover.workers", /from 1 to 64/],
    [
      { accounts: { balance: 100 } },
      "config.hyperchains.accounts.balance",
      /in quotes, at most "1000000000000000", such as "100"; got 100/,
    ],
    [{ accounts: { balance: "1000000000000001" } }, "config.hyperchains.accounts.balance", /at most "1000000000000000"/],
    [
      { chains: { a: { priorityOpWindowSeconds: 0 } } },
      "config.hyperchains.chains.a.priorityOpWindowSeconds",
      /from 1 to 2592000, such as 3600; got 0/,
    ],
    [{ chains: { a: { exitDelaySeconds: 2 ** 32 } } }, "config.hyperchains.chains.a.exitDelaySeconds", /from 1 to 7776000/],
    [
      { chains: { a: { executionDelaySeconds: 90_000 } } },
      "config.hyperchains.chains.a.exitDelaySeconds",
      /86400 is not longer than window and execution delay together, 93600/,
    ],
    [{ url: "localhost:8545" }, "config.hyperchains.url", /a URL such as/],
    [{ l1: { url: "ws:" } }, "config.hyperchains.l1.url", /a URL such as/],
    [{ origins: "*" }, "config.hyperchains.origins", /a list of origins, such as \["https:\/\/app\.example\.com"\]/],
    [{ origins: ["app.example.com"] }, "config.hyperchains.origins.0", /an origin such as .*got "app\.example\.com"/],
    [{ singletons: 1 }, "config.hyperchains.singletons", /true or false/],
    [{ accounts: { unlocked: "yes" } }, "config.hyperchains.accounts.unlocked", /true or false/],
    [{ relayer: "yes" }, "config.hyperchains.relayer", /true or false/],
    [
      { relayerPolicy: { minRewardPercent: -1 } },
      "config.hyperchains.relayerPolicy.minRewardPercent",
      /from 0 to 1000000, such as 100; got -1/,
    ],
    [
      { chains: { a: { priorityOpWindowSeconds: 60, batches: { maxAgeMs: 60_000 } } } },
      "config.hyperchains.chains.a.priorityOpWindowSeconds",
      /60 s is too short for batches of up to 60 s after 0 s of confirmations/,
    ],
    [
      { l1: { url: "http://a", confirmations: 5 }, chains: { a: { priorityOpWindowSeconds: 60 } } },
      "config.hyperchains.chains.a.priorityOpWindowSeconds",
      /after 60 s of confirmations on L1; give more than 60/,
    ],
    [{ relayerPolicy: { reserve: 1 } }, "config.hyperchains.relayerPolicy.reserve", /in quotes, such as "100"; got 1/],
  ];
  for (const [hyperchains, path, message] of mistakes) {
    test(`I5: ${path} refuses ${shown(hyperchains)} and says what to write`, async () => {
      await assert.rejects(configured(hyperchains), (error: Error) => {
        assert.ok(error.message.includes(`in ${path}: `), error.message);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

test("B10: what almost says hyperchains is refused, in the config and in a network", async () => {
  const create = (config: object) => createHardhatRuntimeEnvironment({ plugins: [hyperchain], ...config });
  await assert.rejects(create({ hyperchain: {} }), /config\.hyperchain: "hyperchain" is not a field; write "hyperchains"/);
  await assert.rejects(
    create({ networks: { mine: { type: "edr-simulated", hyperChains: {} } } }),
    /config\.networks\.mine\.hyperChains: .*write "hyperchains"/,
  );
});

/** Settings as JSON, without the time at which the config was read. */
function settings(network: unknown): unknown {
  return JSON.parse(
    JSON.stringify(network, (key, each: unknown) =>
      key === "initialDate" ? undefined : typeof each === "bigint" ? String(each) : each,
    ),
  );
}
