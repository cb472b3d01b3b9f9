import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { EdrNetworkUserConfig, HttpNetworkUserConfig, NetworkUserConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import hyperchain from "../../src/index.ts";
import { IN_PROCESS_KEYS, REMOTE_KEYS, refusedKeys, type NetworkKeyTable } from "../../src/tool/plugin/config/network-keys.ts";
import { ALICE, startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";

/** Account 1 of the public phrase. */
const SECOND = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const RECIPIENT = "0x00000000000000000000000000000000000a11ce";

const hardhat = (networks: Record<string, object>, network?: string) =>
  createHardhatRuntimeEnvironment(
    {
      plugins: [hyperchain],
      hyperchains: { proofs: "none" },
      networks: networks as Record<string, NetworkUserConfig>,
    },
    network === undefined ? {} : { network },
    process.cwd(),
  );

describe("the keys of Hardhat's network config", () => {
  test("each have a row, and a table without one does not compile", () => {
    // @ts-expect-error: Hardhat has a key more than the table.
    const incomplete: NetworkKeyTable<EdrNetworkUserConfig & { readonly newKey?: boolean }> = { ...IN_PROCESS_KEYS };
    // @ts-expect-error: the same at a URL.
    const remote: NetworkKeyTable<HttpNetworkUserConfig & { readonly newKey?: boolean }> = { ...REMOTE_KEYS };
    for (const [name, table] of [
      ["EdrNetworkUserConfig", incomplete],
      ["HttpNetworkUserConfig", remote],
    ] as const) {
      const keys = keysInHardhat(name);
      assert.ok(keys.length > 10, keys.join());
      assert.deepEqual(
        keys.filter((key) => !(key in table)),
        [],
      );
    }
  });

  const refused: readonly (readonly [network: string, key: string, value: unknown, remedy: RegExp])[] = [
    ["hyperchain", "chainId", 999, /hyperchains\.chains\.x\.chainId/],
    ["hyperchain", "networkId", 999, /hyperchains\.chains\.x\.chainId/],
    ["hyperchain", "blockGasLimit", 30_000_000, /remove it/],
    ["hyperchain", "transactionGasCap", 30_000_000, /16777216/],
    ["hyperchain", "coinbase", SECOND, /operator/],
    ["hyperchain", "forking", { url: "http://127.0.0.1:1" }, /network: "hyperchains", override: \{ forking \}/],
    ["hyperchain", "gasEstimationMode", "topLevelSuccess", /noInternalOutOfGas/],
    ["hyperchain", "initialBaseFeePerGas", 7, /fees\.leastGasPriceWei/],
    ["hyperchain", "loggingEnabled", true, /prints no requests/],
    ["hyperchain", "mining", { auto: false, interval: 2000 }, /hyperchains\.chains\.x\.blocks/],
    ["hyperchain", "throwOnCallFailures", false, /is true/],
    ["hyperchain", "hardfork", "prague", /"osaka"/],
    ["hyperchain", "chainType", "op", /"l1" or "generic"/],
    ["hyperchain", "accounts", { count: 3 }, /hyperchains\.accounts\.funded/],
    ["hyperchain", "initialDate", "2030-01-01T00:00:00Z", /networkHelpers\.time\.increaseTo/],
    ["hyperchain", "timeout", 5, /type "edr-simulated"/],
    ["hyperchains", "accounts", { count: 3 }, /hyperchains\.accounts\.funded/],
    ["hyperchains", "chainType", "op", /"l1" or "generic"/],
    ["hyperchains", "hardfork", "cancun", /"osaka"/],
    ["hyperchains", "initialDate", "2020-01-01T00:00:00Z", /networkHelpers\.time\.increaseTo/],
    ["hyperchains", "blockGasLimit", 5_000_000, /at least 16777216/],
    ["hyperchains", "transactionGasCap", 1_000_000, /at least 16777216/],
    ["hyperchains", "mining", { auto: false }, /evm_setAutomine/],
    ["hyperchains", "chainId", 272, /272 is the chain id of "beta"/],
  ];
  for (const [network, key, value, remedy] of refused) {
    test(`${network} refuses ${key} by name, and names the remedy`, async () => {
      const created = hardhat({ [network]: { type: "edr-simulated", chainType: "l1", [key]: value } });
      await assert.rejects(created, (error: Error) => {
        assert.ok(error.message.includes(`config.networks.${network}.${key}: `), error.message);
        assert.match(error.message, remedy);
        return true;
      });
    });
  }

  test("are accepted if the value is how a chain behaves, and if they are another plugin's", () => {
    const asItIs = {
      type: "edr-simulated",
      connectsToChain: true,
      hardfork: "osaka",
      chainType: "generic",
      transactionGasCap: 16_777_216n,
      gasEstimationMode: "noInternalOutOfGas",
      throwOnCallFailures: true,
      loggingEnabled: false,
      someplugin: { verify: true },
    };
    assert.deepEqual(refusedKeys(asItIs), []);
    assert.deepEqual(refusedKeys({ type: "edr-simulated", blockGasLimit: false, mining: { interval: 1000 } }), []);
  });

  test("for a running ecosystem refuse those of in-process networks", async () => {
    const network = { type: "http", url: "http://127.0.0.1:1", hyperchains: {}, allowUnlimitedContractSize: true };
    await assert.rejects(hardhat({ running: network }), /networks\.running\.allowUnlimitedContractSize: .*type "http"/);
  });

  test("for requests are the chain's to which a network leads, and not L1's", async () => {
    const settings = { from: SECOND, gasMultiplier: 3, gasPrice: 5_000_000n };
    const hre = await hardhat({ hyperchain: { type: "edr-simulated", chainType: "l1", ...settings } });
    const connection = await hre.network.create("hyperchain");
    try {
      // 21000 gas for a transfer, times three.
      assert.deepEqual(await sent(connection), { from: SECOND, gas: 63_000, gasPrice: 5_000_000 });
      const onL1 = await sent(connection.hyperchains.l1);
      assert.notEqual(onL1.from, SECOND);
      assert.ok(onL1.gas < 30_000 && onL1.gasPrice > 5_000_000, JSON.stringify(onL1));
    } finally {
      await connection.close();
    }
    const limited = await hre.network.create({ network: "hyperchain", override: { gas: 50_000 } });
    try {
      assert.equal((await sent(limited)).gas, 50_000);
    } finally {
      await limited.close();
    }
  });

  test("for requests reach the chain of a running ecosystem, whose members have the network's accounts", async () => {
    const devnet = await startFlowDevnet([271n], UNPROVEN);
    try {
      const { url } = devnet.l1;
      const { address, privateKey } = devnet.accounts.wallet(ALICE);
      const settings = { gasMultiplier: 2, gasPrice: 4_000_000, accounts: [privateKey] };
      const hre = await hardhat({ running: { type: "http", url, hyperchains: {}, connectsToChain: true, ...settings } });
      const connection = await hre.network.create("running");
      assert.deepEqual(await sent(connection), { from: address.toLowerCase(), gas: 42_000, gasPrice: 4_000_000 });
      await connection.close();
    } finally {
      await devnet.close();
    }
  });

  for (const network of ["hyperchain", "hyperchains"])
    test(`"hardhat node" refuses the network ${network}, and names hyperchain:spawn`, async () => {
      const hre = await hardhat({}, network);
      await assert.rejects(hre.tasks.getTask("node").run({}), new RegExp(`"${network}".*npx hardhat hyperchain:spawn`));
    });
});

/** The keys that an interface of Hardhat's own declarations has. */
function keysInHardhat(name: string): readonly string[] {
  const declarations = new URL(
    "../../node_modules/hardhat/dist/src/internal/builtin-plugins/network-manager/type-extensions/config.d.ts",
    import.meta.url,
  );
  const [, body = ""] = new RegExp(`interface ${name} \\{([^}]*)\\}`).exec(readFileSync(declarations, "utf8")) ?? [];
  return [...body.matchAll(/^\s*(\w+)\??:/gm)].map(([, key = ""]) => key);
}

/** Sender, gas and price that Hardhat gave a transfer that names none. */
async function sent({ provider }: Pick<NetworkConnection<string>, "provider">) {
  const ask = (method: string, ...params: unknown[]) => provider.request({ method, params });
  const hash = await ask("eth_sendTransaction", { to: RECIPIENT, value: "0x1" });
  const { from, gas, gasPrice } = (await ask("eth_getTransactionByHash", hash)) as Record<string, string>;
  return { from, gas: Number(gas), gasPrice: Number(gasPrice) };
}
