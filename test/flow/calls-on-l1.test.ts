import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { l1AccountOf } from "../../src/ecosystem/client/calls/chain-accounts.ts";
import { messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { executeL1Call } from "../../src/ecosystem/client/calls/l1-calls.ts";
import { viewL1 } from "../../src/ecosystem/client/messages/withdraw.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { deploy } from "../client/support.ts";
import { ALICE, clientOf, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const [A, V] = [271n, 272n];
const target = new Interface([
  "function double(uint256) payable returns (uint256)",
  "event Called(address caller, uint256 argument, uint256 value)",
]);

let devnet: FlowDevnet;
let clients: readonly JsonRpcProvider[];
before(async () => {
  devnet = await startFlowDevnet([A, { chainId: V, dataAvailability: "validium", openReads: true }]);
  clients = devnet.chains.map(clientOf);
});
after(async () => {
  for (const client of clients) client.destroy();
  await devnet.close();
  assert.deepEqual(devnet.faults, []);
});

test("C7: with real proofs, a rollup's sender and a validium's call a contract on L1, each by its own account", async () => {
  const info = devnet.info();
  const [alice, stranger] = [ALICE, RELAYER].map((number) => devnet.accounts.wallet(number).connect(devnet.l1.provider));
  const contract = await deploy(alice!, "CallTarget");
  const data = target.encodeFunctionData("double", [6n]) as Hex;
  for (const [i, chainId] of [A, V].entries()) {
    const client = clients[i]!;
    const signer = devnet.accounts.wallet(ALICE).connect(client);
    const sent = await call(info, { chain: chainId, to: `${contract}@l1`, data, value: 3n }, signer);
    const name = { chain: chainId, sender: sent.sender, messageHash: sent.messageHash };
    const view = viewL1(info, devnet.l1.provider);
    assert.deepEqual(await executeL1Call(info, name, stranger!, view), { state: "unknown" });
    const { proof } = await settleNow(devnet.chains[i]!);
    assert.ok(proof !== undefined);
    if (chainId === V) {
      // L1 knows a validium's message by its hash alone, until any account brings it.
      assert.deepEqual(await executeL1Call(info, name, stranger!, view), { state: "unknown" });
      const receipt = await client.getTransactionReceipt(sent.transactionHash);
      view.bringBody(fromHex(String(messenger.parseLog(receipt!.logs[0]!)!.args["message"])));
    }
    const made = await executeL1Call(info, name, stranger!, view);
    assert.equal(made.state, "executed");
    const [log] = (await devnet.l1.provider.getLogs({ address: contract, fromBlock: 0 })).slice(-1);
    const [caller, argument, value] = target.parseLog(log!)!.args as unknown as readonly [string, bigint, bigint];
    assert.deepEqual(
      [caller.toLowerCase(), argument, value],
      [l1AccountOf(info, { chain: chainId, sender: alice!.address }), 6n, 3n],
    );
    assert.deepEqual(await executeL1Call(info, name, stranger!, view), { ...made, state: "executedBefore" });
  }
});
