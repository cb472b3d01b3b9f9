import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, Interface, type JsonRpcProvider } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { requestFromL1, type L1Request } from "../../src/ecosystem/client/queue/ether-request.ts";
import { encodeDirectRequest } from "../../src/ecosystem/client/queue/l1-request.ts";
import { hyperchainInterface as hyperchain } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { BOB, clientOf, ETHER, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "./support/devnet.ts";
import { depositTestToken } from "./support/tokens.ts";

const CHAIN_ID = 271n;
/** Stores its call's value in slot 0: CALLVALUE PUSH0 SSTORE. Its init code returns these three bytes. */
const CODE = "345f55";
const INIT_CODE: Hex = `0x62${CODE}5f526003601df3`;
const ZERO: Hex = `0x${"00".repeat(20)}`;

describe("A4 the priority queue carries a deposit, a creation and a call", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let bob: Hex;
  let created: Hex;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID]);
    client = clientOf(devnet.chains[0]!);
    bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Bob's request, taken over by the chain. */
  async function request(fields: Omit<L1Request, "chainId">) {
    const signer = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const { canonicalTxHash } = await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, ...fields }, signer);
    assert.deepEqual(await takenBy(devnet.chains[0]!.pipeline), { operations: 1, roots: 0 });
    const receipt = await client.getTransactionReceipt(canonicalTxHash);
    assert.equal(receipt?.hash, canonicalTxHash);
    return receipt;
  }

  test("a deposit, from an account that has nothing on L2", async () => {
    assert.equal(await client.getBalance(bob), 0n);
    assert.equal((await request({ to: bob, valueWei: ETHER }))!.status, 1);
    // The refund of unused gas comes on top.
    assert.ok((await client.getBalance(bob)) >= ETHER);
  });

  test("a contract, created by its L1 sender's account", async () => {
    const nonce = await client.getTransactionCount(bob);
    created = lowerCaseAddress(getCreateAddress({ from: bob, nonce }));
    assert.equal((await request({ to: ZERO, valueWei: 0n, data: INIT_CODE }))!.status, 1);
    assert.equal(await client.getCode(created), `0x${CODE}`);
  });

  test("a call with value", async () => {
    assert.equal((await request({ to: created, valueWei: 77n }))!.status, 1);
    assert.equal(BigInt(await client.getStorage(created, 0n)), 77n);
    assert.equal(await client.getBalance(created), 77n);
  });

  test("an operation that fails gives its value back to the sender", async () => {
    const before = await client.getBalance(bob);
    // The messenger takes no value.
    const receipt = await request({ to: "0x0000000000000000000000000000000000008008", valueWei: ETHER, data: "0x12345678" });
    assert.equal(receipt!.status, 0);
    assert.ok((await client.getBalance(bob)) >= before + ETHER);
  });

  test("a call of an account that pays no base token runs like any other", async () => {
    const sender = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const { hyperchain } = devnet.chains[0]!.pipeline.created;
    const terms = { chainId: CHAIN_ID, hyperchain, mintValue: 0n, gasLimit: 100_000n, refundRecipient: bob };
    const data = encodeDirectRequest({ ...terms, to: created, value: 0n, data: "0x" });
    const before = await client.getBalance(bob);
    await (await sender.sendTransaction({ to: devnet.ecosystem.addresses.factory, data })).wait();
    assert.deepEqual(await takenBy(devnet.chains[0]!.pipeline), { operations: 1, roots: 0 });
    // The contract stores what the call carried, which is nothing.
    assert.equal(BigInt(await client.getStorage(created, 0n)), 0n);
    assert.equal(await client.getBalance(bob), before);
  });

  test("L1 counts them all as taken once their batch is proven and executed", async () => {
    const { batch, receipts } = await settleNow(devnet.chains[0]!);
    assert.equal(receipts.prove?.status, 1);
    // Five of Bob's, and those that funded the test's accounts.
    assert.equal(batch.outputs.priorityOpCount, 7n);
    const call = {
      to: devnet.chains[0]!.pipeline.created.hyperchain,
      data: hyperchain.encodeFunctionData("getPriorityQueueSize"),
    };
    assert.equal(BigInt(await devnet.l1.provider.call(call)), 0n);
  });

  test("a withdrawal that pays no base token, first in its batch, with exactly the free gas", async () => {
    const [chain] = devnet.chains;
    const token = await depositTestToken(devnet, CHAIN_ID, BOB, 100n);
    const router = new Interface(l2AssetRouterAbi);
    const bridged = BigInt(
      await client.call({ to: PREDEPLOYS.L2AssetRouter, data: router.encodeFunctionData("l2TokenAddress", [token]) }),
    );
    await settleNow(chain!);
    const { hyperchain: contract } = chain!.pipeline.created;
    const gasLimit = BigInt(
      await devnet.l1.provider.call({
        to: contract,
        data: new Interface(hyperchainAbi).encodeFunctionData("MAX_FREE_WITHDRAWAL_GAS"),
      }),
    );
    const holder = lowerCaseAddress(`0x${bridged.toString(16).padStart(40, "0")}`);
    const data = router.encodeFunctionData("withdraw(address,address,uint256)", [bob, holder, 100n]) as Hex;
    const terms = { chainId: CHAIN_ID, hyperchain: contract, mintValue: 0n, gasLimit, refundRecipient: bob };
    const sender = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const request = encodeDirectRequest({ ...terms, to: PREDEPLOYS.L2AssetRouter, value: 0n, data });
    await (await sender.sendTransaction({ to: devnet.ecosystem.addresses.factory, data: request })).wait();
    assert.deepEqual(await takenBy(chain!.pipeline), { operations: 1, roots: 0 });
    const balance = new Interface(["function balanceOf(address) view returns (uint256)"]).encodeFunctionData("balanceOf", [bob]);
    assert.equal(BigInt(await client.call({ to: holder, data: balance })), 0n);
    await settleNow(chain!);
  });
});
