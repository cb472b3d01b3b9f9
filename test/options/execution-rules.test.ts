import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions, type DevnetOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { planOfFlat } from "../../src/ecosystem/options/plan.ts";

const options = (chain: Partial<DevnetChainOptions>, said: Partial<DevnetOptions> = {}): DevnetOptions => ({
  ...{ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, relayer: false, ...said },
});
const executionOf = (given: DevnetOptions): string => planDevnet(given).plans[0]!.proving.execution;

describe("execution of a chain", () => {
  const refused = (given: DevnetOptions, message: RegExp): void =>
    assert.throws(() => planDevnet(given), { name: "DevnetOptionsError", message });

  test("is trusted by default, and otherwise what the chain or the ecosystem says", () => {
    assert.equal(executionOf(options({})), "trusted");
    assert.equal(executionOf(options({ execution: "proven" })), "proven");
    assert.equal(executionOf(options({}, { execution: "proven" })), "proven");
    assert.equal(executionOf(options({ execution: "trusted" }, { execution: "proven" })), "trusted");
    assert.equal(planOfFlat({ place: 0, chainId: 271n }).proving.execution, "trusted");
  });

  test("is proven with markers instead of proofs as well", () => {
    assert.equal(executionOf(options({ execution: "proven" }, { proofs: "none" })), "proven");
  });

  test("is not proven on a chain that settles on a trusted one, or that takes code of any size", () => {
    const chains = [
      { chainId: 271n, name: "alpha" },
      { chainId: 4_294_967_567n, settlesOn: "alpha", execution: "proven" },
    ] as const;
    refused(
      { ...options({}), chains },
      /^chains\[1\]\.execution is "proven", and contracts on the trusted chain alpha check no proof of execution/,
    );
    refused(
      options({ execution: "proven" }, { allowUnlimitedContractSize: true }),
      /^chains\[0\]\.execution is "proven", which takes no code of any size/,
    );
  });

  test("goes with a second check only if it is trusted and L1 checks it", () => {
    const planned = (given: DevnetOptions) => planDevnet(given).plans[0]!.protocol.secondCheck;
    assert.deepEqual([planned(options({})), planned(options({ secondCheck: true }))], [false, true]);
    assert.equal(planOfFlat({ place: 0, chainId: 271n }).protocol.secondCheck, false);
    refused(
      options({ secondCheck: true, execution: "proven" }),
      /^chains\[0\]\.secondCheck is true, and no second verifier checks proofs of execution/,
    );
    const chains = [
      { chainId: 271n, name: "alpha" },
      { chainId: 4_294_967_567n, settlesOn: "alpha", secondCheck: true },
    ] as const;
    refused({ ...options({}), chains }, /^chains\[1\]\.secondCheck is true, and contracts on alpha have no second verifier/);
  });

  test("replaces removed options, whose refusals name it", () => {
    const removed = (chain: object, said: object = {}) =>
      options(chain as Partial<DevnetChainOptions>, said as Partial<DevnetOptions>);
    const quorum = { members: 1, threshold: 1, check: "proof" };
    refused(removed({ quorum }), /"check" was removed: validators execute every batch/);
    refused(
      removed({ protocolVersion: 3 }),
      /"protocolVersion" was removed: execution: "trusted" or "proven" of a chain says it/,
    );
    refused(removed({ prover: { execution: "onL1" } }), /"prover" was removed: execution: "trusted" or "proven" of a chain/);
    refused(removed({}, { prover: { execution: "proven" } }), /"execution" was removed: it is an option of the ecosystem/);
    refused(
      removed({}, { prover: { keptProofs: 3 } }),
      /"keptProofs" was removed: proofs of execution are kept until L1 has them/,
    );
  });
});
