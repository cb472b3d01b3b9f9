import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedDataEncoder } from "ethers";
import { encodeAbiParameters, hashTypedData, parseAbiParameters } from "viem";
import {
  BATCH_PROMISE_TYPES,
  hashBatchPromise,
  promiseServiceData,
  type BatchPromise,
} from "../../src/protocol/batch-promise.ts";
import { quorumDomain } from "../../src/protocol/quorum.ts";

const DOMAIN = quorumDomain(31_337n, `0x${"a1".repeat(20)}`);
const USUAL: BatchPromise = {
  toChain: 272n,
  batchNumber: 7n,
  logRoot: `0x${"5c".repeat(32)}`,
  protocolVersion: 3n,
  stakedAt: 1_700_000_000n,
  stakedBlock: `0x${"b7".repeat(32)}`,
  landsBy: 1_700_000_900n,
  payee: `0x${"0e".repeat(20)}`,
};
const GREATEST: BatchPromise = {
  toChain: 2n ** 256n - 1n,
  batchNumber: 2n ** 64n - 1n,
  logRoot: `0x${"ff".repeat(32)}`,
  protocolVersion: 2n ** 256n - 1n,
  stakedAt: 2n ** 48n - 1n,
  stakedBlock: `0x${"ff".repeat(32)}`,
  landsBy: 2n ** 48n - 1n,
  payee: `0x${"ff".repeat(20)}`,
};

/** The type as `IBrokenPromises` documents it, written by hand. */
const TYPE_ON_L1 =
  "BatchPromise(uint256 toChain,uint64 batchNumber,bytes32 logRoot,uint256 protocolVersion,uint48 stakedAt,bytes32 stakedBlock,uint48 landsBy,address payee)";

test("a promise has the digest that viem and ethers compute of the typed data", () => {
  assert.equal(TypedDataEncoder.from(BATCH_PROMISE_TYPES).encodeType("BatchPromise"), TYPE_ON_L1);
  for (const promised of [USUAL, GREATEST]) {
    const digest = hashBatchPromise(promised, DOMAIN);
    assert.equal(digest, TypedDataEncoder.hash({ ...DOMAIN }, BATCH_PROMISE_TYPES, promised));
    const typed = { domain: DOMAIN, types: BATCH_PROMISE_TYPES, primaryType: "BatchPromise", message: { ...promised } } as const;
    assert.equal(digest, hashTypedData(typed as unknown as Parameters<typeof hashTypedData>[0]));
  }
  // By viem 2.57.0.
  assert.equal(hashBatchPromise(USUAL, DOMAIN), "0x871e9f4c50af9ca47c92eef6a46d2c49a8554dd458b84ffb361825c1b4f7f61b");
});

test("each field of a promise changes its digest", () => {
  const digests = new Set([hashBatchPromise(USUAL, DOMAIN)]);
  for (const field of Object.keys(USUAL) as (keyof BatchPromise)[])
    digests.add(hashBatchPromise({ ...USUAL, [field]: GREATEST[field] }, DOMAIN));
  digests.add(hashBatchPromise(USUAL, { ...DOMAIN, chainId: 1n }));
  digests.add(hashBatchPromise(USUAL, { ...DOMAIN, verifyingContract: `0x${"a2".repeat(20)}` }));
  assert.equal(digests.size, 1 + Object.keys(USUAL).length + 2);
});

test("data of a pair of chains are viem's ABI encoding, and differ by direction", () => {
  const types = parseAbiParameters("uint256, uint256");
  assert.equal(promiseServiceData(271n, 272n), encodeAbiParameters(types, [271n, 272n]));
  assert.notEqual(promiseServiceData(271n, 272n), promiseServiceData(272n, 271n));
});
