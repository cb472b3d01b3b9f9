import { globSync } from "node:fs";
import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { SECOND_COMPILER_SETTINGS } from "./scripts/system-description/compiler-settings.ts";
import { METADATA, VERIFIER_COMPILER_SETTINGS } from "./scripts/verifier-generator/compiler-settings.ts";

const forThisRepository: HardhatPlugin = {
  id: "this-repository",
  hookHandlers: {
    config: () => import("./scripts/hardhat/shared-settings.ts"),
    solidity: () => import("./scripts/hardhat/solidity-hooks.ts"),
  },
};

/** The compiler inside the npm package: nothing is downloaded, so builds work offline. */
const soljson = createRequire(import.meta.url).resolve("solc/soljson.js");

const version = "0.8.37";

/** Generated verifiers are optimized as they are written; see `compiler-settings.ts`. */
const generated = Object.fromEntries(
  globSync("{contracts/verifier,bench}/generated/*.sol", { cwd: import.meta.dirname }).map((file) => [
    file,
    { version, path: soljson, settings: VERIFIER_COMPILER_SETTINGS },
  ]),
);

/** Compiled on its own terms; see `compiler-settings.ts` of the description. */
const second = Object.fromEntries(
  globSync("contracts/verifier/second/*.sol", { cwd: import.meta.dirname }).map((file) => [
    file,
    { version, path: soljson, settings: SECOND_COMPILER_SETTINGS },
  ]),
);

export default defineConfig({
  plugins: [hardhatEthers, forThisRepository],
  paths: { sources: ["contracts", "test/contracts/solidity"] },
  solidity: {
    compilers: [
      { version, path: soljson, settings: { evmVersion: "osaka", metadata: METADATA, optimizer: { enabled: true, runs: 1000 } } },
    ],
    overrides: { ...generated, ...second },
  },
  networks: {
    // An L1 as users have it: the public limits on transaction gas and code size are enforced.
    local: { type: "edr-simulated", chainType: "l1" },
  },
});
