import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Wallet } from "ethers";
import {
  ASSET_ROUTER_ADDRESS,
  assetId,
  AssetMessageKind,
  encodeAssetMessage,
} from "../../../src/ground/protocol/asset-message.ts";
import { BATCH_PROMISE_TYPES, type BatchPromise } from "../../../src/ground/protocol/batch-promise.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { pubdataLogLeaves, type PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { quorumDomain } from "../../../src/ground/protocol/quorum.ts";
import type { PromiseRefusalCode } from "../../../src/chain/settlement-layer/promises/promise-refused.ts";
import {
  checkPromise,
  type PromisedBatch,
  type PromisesOnL1,
  type PromiseTerms,
} from "../../../src/chain/settlement-layer/promises/receiver-rule.ts";

const [L1, HERE, OTHER] = [31_337n, 272n, 273n];
const ETHER = 10n ** 18n;
const NEWEST = 1_700_000_000n;
const STAKED_AT = NEWEST - 12n;
const BLOCK = wordToHex(5n);
const PAYEE: Hex = `0x${"0e".repeat(20)}`;
const NATIVE: Hex = `0x${"00".repeat(20)}`;
const DOMAIN = quorumDomain(L1, `0x${"a1".repeat(20)}`);
const TERMS: PromiseTerms = {
  toChain: HERE,
  domain: DOMAIN,
  protocolVersion: 3n,
  payee: PAYEE,
  minStakeWei: ETHER,
  maxAtRiskWei: 10n * ETHER,
  coin: assetId(L1, NATIVE),
  anyMessage: false,
  patienceSeconds: 900n,
};
const [one, two, stranger] = [1, 2, 3].map((seed) => new Wallet(wordToHex(BigInt(seed))));
const nameOf = ({ address }: { readonly address: string }): Hex => address.toLowerCase() as Hex;

/** L1 on which both validators have half a coin and a whole one at stake. */
const ON_L1: PromisesOnL1 = {
  newestAt: NEWEST,
  longestPromise: 3_600n,
  timeOf: (hash) => Promise.resolve(hash === BLOCK ? STAKED_AT : undefined),
  isValidator: (account) => Promise.resolve(account === nameOf(one!) || account === nameOf(two!)),
  weightAt: (account, second) => Promise.resolve(second !== STAKED_AT ? 0n : account === nameOf(one!) ? ETHER / 2n : ETHER),
};

const transfer = (amount: bigint, changes: object = {}): PubdataLog => ({
  type: "message",
  sender: ASSET_ROUTER_ADDRESS,
  body: encodeAssetMessage({
    ...{ kind: AssetMessageKind.hyperbridgeSend, destinationChainId: HERE, originChainId: L1, originToken: NATIVE, amount },
    ...{ recipient: PAYEE, sender: PAYEE, nonce: amount, ...changes },
  }),
});

/** Promise of a batch with these logs, signed by these keys. */
async function promiseOf(
  logs: readonly PubdataLog[],
  fields: Partial<BatchPromise> = {},
  signers: readonly (Wallet | undefined)[] = [two],
): Promise<PromisedBatch> {
  const promised: BatchPromise = {
    ...{ toChain: HERE, batchNumber: 7n, logRoot: l2LogTreeRoot(pubdataLogLeaves(logs, [])), protocolVersion: 3n },
    ...{ stakedAt: STAKED_AT, stakedBlock: BLOCK, landsBy: STAKED_AT + 600n, payee: PAYEE, ...fields },
  };
  const sign = async (signer: Wallet | undefined) =>
    (await signer!.signTypedData({ ...DOMAIN }, BATCH_PROMISE_TYPES, promised)) as Hex;
  return { promised, signatures: await Promise.all(signers.map(sign)), logs, canonicalTxHashes: [] };
}

