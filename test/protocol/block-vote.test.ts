import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedDataEncoder } from "ethers";
import { blockVoteDigests } from "../../src/ground/protocol/block-vote.ts";

const TYPES = {
  BlockVote: [
    { name: "kind", type: "uint8" },
    { name: "epoch", type: "uint64" },
    { name: "view", type: "uint64" },
    { name: "id", type: "bytes32" },
    { name: "signedAt", type: "uint64" },
  ],
};
const DOMAIN = {
  name: "Hyperchain",
  version: "1",
  chainId: 31_337n,
  verifyingContract: `0x${"a1".repeat(20)}`,
  salt: `0x${"07".repeat(32)}`,
} as const;

test("a vote on a block has the digest that ethers computes of the typed data", () => {
  const digestOf = blockVoteDigests(DOMAIN);
  for (const [kind, view] of [
    [1, 1],
    [2, Number.MAX_SAFE_INTEGER],
    [3, 256],
  ] as const) {
    const vote = { kind, epoch: 2, view, id: `0x${"5c".repeat(32)}`, signedAt: 1_700_000_000 } as const;
    assert.equal(digestOf(vote), TypedDataEncoder.hash(DOMAIN, TYPES, vote));
    assert.notEqual(digestOf(vote), blockVoteDigests({ ...DOMAIN, salt: `0x${"08".repeat(32)}` })(vote));
  }
});
