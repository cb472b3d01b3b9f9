import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetOptions } from "../../src/devnet/described/options.ts";
import { planOfFlat } from "../../src/options/plan.ts";

const options = (protocolVersion: 2 | 3 | undefined, others: Partial<DevnetOptions> = {}): DevnetOptions => ({
  ...{ chains: [{ chainId: 271n, protocolVersion }], fundedAccounts: [], fundingWei: 0n, relayer: false },
  ...others,
});

describe("the protocol version that a chain is created with", () => {
  test("is 2 where nothing is said, and of plans that are older than the option", () => {
    assert.equal(planDevnet(options(undefined)).plans[0]!.protocol.protocolVersion, 2);
    assert.equal(planOfFlat({ place: 0, chainId: 271n }).protocol.protocolVersion, 2);
  });

  test("is 3 where that is said, unless the ecosystem contradicts its rules", () => {
    assert.equal(planDevnet(options(3)).plans[0]!.protocol.protocolVersion, 3);
    const refused = (given: DevnetOptions, message: RegExp): void =>
      assert.throws(() => planDevnet(given), { name: "DevnetOptionsError", message });
    refused(
      options(3, { allowUnlimitedContractSize: true }),
      /^chains\[0\]\.protocolVersion is 3, which takes no code of any size/,
    );
    refused(options(4 as 3), /^chains\[0\]\.protocolVersion must be 2 or 3; got 4/);
  });
});
