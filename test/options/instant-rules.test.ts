import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions, type DevnetOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";

const TERMS = { minStakeWei: 10n ** 18n, maxAtRiskWei: 10n ** 18n };
const TAKES_PROMISES = { instant: { from: { alpha: TERMS } } };

function planned(
  alpha: Partial<DevnetChainOptions>,
  beta: Partial<DevnetChainOptions>,
  others: readonly DevnetChainOptions[] = [],
): () => ReturnType<typeof planDevnet> {
  const chains: DevnetOptions["chains"] = [
    { chainId: 271n, name: "alpha", ...alpha },
    { chainId: 272n, name: "beta", ...TAKES_PROMISES, ...beta },
    ...others,
  ];
  return () => planDevnet({ chains, fundedAccounts: [], fundingWei: 0n });
}

describe("promises between chains that cannot make or take them are refused by the name of the option", () => {
  const onAlpha: DevnetChainOptions = { chainId: 4_294_967_567n, name: "gamma", settlesOn: "alpha" };
  const refused: readonly [string, () => unknown, RegExp][] = [
    [
      "a source that does not exist",
      planned({}, { instant: { from: { delta: TERMS } } }),
      /chains\[1\]\.instant\.from:? names "delta", and promises come from other chains; remove it/,
    ],
    [
      "the chain itself",
      planned({}, { instant: { from: { beta: TERMS } } }),
      /names "beta", and promises come from other chains/,
    ],
    [
      "a source without a quorum",
      planned({ sequencing: "queue" }, {}),
      /names "alpha", and no promises come from a chain without a quorum/,
    ],
    [
      "a source with other validators",
      planned({ quorum: { members: 2, threshold: 2 } }, {}),
      /names "alpha", and no promises come from a chain whose validators or holders of data run in other processes/,
    ],
    [
      "a source whose messages are private",
      planned({ dataAvailability: "owners" }, {}),
      /names "alpha", whose messages are private, and a promise shows them/,
    ],
    ["a source with others on it", planned({}, {}, [onAlpha]), /and no promises come from a chain on which others settle/],
    [
      "a receiver that several sequencers order",
      planned({}, { sequencing: { by: "bft", nodes: 4 } }),
      /instant:? is not for a chain that several sequencers or an external one order; remove instant/,
    ],
    [
      // The default wait is a quarter of the window of 3,600 s; 839 s, 60 s and a batch's age of 1 s are 900 s.
      "a source whose batches need as long as the receiver waits",
      planned(
        { execution: "proven", executionDelaySeconds: 60, pace: { aggregatorSeconds: 839 }, batches: { maxAgeMs: 300 } },
        {},
      ),
      /names "alpha", whose batches may need 900 s to L1, and this chain waits 900 s: honest promises would break/,
    ],
    [
      "a receiver on another chain",
      planned({}, {}, [{ ...onAlpha, chainId: 4_294_967_568n, settlesOn: "beta", instant: { from: { alpha: TERMS } } }]),
      /chains\[1\]\.instant:? is not for a chain on which others settle/,
    ],
  ];
  for (const [name, plan, message] of refused) test(name, () => assert.throws(plan, message));

  test("terms for another chain are accepted, also in the config, and take no further content by default", () => {
    const { plans } = planned({}, {})();
    assert.deepEqual(plans[1]?.settlement.instant, { from: { alpha: { ...TERMS, anyMessage: false } } });
    assert.deepEqual(validateHyperchains({ chains: { alpha: {}, beta: TAKES_PROMISES } }), []);
    const pace = { aggregatorSeconds: 838 };
    const slower = planned({ execution: "proven", executionDelaySeconds: 60, pace, batches: { maxAgeMs: 300 } }, {});
    assert.equal(slower().plans.length, 2);
    const [error] = validateHyperchains({ chains: { beta: TAKES_PROMISES } });
    assert.deepEqual(error?.path, ["hyperchains", "chains", "beta", "instant", "from"]);
  });
});
