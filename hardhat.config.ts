import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";

/** The compiler inside the npm package: nothing is downloaded, so builds work offline. */
const soljson = createRequire(import.meta.url).resolve("solc/soljson.js");

export default defineConfig({
  plugins: [hardhatEthers],
  paths: { sources: ["contracts", "test/contracts/solidity"] },
  solidity: {
    version: "0.8.37",
    path: soljson,
    settings: { evmVersion: "osaka", optimizer: { enabled: true, runs: 1000 } },
  },
  networks: {
    // An L1 as users have it: the public limits on transaction gas and code size are enforced.
    local: { type: "edr-simulated", chainType: "l1" },
  },
});
