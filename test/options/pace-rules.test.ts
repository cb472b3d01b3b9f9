import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";

const HOUR = 3_600;
const ON_L1 = { execution: "proven" } as const;
const windows = { priorityOpWindowSeconds: 60, exitDelaySeconds: HOUR };

describe("H5: a pace that cannot work is refused by the name of its option", () => {
  const refused: readonly [string, Partial<DevnetChainOptions>, RegExp][] = [
    ["a bound without a wait", { pace: { atLatestSeconds: 60 } }, /atLatestSeconds: bounds a wait/],
    [
      "an age beyond the latest time",
      { pace: { maxAgeSeconds: 61, atLatestSeconds: 60 } },
      /maxAgeSeconds: 61 is longer than atLatestSeconds \(60\)/,
    ],
    [
      "waits during which the exit could open",
      { pace: { maxBatches: 2 }, priorityOpWindowSeconds: 60, exitDelaySeconds: HOUR },
      /atLatestSeconds: 3600 is too near to exitDelaySeconds \(3600\)/,
    ],
    [
      "waits that leave no time to execute what waits: 2991 s, 10 s and 600 s are 3601 s",
      { pace: { maxBatches: 2, atLatestSeconds: 2_991 }, batches: { maxAgeMs: 10_000 }, ...windows },
      /atLatestSeconds: 2991 is too near to exitDelaySeconds \(3600\): .* it needs 3601,/,
    ],
    [
      "proofs shared with other chains of a chain whose execution L1 does not check",
      { pace: { shared: true } },
      /shared:? is of proofs of execution; say execution: "proven"/,
    ],
    [
      "an aggregator for a chain whose execution L1 does not check",
      { pace: { aggregatorSeconds: 60 } },
      /aggregatorSeconds:? is of proofs of execution; say execution: "proven"/,
    ],
    [
      "an aggregator in this process and one in another",
      { pace: { aggregatorSeconds: 60, shared: true }, ...ON_L1 },
      /aggregatorSeconds:? has another process prove batches together/,
    ],
    [
      "a wait for an aggregator during which the exit could open: 3001 s and 600 s are 3601 s",
      { pace: { aggregatorSeconds: 3_001 }, ...windows, ...ON_L1 },
      /aggregatorSeconds:? 3001 is too near to exitDelaySeconds \(3600\): .* it needs 3601,/,
    ],
    [
      "one wait behind the other during which the exit could open",
      { pace: { maxBatches: 2, atLatestSeconds: 2_000, aggregatorSeconds: 1_001 }, ...windows, ...ON_L1 },
      /atLatestSeconds:? 3001 is too near to exitDelaySeconds \(3600\)/,
    ],
  ];
  for (const [title, chain, message] of refused)
    test(title, () => {
      const options = { chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n };
      assert.throws(() => planDevnet(options), message);
      const [problem] = validateHyperchains({ chains: { a: chain } });
      assert.match(`${problem?.path.at(-1)}: ${problem?.message}`, message);
    });

  test("a wait that leaves just the time to execute what waits is taken", () => {
    const chain = { pace: { maxBatches: 2, atLatestSeconds: 2_990 }, batches: { maxAgeMs: 10_000 }, ...windows };
    assert.deepEqual(validateHyperchains({ chains: { a: chain } }), []);
  });

  test("shared proofs wait or not, as the rest of the pace says", () => {
    for (const pace of [{ shared: true }, { shared: true, maxAgeSeconds: 600 }, { shared: false }])
      assert.deepEqual(validateHyperchains({ chains: { a: { ...ON_L1, pace } } }), []);
  });

  test("a wait for an aggregator that leaves just the time to execute what waits is taken", () => {
    const chains = [
      { ...ON_L1, ...windows, pace: { aggregatorSeconds: 3_000 } },
      { ...ON_L1, ...windows, pace: { maxBatches: 2, atLatestSeconds: 2_000, aggregatorSeconds: 1_000 } },
    ];
    for (const chain of chains) assert.deepEqual(validateHyperchains({ chains: { a: chain } }), []);
  });

  test("accepts a day's wait with a longer exit delay", () => {
    const chain = { pace: { maxAgeSeconds: 24 * HOUR }, exitDelaySeconds: 25 * HOUR };
    assert.deepEqual(validateHyperchains({ chains: { a: chain } }), []);
  });
});
