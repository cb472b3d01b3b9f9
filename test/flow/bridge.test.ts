import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { bridge, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { proveWithdrawal } from "../../src/ecosystem/relayer/inclusion-proof.ts";
import { L1View } from "../../src/chain/settlement-layer/reader/l1-view.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;
const baseToken = new Interface(l2BaseTokenAbi);
const ETH: Hex = `0x${"00".repeat(20)}`;

describe("A3 deposits and withdrawals: ETH goes to a chain and comes back", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let view: L1View;
  let messageHash: Hex;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID]);
    const [chain] = devnet.chains;
    client = clientOf(chain!);
    const { addresses, fromBlock } = devnet.ecosystem;
    view = new L1View(
      { chains: [{ chainId: CHAIN_ID, hyperchain: chain!.pipeline.created.hyperchain }], registry: addresses.roots, fromBlock },
      { provider: devnet.l1.provider },
    );
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const claim = () =>
    finalizeWithdrawal(
      devnet.info(),
      { chain: CHAIN_ID, messageHash },
      devnet.accounts.wallet(ALICE).connect(devnet.l1.provider),
      view,
    );
  const bridgeSays = async (method: string, ...args: unknown[]): Promise<bigint> => {
    const data = bridge.encodeFunctionData(method, args);
    const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data });
    return bridge.decodeFunctionResult(method, answer)[0] as bigint;
  };

  test("a deposit arrives once the chain has looked at L1", async () => {
    const [chain] = devnet.chains;
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const signer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to: bob, valueWei: 3n * ETHER }, signer);
    assert.equal(await client.getBalance(bob), 0n);
    assert.deepEqual(await takenBy(chain!.pipeline), { operations: 1, roots: 0 });
    assert.equal(await client.getBalance(bob), 3n * ETHER);
    assert.deepEqual(await takenBy(chain!.pipeline), { operations: 0, roots: 0 });
  });

  test("a withdrawal cannot be claimed before its batch is executed", async () => {
    const bob = devnet.accounts.wallet(BOB).connect(client);
    const data = baseToken.encodeFunctionData("withdraw", [bob.address]);
    const receipt = await (await bob.sendTransaction({ to: PREDEPLOYS.L2BaseToken, data, value: ETHER })).wait();
    const sent = receipt!.logs.filter(({ address }) => address === PREDEPLOYS.L1Messenger).map((log) => messenger.parseLog(log));
    assert.equal(sent.length, 1);
    messageHash = keccak(fromHex(String(sent[0]!.args["message"])));
    assert.deepEqual(await claim(), { state: "unknown" });
  });

  test("after a proven batch L1 pays it out of the chain's balance, once", async () => {
    const [chain] = devnet.chains;
    const bob = devnet.accounts.wallet(BOB).address;
    const id = assetId(devnet.l1.chainId, ETH);
    const balanceBefore = await bridgeSays("chainBalance", CHAIN_ID, id);
    const { receipts } = await settleNow(chain!);
    assert.equal(receipts.prove?.status, 1);
    assert.equal(await bridgeSays("chainBalance", CHAIN_ID, id), balanceBefore - ETHER);
    assert.equal(await bridgeSays("claimPot", CHAIN_ID, id), ETHER);

    const before = await devnet.l1.provider.getBalance(bob);
    const paid = await claim();
    assert.equal(paid.state, "paid");
    assert.equal((await devnet.l1.provider.getBalance(bob)) - before, ETHER);
    assert.equal(await bridgeSays("claimPot", CHAIN_ID, id), 0n);
    assert.deepEqual(await claim(), { ...paid, state: "paidBefore" });
    const data = bridge.encodeFunctionData("finalizeDeposit", [
      proveWithdrawal(view.messages(CHAIN_ID, PREDEPLOYS.L2BaseToken, messageHash)[0]!),
    ]);
    const again = devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data });
    await assert.rejects(again, (error) => contractErrorOf(error)?.name === "WithdrawalAlreadyFinalized");
  });
});
