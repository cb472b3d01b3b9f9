import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import { boundBy } from "../../src/ecosystem/devnet/reconstruction/bound-by-policy.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hexAddress, view } from "../contracts/l1/support/ecosystem.ts";
import { startLocalL1, type LocalL1 } from "../support/l1.ts";
import { attest, p256Key, shownData } from "../support/p256-attestor.ts";

const coder = AbiCoder.defaultAbiCoder();
const claim = {
  ...{ published: true, preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) },
  transactionsHash: wordToHex(0n),
};
const MEASUREMENT = wordToHex(3n);

describe("F3: what a policy bound, asked once a program's key has expired", () => {
  let l1: LocalL1;
  let rollup: BaseContract;
  let attested: BaseContract;
  let attestation: Hex;

  before(async () => {
    l1 = await startLocalL1();
    const [root, leaf] = [p256Key(), p256Key()];
    rollup = await l1.deploy("RollupCalldataPolicy");
    attested = await l1.deploy("AttestedPolicy", root.x, root.y, MEASUREMENT);
    const [{ chainId }, block] = [await l1.ethers.provider.getNetwork(), await l1.ethers.provider.getBlock("latest")];
    const notAfter = BigInt(block!.timestamp) + 1_000n;
    const content = { ...claim, policy: await hexAddress(attested), chainId };
    attestation = shownData(attest({ root, leaf, measurement: MEASUREMENT, notAfter }, content));
  });
  after(() => l1.close());

  const part = (index: number, data: Hex): Hex => coder.encode(["uint256", "bytes"], [index, data]) as Hex;
  const parts = (...data: readonly Hex[]): Hex => coder.encode(["bytes[]"], [data]) as Hex;
  /** The bound of a record whose commitment follows from `recorded` alone. */
  const bound = async (policy: BaseContract, policyData: Hex, recorded?: Hex): Promise<Hex> => {
    const shown = { claim, policyData, isBound: (answer: Hex) => answer === recorded };
    return boundBy(l1.ethers.provider, await hexAddress(policy), shown);
  };

  test("is the contract's answer if the record has another one; a node's fault does not count as an answer", async () => {
    const isBound = (): boolean => false;
    const call = () => Promise.reject(new TypeError("fetch failed"));
    const away = { call } as unknown as typeof l1.ethers.provider;
    await assert.rejects(boundBy(away, await hexAddress(attested), { claim, policyData: "0x01", isBound }), TypeError);
    assert.equal(await bound(rollup, "0x"), await view<Hex>(rollup, "checkAvailability", claim, "0x"));
    await assert.rejects(bound(rollup, "0x01"), { name: "CallRefusal" });
  });

  test("is the answer in the record, in every composition, without a call: policies refuse later what they accepted", async () => {
    const [word, anyData] = [wordToHex(7n), part(1, parts(wordToHex(7n), attestation))];
    const both = await l1.deploy("AllOfPolicy", [await rollup.getAddress(), await attested.getAddress()]);
    const either = await l1.deploy("AnyOfPolicy", [await rollup.getAddress(), await both.getAddress()]);
    const nested = await l1.deploy("AllOfPolicy", [await either.getAddress(), await rollup.getAddress()]);
    const inputs = await l1.deploy("InputsPolicy");
    const withheld = { ...claim, published: false };
    const cases: readonly (readonly [BaseContract, Hex, typeof claim])[] = [
      [attested, attestation, claim],
      [inputs, "0x010203", withheld],
      [both, parts("0x", attestation), claim],
      [both, parts(word, attestation), claim],
      [either, part(0, word), claim],
      [either, anyData, claim],
      [nested, parts(anyData, word), claim],
    ];
    const inTime = await Promise.all(cases.map(([policy, data, of]) => view<Hex>(policy, "checkAvailability", of, data)));
    assert.equal(new Set(inTime).size, 7);
    await l1.ethers.provider.send("evm_increaseTime", [2_000]);
    await l1.ethers.provider.send("evm_mine", []);
    await assert.rejects(view(both, "checkAvailability", claim, parts("0x", attestation)));
    for (const [i, [policy, data]] of cases.entries()) assert.equal(await bound(policy, data, inTime[i]), inTime[i]);
    await assert.rejects(bound(both, parts("0x", attestation)), { name: "CallRefusal" });
  });

  test("data of a stranger with many parts end in a question to the contract", async () => {
    const many = (inner: Hex): Hex => parts(...Array.from({ length: 8 }, () => inner));
    const hostile = many(many(many(wordToHex(1n))));
    await assert.rejects(bound(rollup, hostile), { name: "CallRefusal" });
  });
});
