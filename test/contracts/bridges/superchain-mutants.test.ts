import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { byNight } from "../../support/nightly.ts";
import { codesOf, superchainMutants } from "./support/superchain-mutants.ts";
import { SuperchainNetwork } from "./support/superchain-network.ts";
import { HERE, SUPERCHAIN_RULES } from "./support/superchain-rules.ts";

/** Interval of the tested mutants by day, because each is compiled. */
const STRIDE = byNight(1, 9);

describe("C14 the Superchain's contracts, each with one statement or check less", () => {
  let network: SuperchainNetwork;
  let untouched: unknown;
  before(async () => {
    network = await SuperchainNetwork.start(HERE);
    untouched = await network.request("evm_snapshot", []);
  });
  after(() => network?.close());

  /** Whether some rule does not hold with this code. */
  const isFound = async (address: string, code: string): Promise<boolean> => {
    for (const { check } of SUPERCHAIN_RULES) {
      await network.request("evm_revert", [untouched]);
      untouched = await network.request("evm_snapshot", []);
      await network.put(address, code);
      const holds = await check(network).then(
        () => true,
        () => false,
      );
      if (!holds) return true;
    }
    return false;
  };

  test("no rule is kept by all of them: each mutant breaks one", async () => {
    const all = superchainMutants();
    assert.ok(all.length > 60, `${all.length}`);
    const mutants = all.filter((_, i) => i % STRIDE === 0);
    const codes = codesOf(mutants);
    const survivors: string[] = [];
    for (const [i, mutant] of mutants.entries()) {
      if (!(await isFound(mutant.address, codes[i]!))) survivors.push(`${mutant.contract} without ${mutant.without}`);
    }
    assert.deepEqual(survivors, []);
  });
});