/** The receiver's rule. Its view of L1 is a double: `BrokenPromises` and the registry are tested with their contracts. */
describe("the receiver's rule for promised batches", () => {
  const refuses = (code: PromiseRefusalCode, batch: PromisedBatch, terms: Partial<PromiseTerms> = {}, l1 = ON_L1) =>
    assert.rejects(checkPromise(batch, { ...TERMS, ...terms }, 0n, l1), { name: "PromiseRefused", code });

  test("takes a batch whose coins and stake are within the terms, and returns its coins", async () => {
    const logs = [transfer(3n * ETHER), transfer(ETHER), transfer(9n * ETHER, { destinationChainId: OTHER })];
    assert.equal(await checkPromise(await promiseOf(logs), TERMS, 6n * ETHER, ON_L1), 4n * ETHER);
  });

  test("above the risk: coins of all open promises count, also those of lists and of parts of bundles", async () => {
    const batch = await promiseOf([transfer(4n * ETHER)]);
    await assert.rejects(checkPromise(batch, TERMS, 6n * ETHER + 1n, ON_L1), { code: "RiskTooGreat" });
    const parts = [transfer(6n * ETHER, { recipient: PREDEPLOYS.InteropHandler }), transfer(5n * ETHER)];
    await refuses("RiskTooGreat", await promiseOf(parts), { anyMessage: true });
    const list = { recipient: PREDEPLOYS.L2AssetRouter, sender: PREDEPLOYS.L2AssetRouter };
    await refuses("RiskTooGreat", await promiseOf([transfer(11n * ETHER, list)]), { anyMessage: true });
  });

  test("content beyond the coin needs anyMessage: other assets, lists, parts of bundles", async () => {
    const list = { recipient: PREDEPLOYS.L2AssetRouter, sender: PREDEPLOYS.L2AssetRouter };
    for (const changes of [{ originToken: PAYEE }, { originChainId: OTHER }, { recipient: PREDEPLOYS.InteropHandler }, list]) {
      const batch = await promiseOf([transfer(ETHER, changes)]);
      await refuses("ContentNotAllowed", batch);
      await checkPromise(batch, { ...TERMS, anyMessage: true }, 0n, ON_L1);
    }
    await checkPromise(await promiseOf([transfer(ETHER, { originToken: PAYEE, destinationChainId: OTHER })]), TERMS, 0n, ON_L1);
  });

  test("attack: a bridge's message with one wei, which names no chain and moves more than the risk", async () => {
    const message = (sender: Hex): PubdataLog => ({ type: "message", sender, body: Uint8Array.of(1, 2, 3) });
    const batch = await promiseOf([transfer(1n), message(PAYEE)]);
    await refuses("ContentNotAllowed", batch);
    assert.equal(await checkPromise(batch, { ...TERMS, anyMessage: true }, 0n, ON_L1), 1n);
    // A withdrawal goes to L1.
    await checkPromise(await promiseOf([transfer(1n), message(PREDEPLOYS.L2BaseToken)]), TERMS, 0n, ON_L1);
  });

  test("hidden message: logs without one of the batch's messages have another root", async () => {
    const batch = await promiseOf([transfer(ETHER), transfer(100n * ETHER)]);
    await refuses("LogsMismatch", { ...batch, logs: batch.logs.slice(0, 1) });
  });

  test("another chain, payee or version, and a field that was not signed", async () => {
    for (const fields of [{ toChain: OTHER }, { payee: NATIVE }, { protocolVersion: 4n }])
      await refuses("TermsMismatch", await promiseOf([transfer(1n)], fields));
    const batch = await promiseOf([transfer(1n)], { payee: NATIVE });
    await refuses("SignatureRefused", { ...batch, promised: { ...batch.promised, payee: PAYEE } });
  });

  test("future or old stakedAt: the block is on L1, has that second, and is at most a minute old", async () => {
    const signed = (fields: Partial<BatchPromise>) => promiseOf([transfer(1n)], fields);
    await refuses("StakedBlockMismatch", await signed({ stakedAt: STAKED_AT + 1n }));
    await refuses("StakedBlockMismatch", await signed({ stakedBlock: wordToHex(6n) }));
    const batch = await signed({});
    await checkPromise(batch, TERMS, 0n, { ...ON_L1, newestAt: STAKED_AT + 60n });
    for (const newestAt of [STAKED_AT, STAKED_AT + 61n]) await refuses("StakedBlockMismatch", batch, {}, { ...ON_L1, newestAt });
  });

  test("an end beyond the judge's limit or the receiver's patience, or one that has passed", async () => {
    const ending = (landsBy: bigint) => promiseOf([transfer(1n)], { landsBy });
    await checkPromise(await ending(NEWEST + 900n), TERMS, 0n, ON_L1);
    await refuses("EndOutOfRange", await ending(NEWEST + 901n));
    await refuses("EndOutOfRange", await ending(NEWEST - 1n));
    await refuses("EndOutOfRange", await ending(STAKED_AT + 601n), {}, { ...ON_L1, longestPromise: 600n });
  });

  test("stake: each validator counts once, with its weight at the second, and strangers are refused", async () => {
    const logs = [transfer(1n)];
    await refuses("StakeTooSmall", await promiseOf(logs, {}, [one, one, one]));
    await refuses("StakeTooSmall", await promiseOf(logs, {}, []));
    await checkPromise(await promiseOf(logs, {}, [one, two]), { ...TERMS, minStakeWei: (ETHER * 3n) / 2n }, 0n, ON_L1);
    await refuses("StakeTooSmall", await promiseOf(logs, {}, [one, two]), { minStakeWei: (ETHER * 3n) / 2n + 1n });
    await refuses("SignatureRefused", await promiseOf(logs, {}, [two, stranger]));
  });

  test("signature that L1 refuses: its second form, another recovery byte, another length", async () => {
    const batch = await promiseOf([transfer(1n)]);
    const [signature = "0x"] = batch.signatures;
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = order - BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith("1b") ? "1c" : "1b";
    const second = `${signature.slice(0, 66)}${s.toString(16).padStart(64, "0")}${v}` as Hex;
    const bytes: readonly Hex[] = [second, `${signature.slice(0, 130)}00` as Hex, signature.slice(0, 130) as Hex, "0x"];
    for (const form of bytes) await refuses("SignatureRefused", { ...batch, signatures: [form] });
  });
});
