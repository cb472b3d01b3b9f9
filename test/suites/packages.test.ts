import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { createHardhat } from "../plugin/connection/support/open.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { multicall3 } from "./scenarios/multicall3.ts";
import { safe } from "./scenarios/safe.ts";
import { uniswapV1 } from "./scenarios/uniswap-v1.ts";
import { uniswapV2AcrossChains } from "./scenarios/uniswap-v2-across-chains.ts";
import { uniswapV2 } from "./scenarios/uniswap-v2.ts";
import { uniswapV3 } from "./scenarios/uniswap-v3.ts";
import { installPackages } from "./support/packages.ts";
import { World } from "./support/world.ts";

const SCENARIOS = { "uniswap-v1": uniswapV1, "uniswap-v2": uniswapV2, "uniswap-v3": uniswapV3, safe, multicall3 };
/** `npm run suites -- NAME` runs one of them; `--proofs`, and the night, have the chain's batches proven and executed on L1. */
const only = process.env["HYPERCHAIN_SUITE"];
const isProven = process.env["HYPERCHAIN_PROOFS"] === "1" || IS_NIGHTLY;

describe("C: contracts of others, step by step on a hyperchain as on Hardhat's network", () => {
  let hre: HardhatRuntimeEnvironment;
  before(async () => {
    installPackages();
    hre = await createHardhat(isProven ? {} : { proofs: "none" });
  });

  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (only !== undefined && only !== name) continue;
    describe(name, () => {
      const open: NetworkConnection<string>[] = [];
      after(async () => {
        for (const connection of open) await connection.close();
      });
      const opened = <Opened extends NetworkConnection<string>>(connection: Opened): Opened => {
        open.push(connection);
        return connection;
      };

      test(`ends each step alike${isProven ? ", and every batch is proven and executed on L1" : ""}`, async (context) => {
        const chain = opened(await hre.network.create("hyperchain"));
        const there = await World.open(chain);
        await scenario(there);
        // Signatures and domains name the chain: Hardhat's network gets the same id.
        const { chainId } = chain.hyperchains.chains[0]!;
        const here = await World.open(opened(await hre.network.create({ network: "default", override: { chainId } })));
        await scenario(here);
        assert.deepEqual(there.notes, here.notes);
        context.diagnostic(`${name}: ${here.notes.length} steps alike`);
        if (!isProven) return;
        const settled = await chain.hyperchains.settle();
        assert.ok(settled.length > 0 && settled.every(({ proof, l1Transactions }) => proof && l1Transactions.execute));
        context.diagnostic(`${name}: ${settled.length} batches proven and executed on L1`);
      });
    });
  }
});

describe(
  "C8: Uniswap v2 on one chain, used by an account of another",
  { skip: only !== undefined && only !== "uniswap-v2" },
  () => {
    let connection: NetworkConnection<string>;
    before(async () => {
      installPackages();
      const hre = await createHardhat(isProven ? {} : { proofs: "none" });
      connection = await hre.network.create("hyperchains");
    });
    after(() => connection.close());

    test("coins pass two pools and return as a token, which is swapped for coins, each by one transaction", () =>
      uniswapV2AcrossChains(connection));
  },
);
