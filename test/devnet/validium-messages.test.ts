import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { deployVisitorCounter, visits } from "../../src/tool/demo/visitor-counter.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [A, B] = [271n, 272n];

describe("C1 F3: what a validium sends arrives, though L1 has neither its data nor its messages", () => {
  let devnet: FlowDevnet;
  let info: EcosystemInfo;
  let clients: JsonRpcProvider[];

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "hidden", dataAvailability: "validium", openReads: true },
        { chainId: B, name: "open" },
      ],
      {
        proofs: "none",
        relayer: true,
      },
    );
    info = devnet.info();
    clients = devnet.chains.map(clientOf);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const alice = (place: number) => devnet.accounts.wallet(ALICE).connect(clients[place]!);
  const bob = () => lowerCaseAddress(devnet.accounts.wallet(BOB).address);

  test("a transfer, a call with value, and back again", async () => {
    const counter = await deployVisitorCounter(alice(1));
    await send(info, { chain: "hidden", to: `${bob()}@open`, amount: ETHER }, alice(0));
    await call(info, { chain: "hidden", to: `${counter}@open`, data: "0x", value: ETHER / 2n }, alice(0));
    await devnet.settle();
    await devnet.relay();
    assert.equal(await clients[1]!.getBalance(bob()), ETHER);
    assert.equal(await visits(alice(1), counter), 1n);
    await send(info, { chain: "open", to: `${bob()}@hidden`, amount: ETHER / 4n }, alice(1));
    await devnet.settle();
    await devnet.relay();
    assert.equal(await clients[0]!.getBalance(bob()), ETHER / 4n);
  });

  test("a withdrawal is paid on L1", async () => {
    const { messageHash } = await withdraw(info, { chain: "hidden", amount: ETHER, to: bob() }, alice(0));
    await devnet.settle();
    const before = await devnet.l1.provider.getBalance(bob());
    const paid = await finalizeWithdrawal(
      info,
      { chain: "hidden", messageHash },
      devnet.accounts.wallet(ALICE).connect(devnet.l1.provider),
    );
    assert.equal(paid.state, "paid");
    assert.equal((await devnet.l1.provider.getBalance(bob())) - before, ETHER);
  });
});
