import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { ALICE, BOB, ETHER, startFlowDevnet, takenBy, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

describe("A1: a queue for named accounts, by option", () => {
  let devnet: FlowDevnet;
  before(async () => {
    const bob = lowerCaseAddress(createDevelopmentAccounts().wallet(BOB).address);
    devnet = await startFlowDevnet([{ chainId: 271n, filterer: { allow: [bob] } }], { ...UNPROVEN, fundedAccounts: [ALICE] });
  });
  after(async () => {
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  const depositOf = (account: number) => {
    const signer = devnet.accounts.wallet(account).connect(devnet.l1.provider);
    const to = lowerCaseAddress(signer.address);
    return requestFromL1(devnet.ecosystem.addresses.factory, { chainId: 271n, to, valueWei: ETHER }, signer);
  };

  test("the chain's first money comes whatever the list says, a listed account's operation enters, another's is refused by name", async () => {
    const [chain] = devnet.chains;
    assert.ok(chain !== undefined);
    assert.notEqual(chain.pipeline.created.configuration.transactionFilterer, `0x${"00".repeat(20)}`);
    await devnet.settle();
    await depositOf(BOB);
    assert.equal((await takenBy(chain.pipeline)).operations, 1);
    const errors = new Interface(["error TransactionNotAllowed(address)"]);
    const alice = devnet.accounts.wallet(ALICE).address;
    await assert.rejects(depositOf(ALICE), { data: errors.encodeErrorResult("TransactionNotAllowed", [alice]) });
  });
});
