import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeployedEcosystem } from "../../src/devnet/deployment/deploy-ecosystem.ts";
import { versionOf } from "../../src/devnet/l1/new-contracts.ts";
import type { Hex } from "../../src/protocol/hex.ts";

const GENESIS = { genesisStateRoot: `0x${"11".repeat(32)}` as Hex, genesisLeafCount: 3 };
/** A kept ecosystem, with what of it says which versions its contracts have. */
const deployed = (onL1?: bigint): DeployedEcosystem =>
  ({
    addresses: { factory: `0x${"fa".repeat(20)}` },
    version: { protocolVersion: 2n, ...GENESIS },
    version3: { protocolVersion: 3n, ...GENESIS },
    ...(onL1 !== undefined && { versionOnL1: { protocolVersion: onL1, ...GENESIS, aggregator: `0x${"a9".repeat(20)}` } }),
  }) as unknown as DeployedEcosystem;
const chosen = (onL1: bigint | undefined, execution: "onL1" | "proven"): bigint =>
  versionOf(deployed(onL1), { format: 3, execution }).protocolVersion;

describe("the version of a chain among those of its ecosystem's contracts", () => {
  it("is 0x203 where L1 executes its batches by their proofs, and its format's otherwise", () => {
    assert.equal(chosen(0x203n, "onL1"), 0x203n);
    assert.equal(chosen(0x203n, "proven"), 3n);
  });

  it("is refused where kept contracts check proofs of no such version, or of one whose keys other software had", () => {
    assert.throws(() => chosen(undefined, "onL1"), { code: "BadOptions", message: /deployed without one that checks proofs/ });
    assert.throws(() => chosen(0x103n, "onL1"), {
      code: "BadOptions",
      message: /version 259, .* those of 515; run the software/,
    });
  });
});
