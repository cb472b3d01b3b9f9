import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";

type Chain = Partial<DevnetChainOptions>;

const SOURCE: Chain = { execution: "proven", pace: { aggregatorSeconds: 900 } };
const FACTS: Chain = { facts: { from: ["alpha"] } };

function planned(alpha: Chain, beta: Chain, others: Record<string, Chain> = {}): () => unknown {
  const named = Object.entries({ alpha, beta, ...others });
  const chains = named.map(([name, chain], i) => ({ chainId: 271n + BigInt(i), name, ...chain }));
  return () => planDevnet({ chains, fundedAccounts: [], fundingWei: 0n });
}

describe("facts that a chain cannot import are refused by the name of the option", () => {
  const refused: readonly [string, Chain, Chain, RegExp][] = [
    ["trusted source", { pace: {} }, FACTS, /facts\.from: names "alpha", whose proofs do not prove its execution/],
    ["source without evidence", { execution: "proven" }, FACTS, /facts\.from: names "alpha", which serves no evidence/],
    ["unknown source", SOURCE, { facts: { from: ["gamma"] } }, /facts\.from: names "gamma", and facts come from other chains/],
    ["itself", SOURCE, { facts: { from: ["beta"] } }, /facts\.from: names "beta", and facts come from other chains/],
    [
      "chain of the queue alone",
      SOURCE,
      { ...FACTS, ...SOURCE, pace: {}, sequencing: "queue" },
      /facts: are imports of a chain without a quorum/,
    ],
    [
      "chain of several nodes",
      SOURCE,
      { ...FACTS, sequencing: { by: "bft", nodes: 4 } },
      /facts: are imports of a chain that several sequencers/,
    ],
    [
      "source serves the sequencer only: validators in processes",
      SOURCE,
      { ...FACTS, quorum: { members: 3, threshold: 2 } },
      /facts: are imports of a chain whose validators/,
    ],
    [
      "source serves the sequencer only: holders of data in processes",
      SOURCE,
      { ...FACTS, dataAvailability: "validium" },
      /facts: are imports of a chain whose validators/,
    ],
    [
      "patience beyond half of the window",
      SOURCE,
      { facts: { from: ["alpha"], patienceSeconds: 1_801 }, priorityOpWindowSeconds: 3_600 },
      /facts\.patienceSeconds: 1801 is more than half of priorityOpWindowSeconds \(3600\)/,
    ],
  ];
  for (const [title, alpha, beta, message] of refused)
    test(title, () => {
      assert.throws(planned(alpha, beta), message);
      const problems = validateHyperchains({ chains: { alpha, beta: { ...beta, chainId: undefined } } });
      const said = problems.map(({ path, message: text }) => `${path.slice(path.indexOf("facts")).join(".")}: ${text}`);
      assert.ok(
        said.some((text) => message.test(text)),
        said.join("\n"),
      );
    });

  test("chain on a chain, and base with L3s", () => {
    const [base, top] = [(1n << 32n) + 273n, (1n << 32n) + 272n];
    const onGamma = { ...FACTS, chainId: base, settlesOn: "gamma" };
    assert.throws(planned(SOURCE, onGamma, { gamma: {} }), /facts: are imports of a chain on gamma/);
    const onBeta = { chainId: top, settlesOn: "beta" };
    assert.throws(planned(SOURCE, FACTS, { gamma: onBeta }), /facts: are imports of a chain on which gamma settles/);
  });

  test("a proven source with evidence is taken, by a trusted chain and by a proven one, at the bounds of the patience", () => {
    for (const execution of ["trusted", "proven"] as const)
      for (const patienceSeconds of [1, 1_800])
        planned(SOURCE, { execution, facts: { from: ["alpha"], patienceSeconds }, priorityOpWindowSeconds: 3_600 })();
  });
});
