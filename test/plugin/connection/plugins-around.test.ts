import assert from "node:assert/strict";
import { describe, test } from "node:test";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { NetworkHooks } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { HardhatPlugin } from "hardhat/types/plugins";
import hyperchain from "../../../src/index.ts";
import type { Member } from "../../../src/tool/plugin/api/hyperchains.ts";

/** Adds itself to connections as Hardhat Ignition does, which refuses one that has its addition already (HHE10119). */
function jealousPlugin(name: string): HardhatPlugin {
  const handlers: Partial<NetworkHooks> = {
    async newConnection(context, next) {
      const connection = await next(context);
      if (name in connection) throw new Error(`${name} was added to ${connection.networkName} twice`);
      return Object.assign(connection, { [name]: connection });
    },
  };
  return { id: name, hookHandlers: { network: () => Promise.resolve({ default: () => Promise.resolve(handlers) }) } };
}

describe("A2: plugins that add themselves to a connection once", () => {
  const [before, after] = [jealousPlugin("before"), jealousPlugin("after")];

  async function open(network: string): Promise<NetworkConnection> {
    const hre = await createHardhatRuntimeEnvironment(
      { plugins: [before, hyperchain, after, hardhatEthers], hyperchains: { proofs: "none" } },
      {},
      process.cwd(),
    );
    return hre.network.create(network);
  }

  for (const network of ["hyperchains", "hyperchain"]) {
    test(`are on L1 and on each chain, before and after this plugin in the list: network.create("${network}")`, async () => {
      const connection = await open(network);
      try {
        const { l1, chains } = connection.hyperchains;
        for (const member of new Set([connection as Member, l1, ...chains])) {
          for (const name of ["before", "after"])
            assert.equal((member as unknown as Record<string, unknown>)[name], member, `${name} on ${member.networkName}`);
          assert.equal(member.hyperchains, connection.hyperchains);
          // By this plugins tell a chain that ends with the tests: Hardhat Ignition keeps its deployments in memory then.
          assert.equal(member.networkConfig.type, "edr-simulated");
          const [signer] = await member.ethers.getSigners();
          assert.equal((await (await signer!.sendTransaction({ to: signer!.address })).wait())?.status, 1);
          assert.equal(
            BigInt(await member.ethers.provider.send("eth_chainId", [])),
            (await member.ethers.provider.getNetwork()).chainId,
          );
        }
        assert.equal(connection, network === "hyperchain" ? chains[0] : l1);
      } finally {
        await connection.close();
      }
    });
  }
});
