import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TypedDataEncoder } from "ethers";
import { encodeAbiParameters, hashTypedData, parseAbiParameters } from "viem";
import {
  BATCH_PROMISE_TYPES,
  hashBatchPromise,
  promiseServiceData,
  type BatchPromise,
} from "../../src/ground/protocol/batch-promise.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../src/ground/protocol/quorum.ts";

const DOMAIN = quorumDomain(31_337n, `0x${"a1".repeat(20)}`);
/** Digests that viem computed: of a usual promise, and of one with the greatest value of each field. */
const VECTORS = JSON.parse(readFileSync(new URL("../../fixtures/protocol/batch-promises.json", import.meta.url), "utf8")) as {
  readonly promises: readonly { readonly message: Readonly<Record<keyof BatchPromise, string>>; readonly digest: Hex }[];
};
const PROMISES = VECTORS.promises.map(({ message, digest }) => ({ promised: promiseOf(message), digest }));
const [USUAL, GREATEST] = PROMISES.map(({ promised }) => promised) as [BatchPromise, BatchPromise];

function promiseOf({ logRoot, stakedBlock, payee, ...numbers }: Readonly<Record<keyof BatchPromise, string>>): BatchPromise {
  const read = Object.entries(numbers).map(([field, digits]) => [field, BigInt(digits)]);
  return { ...Object.fromEntries(read), logRoot, stakedBlock, payee } as BatchPromise;
}

/** The type as `IBrokenPromises` documents it, written by hand. */
const TYPE_ON_L1 =
  "BatchPromise(uint256 toChain,uint64 batchNumber,bytes32 logRoot,uint256 protocolVersion,uint48 stakedAt,bytes32 stakedBlock,uint48 landsBy,address payee)";

test("a promise has the digest that viem and ethers compute of the typed data", () => {
  assert.equal(TypedDataEncoder.from(BATCH_PROMISE_TYPES).encodeType("BatchPromise"), TYPE_ON_L1);
  for (const { promised, digest } of PROMISES) {
    assert.equal(hashBatchPromise(promised, DOMAIN), digest);
    assert.equal(digest, TypedDataEncoder.hash({ ...DOMAIN }, BATCH_PROMISE_TYPES, promised));
    const typed = { domain: DOMAIN, types: BATCH_PROMISE_TYPES, primaryType: "BatchPromise", message: { ...promised } } as const;
    assert.equal(digest, hashTypedData(typed as unknown as Parameters<typeof hashTypedData>[0]));
  }
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
