import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract } from "ethers";
import { boundBy } from "../../src/devnet/reconstruction/bound-by-policy.ts";
import { wordToHex, type Hex } from "../../src/protocol/hex.ts";
import { hexAddress, view } from "../contracts/l1/support/ecosystem.ts";
import { startLocalL1, type LocalL1 } from "../support/l1.ts";
import { attest, p256Key, shownData } from "../support/p256-attestor.ts";

const coder = AbiCoder.defaultAbiCoder();
const claim = { published: true, preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) };
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
  const asked = async (policy: BaseContract, data: Hex): Promise<Hex> =>
    boundBy(l1.ethers.provider, await hexAddress(policy), claim, data);

  test("is not concluded where L1 does not answer, nor is a refusal", async () => {
    const { provider } = l1.ethers;
    // Of the calls that are made, each in its turn meets a node that is away.
    for (const away of [0, 1]) {
      let calls = 0;
      const call = (asked: Parameters<typeof provider.call>[0]) =>
        calls++ === away ? Promise.reject(new TypeError("fetch failed")) : provider.call(asked);
      const policy = await hexAddress(attested);
      await assert.rejects(boundBy({ call } as unknown as typeof provider, policy, claim, "0x01"), TypeError);
      assert.equal(calls, away + 1);
    }
  });

  test("is what it answered in time, in every composition; whatever else a policy refuses stays refused", async () => {
    const [word, anyData] = [wordToHex(7n), part(1, parts(wordToHex(7n), attestation))];
    const both = await l1.deploy("AllOfPolicy", [await rollup.getAddress(), await attested.getAddress()]);
    const either = await l1.deploy("AnyOfPolicy", [await rollup.getAddress(), await both.getAddress()]);
    const nested = await l1.deploy("AllOfPolicy", [await either.getAddress(), await rollup.getAddress()]);
    const cases: readonly (readonly [BaseContract, Hex])[] = [
      [both, parts("0x", attestation)],
      [both, parts(word, attestation)],
      [either, part(0, word)],
      [either, anyData],
      [nested, parts(anyData, word)],
    ];
    const answers = () => Promise.all(cases.map(([policy, data]) => asked(policy, data)));
    const inTime = await Promise.all(cases.map(([policy, data]) => view<Hex>(policy, "checkAvailability", claim, data)));
    assert.equal(new Set(inTime).size, 5);
    assert.deepEqual(await answers(), inTime);

    await l1.ethers.provider.send("evm_increaseTime", [2_000]);
    await l1.ethers.provider.send("evm_mine", []);
    await assert.rejects(view(both, "checkAvailability", claim, parts("0x", attestation)));
    assert.deepEqual(await answers(), inTime);

    for (const data of [parts("0x01", attestation), parts("0x"), "0x01", wordToHex(2n)] as const)
      await assert.rejects(asked(both, data));
    await assert.rejects(asked(either, part(0, "0x01")));
    await assert.rejects(asked(rollup, "0x01"));
  });
});
