import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createEVM, getActivePrecompiles } from "@ethereumjs/evm";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { CODES_BY_ADDRESS } from "../../src/proofs/machine/protocol-codes/generated/protocol-codes.ts";
import { chainRules } from "../../src/proofs/rules/chain-rules.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { UNCOVERED_PRECOMPILES } from "../../src/ground/protocol/uncovered-precompiles.ts";

const MOST = 100_000_000n;

describe("precompiled contracts that no proof covers", () => {
  it("are all of Osaka's but those that are tables, the kernel's, or bytecode", () => {
    const all = [...getActivePrecompiles(chainRules(271)).keys()].map((address) => BigInt(`0x${address}`));
    const measured = Object.keys(NATIVE_WEIGHTS.precompiles).map(BigInt);
    // The kernel copies what 0x04 is given.
    const covered = new Set([...measured, ...CODES_BY_ADDRESS.keys(), 0x04n]);
    assert.deepEqual(
      all.filter((address) => !covered.has(address)),
      [...UNCOVERED_PRECOMPILES.keys()],
    );
  });

  it("cost what ethereumjs takes for points at infinity, by how many there are", async () => {
    const evm = await createEVM({ common: chainRules(271) });
    const sizes = new Map([
      [0x0bn, [256]],
      [0x0cn, [160, 320, 128 * 160, 130 * 160]],
      [0x0dn, [512]],
      [0x0en, [288, 576, 128 * 288, 130 * 288]],
      [0x0fn, [384, 1152]],
      [0x10n, [64]],
      [0x11n, [128]],
    ]);
    for (const [address, lengths] of sizes) {
      const to = createAddressFromBigInt(address);
      for (const length of lengths) {
        const { execResult } = await evm.runCall({ to, data: new Uint8Array(length), gasLimit: MOST });
        const { executionGasUsed, exceptionError } = execResult;
        assert.equal(exceptionError, undefined, `${address} of ${length} bytes`);
        assert.equal(UNCOVERED_PRECOMPILES.get(address)?.gasOf(length), executionGasUsed, `${address} of ${length} bytes`);
      }
    }
    // EIP-4844 has one price for a proof of a blob, whatever becomes of it.
    assert.equal(UNCOVERED_PRECOMPILES.get(0x0an)?.gasOf(192), 50_000n);
  });

  it("have no price for an input of the wrong length, which makes them fail", () => {
    for (const { gasOf } of UNCOVERED_PRECOMPILES.values()) assert.equal(gasOf(7), undefined);
    assert.equal(UNCOVERED_PRECOMPILES.get(0x0cn)?.gasOf(0), undefined);
  });
});
