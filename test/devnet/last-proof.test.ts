import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet } from "../../src/ecosystem/devnet/described/options.ts";
import { readLastProof, requireLastProof } from "../../src/ecosystem/devnet/proofs/last-proof.ts";
import { lastProofSentence } from "../../src/ecosystem/devnet/view/books/proven.ts";
import { lastProofKey } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { type Hex, wordToHex } from "../../src/ground/protocol/hex.ts";
import { LAST_PROOFS } from "../../src/ground/protocol/last-proof.ts";
import { lastProofOfBytes } from "../../src/proofs/l1-proof/proof-verdict.ts";

const AGGREGATOR: Hex = `0x${"aa".repeat(20)}`;
const VERIFIER: Hex = `0x${"bb".repeat(20)}`;
/** First bytes of the hashes of `verifier()` and `verificationKey()`. */
const VERIFIER_CALL = "0x2b7ac3f3";

/** L1 with an aggregator whose verifier answers this. */
function l1With(answer: () => Hex) {
  return {
    call: ({ to, data }: { to?: unknown; data?: unknown }) => {
      if (to === AGGREGATOR && data === VERIFIER_CALL) return Promise.resolve(wordToHex(BigInt(VERIFIER)));
      assert.equal(String(to).toLowerCase(), VERIFIER);
      return Promise.resolve().then(answer);
    },
  };
}

const chains = [{ name: "alpha", chainId: 271n }];
const url = "http://127.0.0.1:1";

describe("the last proof of an ecosystem", () => {
  test("is the one whose key its contract shows, and undefined if L1 accepts markers", async () => {
    for (const last of LAST_PROOFS)
      assert.equal(await readLastProof(l1With(() => lastProofKey(last)) as never, AGGREGATOR), last);
    assert.equal(await readLastProof(l1With(() => wordToHex(0n)) as never, AGGREGATOR), undefined);
  });

  test("attack: contracts of other software, with another key or with none, are refused by name", async () => {
    const revert = (): Hex => {
      throw Object.assign(new Error("reverted"), { code: "CALL_EXCEPTION" });
    };
    const other = wordToHex(77n);
    const read = (answer: () => Hex) => readLastProof(l1With(answer) as never, AGGREGATOR);
    const remedy = /run the software that they were deployed with, or begin with a new ecosystem$/;
    await assert.rejects(
      read(() => other),
      { code: "BadOptions", message: new RegExp(`the key ${other},.*${remedy.source}`) },
    );
    for (const answer of [revert, () => "0x" as const])
      await assert.rejects(read(answer), { code: "BadOptions", message: new RegExp(`the key none,.*${remedy.source}`) });
    const offline = (): Hex => {
      throw new Error("no answer");
    };
    await assert.rejects(read(offline), { message: "no answer" });
  });

  test("agrees with the option", () => {
    requireLastProof(undefined, "fast");
    requireLastProof("small", "small");
    requireLastProof("fast", undefined);
    assert.throws(() => requireLastProof("fast", "small"), {
      code: "BadOptions",
      message:
        'lastProof is "fast", and the contracts of this ecosystem check small proofs: their deployment fixed it; leave lastProof out, or begin with a new ecosystem',
    });
  });

  test("cannot be fast on an L1 at a URL, whose pool may lack room for it", () => {
    assert.throws(() => planDevnet({ chains, fundedAccounts: [], fundingWei: 1n, lastProof: "fast", l1: { url } } as never), {
      code: "BadOptions",
      message: /^lastProof is for an L1 in this process: a fast proof has 145 kB.*say "small"$/,
    });
    planDevnet({ chains, fundedAccounts: [], fundingWei: 1n, lastProof: "small", l1: { url } } as never);
    planDevnet({ chains, fundedAccounts: [], fundingWei: 1n, lastProof: "fast" } as never);
  });

  test("has its gas in its sentence, and bytes that name neither are taken for a small one", () => {
    assert.match(lastProofSentence("fast"), /^Last proof: fast, about \d\.\d M gas on L1\. Public layers use small/);
    assert.match(lastProofSentence("small"), /^Last proof: small, about \d\.\d M gas on L1\.$/);
    assert.deepEqual([lastProofOfBytes(new Uint8Array()), lastProofOfBytes(new Uint8Array(500))], ["small", "small"]);
  });
});
