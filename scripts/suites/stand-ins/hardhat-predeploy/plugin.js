// Stands in for hardhat-predeploy 1.0.1, which is for Hardhat 3, where npm has only 0.4.1, which is for Hardhat 2: the same code
// at the same addresses, from 0.4.1's own files, on every network, and `connection.ethers.predeploy` by its names.
import { createRequire } from "node:module";

/** What 0.4.1's list says of an address: a name such as entrypoint.v09, an ABI and code. */
const { resolveWithDefault } = createRequire(import.meta.url)("./original/dist/config.js");

export default {
  id: "hardhat-predeploy-stand-in",
  dependencies: () => [import("@nomicfoundation/hardhat-ethers")],
  hookHandlers: { network: async () => ({ default: async () => ({ newConnection: connect }) }) },
};

async function connect(context, next) {
  const connection = await next(context);
  const { ethers, provider } = connection;
  ethers.predeploy = {};
  for (const [address, { name, abi, bytecode }] of Object.entries(resolveWithDefault({}))) {
    await provider.request({ method: "hardhat_setCode", params: [address, bytecode] });
    const [group, version] = name.split(".");
    const contract = await ethers.getContractAt(abi, address);
    if (version === undefined) ethers.predeploy[group] = contract;
    else (ethers.predeploy[group] ??= {})[version] = contract;
  }
  return connection;
}
