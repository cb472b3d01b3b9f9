import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions, type DevnetOptions } from "../../src/ecosystem/devnet/described/options.ts";
import type { Hubs } from "../../src/ecosystem/options/hub-rules.ts";
import { settingsOnL1 } from "../../src/ecosystem/options/settings-on-l1.ts";
import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";

const MEMBER: Partial<DevnetChainOptions> = { execution: "proven", pace: { aggregatorSeconds: 900 } };
const HUBS = { main: { members: ["alpha", "beta"] } };

function planned(alpha: Partial<DevnetChainOptions>, options: Partial<DevnetOptions>): () => unknown {
  const chains = [
    { chainId: 271n, name: "alpha", ...alpha },
    { chainId: 272n, name: "beta", ...MEMBER },
  ];
  return () => planDevnet({ chains, fundedAccounts: [], fundingWei: 0n, proofs: "none", hubs: HUBS, ...options });
}

describe("hubs that cannot run are refused by the name of the option", () => {
  const refused: readonly [string, Partial<DevnetChainOptions>, Partial<DevnetOptions>, RegExp][] = [
    [
      "a trusted member",
      { ...MEMBER, execution: "trusted", pace: {} },
      {},
      /names "alpha", whose proofs do not prove its execution/,
    ],
    ["a member without offers", { execution: "proven" }, {}, /names "alpha", which hands out no proofs; set pace/],
    ["an unknown member", MEMBER, { hubs: { main: { members: ["gamma"] } } }, /names "gamma", which is not a chain/],
    ["a member of two hubs", MEMBER, { hubs: { ...HUBS, other: { members: ["beta"] } } }, /names "beta", which is named twice/],
  ];
  for (const [name, alpha, options, message] of refused) test(name, () => assert.throws(planned(alpha, options), message));

  test("a hub of proven chains that hand their proofs out is accepted, also in the config", () => {
    planned(MEMBER, {})();
    const chains = { alpha: { execution: "proven", pace: { aggregatorSeconds: 900 } } };
    const config = { proofs: "none", chains, hubs: { main: { members: ["alpha"] } } };
    assert.deepEqual(validateHyperchains(config), []);
    assert.deepEqual(validateHyperchains({ ...config, proofs: "stark" }), []);
  });

  test("aggregators in processes are accepted with proofs and without; an aggregator of another machine is refused", () => {
    const hubs = { main: { members: ["alpha"], processes: true } };
    for (const proofs of ["none", "stark"] as const) planned(MEMBER, { hubs, proofs })();
    const elsewhere = { main: { members: ["alpha"], aggregators: ["https://aggregator.example"] } } as unknown as Hubs;
    assert.throws(planned(MEMBER, { hubs: elsewhere }), /hubs\.main\.aggregators must be a whole number/);
  });

  test("members are created with the flag of facts, by the name in the config or by the default one; others without it", () => {
    const unnamed = { chainId: 273n, ...MEMBER };
    const other = { chainId: 274n, name: "other", execution: "proven" } as const;
    const chains = [{ chainId: 271n, name: "alpha", ...MEMBER }, unnamed, other];
    const options = { fundedAccounts: [], fundingWei: 0n, hubs: { main: { members: ["alpha", "chain-273"] } } };
    const modes = planDevnet({ chains, ...options }).plans.map((plan) => settingsOnL1(plan).sequencingMode);
    assert.deepEqual(modes, [256, 256, 0]);
    assert.deepEqual(
      planDevnet({ chains, ...options, hubs: undefined }).plans.map((plan) => settingsOnL1(plan).sequencingMode),
      [0, 0, 0],
    );
  });
});
