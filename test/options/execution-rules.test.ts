import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions, type DevnetOptions } from "../../src/devnet/described/options.ts";

const options = (chain: Partial<DevnetChainOptions>, said: Pick<DevnetOptions, "proofs" | "prover"> = {}): DevnetOptions => ({
  ...{ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, relayer: false, ...said },
});
const PROVEN = { prover: { execution: "proven" } } as const;

describe("B3: options of proofs of execution beside others", () => {
  const refused = (given: DevnetOptions, message: RegExp): void =>
    assert.throws(() => planDevnet(given), { name: "DevnetOptionsError", message });

  test("refuse proofs of execution where L1 gets no proof of the published changes, for the ecosystem and for one chain", () => {
    refused(
      options({}, { proofs: "none", prover: { execution: "proven" } }),
      /^prover\.execution is "proven", and with proofs "none"/,
    );
    refused(options(PROVEN, { proofs: "none" }), /^chains\[0\]\.prover\.execution is "proven", and with proofs "none"/);
    planDevnet(options(PROVEN));
  });

  test("refuse the removed option for a check by validators", () => {
    const byProof = { quorum: { members: 1, threshold: 1, check: "proof" } } as Partial<DevnetChainOptions>;
    refused(options(byProof), /"check" was removed: validators execute every batch/);
  });

  test("let L1 check the execution, or a marker, of a chain of version 3 that settles on L1, and of no other", () => {
    const onL1 = { prover: { execution: "onL1" }, protocolVersion: 3 } as const;
    assert.equal(planDevnet(options(onL1)).plans[0]!.proving.execution, "onL1");
    refused(
      options({ ...onL1, protocolVersion: 2 }),
      /^chains\[0\]\.prover\.execution is "onL1", which takes chains of protocolVersion 3/,
    );
    assert.equal(planDevnet(options(onL1, { proofs: "none" })).plans[0]!.proving.execution, "onL1");
    const chains = [
      { chainId: 271n, name: "alpha" },
      { chainId: 4_294_967_567n, settlesOn: "alpha", ...onL1 },
    ];
    refused({ ...options({}), chains }, /^chains\[1\]\.prover\.execution is "onL1", and the chain settles on/);
    // Of all chains it cannot be said.
    refused(options({}, { prover: { execution: "onL1" as "proven" } }), /^prover\.execution must be/);
  });
});
