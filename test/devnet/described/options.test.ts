import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DevnetOptionsError, planDevnet, type DevnetOptions } from "../../../src/ecosystem/devnet/described/options.ts";

const plan = (options: Pick<DevnetOptions, "chains" | "l1" | "host" | "unlocked">) =>
  planDevnet({ fundedAccounts: [], fundingWei: 0n, ...options }).plans;

describe("state cheats of chains", () => {
  const url = "http://127.0.0.1:8545";
  const cases: readonly [string, Pick<DevnetOptions, "l1" | "host">, boolean | undefined, boolean][] = [
    ["are allowed with an L1 in this process", {}, undefined, true],
    ["are allowed where only this machine is served, by any of its names", { host: "localhost" }, undefined, true],
    ["are refused with a remote L1", { l1: { url } }, undefined, false],
    ["are refused on a host that others reach", { host: "0.0.0.0" }, undefined, false],
    ["are allowed with a remote L1 on request", { l1: { url } }, true, true],
    ["are allowed on a host that others reach if they are asked for", { host: "0.0.0.0" }, true, true],
    ["are refused anywhere if that is asked for", {}, false, false],
  ];
  for (const [title, options, cheats, expected] of cases) {
    test(title, () => {
      const [planned] = plan({ ...options, chains: [{ chainId: 271n, ...(cheats === undefined ? {} : { cheats }) }] });
      assert.equal(planned?.protocol.cheats, expected);
    });
  }
});

test("accounts whose keys follow from a secret one cannot be unlocked", () => {
  const l1 = { url: "http://127.0.0.1:8545", deployerKey: `0x${"01".repeat(32)}` } as const;
  const chains = [{ chainId: 271n }];
  assert.throws(
    () => plan({ chains, l1, unlocked: true }),
    (error) => error instanceof DevnetOptionsError && /secret/.test(error.message),
  );
  assert.equal(plan({ chains, l1 }).length, 1);
});

describe("times of chains", () => {
  const base = { chainId: 271n, priorityOpWindowSeconds: 600, executionDelaySeconds: 60 };

  test("an exit delay must be longer than window and execution delay together", () => {
    assert.throws(
      () => plan({ chains: [{ ...base, exitDelaySeconds: 660 }] }),
      (error) => error instanceof DevnetOptionsError && /chains\[0\]\.exitDelaySeconds: 660 .* 660/.test(error.message),
    );
    assert.equal(plan({ chains: [{ ...base, exitDelaySeconds: 661 }] })[0]?.protocol.exitDelaySeconds, 661);
  });

  test("a window must be longer than a batch's age and the confirmations on L1, of twelve seconds each, together", () => {
    const chain = { chainId: 271n, priorityOpWindowSeconds: 60, batches: { maxAgeMs: 24_000, maxTransactions: undefined } };
    const l1 = { url: "http://127.0.0.1:8545", confirmations: 3 };
    assert.throws(
      () => plan({ chains: [chain], l1 }),
      (error) =>
        error instanceof DevnetOptionsError &&
        /chains\[0\]\.priorityOpWindowSeconds: 60 s .* 24 s after 36 s/.test(error.message),
    );
    assert.equal(plan({ chains: [{ ...chain, priorityOpWindowSeconds: 61 }], l1 }).length, 1);
    // Its own L1 has what is queued at once.
    assert.equal(plan({ chains: [chain] }).length, 1);
  });
});
