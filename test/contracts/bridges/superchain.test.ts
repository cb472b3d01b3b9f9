import { after, before, describe, test } from "node:test";
import { SuperchainNetwork } from "./support/superchain-network.ts";
import { HERE, SUPERCHAIN_RULES } from "./support/superchain-rules.ts";

describe("C14 the Superchain's inbox, messenger and bridges, each by its rules", () => {
  let network: SuperchainNetwork;
  let untouched: unknown;
  before(async () => {
    network = await SuperchainNetwork.start(HERE);
    untouched = await network.request("evm_snapshot", []);
  });
  after(() => network?.close());

  for (const { title, check } of SUPERCHAIN_RULES)
    test(title, async () => {
      await network.request("evm_revert", [untouched]);
      untouched = await network.request("evm_snapshot", []);
      await check(network);
    });
});
