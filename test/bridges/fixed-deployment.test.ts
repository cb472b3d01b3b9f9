import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TransactionRequest } from "ethers";
import { deployFixed, type SetUpStep, type Transmit } from "../../src/ecosystem/bridges/fixed-deployment.ts";
import { FakeMember } from "./support/fake-member.ts";

const step = (what: string): SetUpStep => ({ what, transaction: { data: "0x01", gasLimit: 100_000n } });

describe("C14 a set-up whose places in the key's nonces are fixed", () => {
  const byWallet: Transmit = async (signer, transaction) => {
    const sent = await signer.provider!.broadcastTransaction(
      await signer.signTransaction({ chainId: 1n, type: 2, ...transaction } as TransactionRequest),
    );
    return sent as unknown as `0x${string}`;
  };

  test("the bridge's key sends by hand: the error names how many transactions it has sent, and sends nothing", async () => {
    const { member } = new FakeMember("alpha", 1);
    const used = {
      ...member,
      provider: Object.assign(Object.create(member.provider) as typeof member.provider, {
        getTransactionCount: () => Promise.resolve(5),
      }),
    };
    const steps = [step("create one"), step("create two")];
    const deployed = deployFixed(used, steps, () => Promise.resolve(false), byWallet);
    await assert.rejects(deployed, { code: "KeyUsed", message: /has sent 5 transactions on alpha, and its first 2 were not/ });
  });

  test("a step that its member refuses is named", async () => {
    const fake = new FakeMember("alpha", 1);
    fake.onTransaction = () => new Error("no");
    const deployed = deployFixed(fake.member, [step("create one")], () => Promise.resolve(true), byWallet);
    await assert.rejects(deployed, { code: "SetUpFailed", message: /alpha refuses to create one/ });
  });
});
