import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addressOf, deployEcosystem, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const [BOB, CAROL, STRANGER] = [0xb0b, 0xca201, 0x5].map(addressOf) as [string, string, string];

describe("A1: a queue for named accounts alone", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  test("lets in each listed sender, whatever else the operation has, and no other account", async () => {
    const list = await ecosystem.l1.deploy("SenderList", [BOB, CAROL]);
    const isAllowed = (sender: string, receiver: string): Promise<unknown> =>
      view(list, "isTransactionAllowed", sender, receiver, 1n, 2n, "0x1234", receiver);
    for (const receiver of [BOB, STRANGER]) {
      assert.deepEqual(await Promise.all([BOB, CAROL, STRANGER].map((sender) => isAllowed(sender, receiver))), [
        true,
        true,
        false,
      ]);
    }
    assert.deepEqual(await Promise.all([BOB, STRANGER].map((account) => view(list, "isListed", account))), [true, false]);
  });

  test("is not deployed without an account: its queue would take no operation at all", async () => {
    await assertReverts(ecosystem.l1.deploy("SenderList", []), "ListEmpty()");
  });
});
