import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Layer } from "../../src/ecosystem/devnet/deployment/layer.ts";
import { versionOf } from "../../src/ecosystem/devnet/l1/version-of.ts";
import type { ChainExecution } from "../../src/ecosystem/options/fields/proving.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const GENESIS = { genesisStateRoot: `0x${"11".repeat(32)}` as Hex, genesisLeafCount: 3 };
/** A kept ecosystem, as far as it says which versions its contracts have. */
const deployed = (proven?: bigint): Layer =>
  ({
    addresses: { factory: `0x${"fa".repeat(20)}` },
    versions: {
      trusted: { protocolVersion: 2n, ...GENESIS },
      proven: proven === undefined ? undefined : { protocolVersion: proven, ...GENESIS, aggregator: `0x${"a9".repeat(20)}` },
    },
  }) as unknown as Layer;
const chosen = (proven: bigint | undefined, execution: ChainExecution): bigint =>
  versionOf(deployed(proven), execution).protocolVersion;

describe("the version of a chain among those of its ecosystem's contracts", () => {
  it("is 0x203 of a proven chain and 2 of a trusted one", () => {
    assert.equal(chosen(0x203n, "proven"), 0x203n);
    assert.equal(chosen(0x203n, "trusted"), 2n);
    assert.equal(chosen(undefined, "trusted"), 2n);
  });

  it("is refused if kept contracts check no proofs of execution, or those of other keys", () => {
    assert.throws(() => chosen(undefined, "proven"), { code: "BadOptions", message: /have no version of proven chains/ });
    assert.throws(() => chosen(0x103n, "proven"), {
      code: "BadOptions",
      message: /version 259, .* those of 515; run the software/,
    });
  });
});
