import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { loadEcosystem } from "../../src/ecosystem/client/ecosystem/running-ecosystem.ts";
import { chainContract, encodeDirectRequest, queuedRequest } from "../../src/ecosystem/client/queue/l1-request.ts";
import { forceDelivery } from "../../src/ecosystem/client/transfers/force-delivery.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { unitBudget } from "../../src/ground/protocol/native-budget.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { BOB, clientOf, type FlowDevnet, RELAYER, settleNow, startFlowDevnet, takenBy } from "../flow/support/devnet.ts";
import { moveOn, relayerOf, tokenTransferOf } from "../flow/support/interop.ts";
import { depositTestToken } from "../flow/support/tokens.ts";

const [A, B] = [271n, 272n];
/** Gas of free operations on L1, from its contracts. */
const FREE_GAS = { call: 100_000n, withdrawal: 180_000n, delivery: 500_000n } as const;
const router = new Interface(l2AssetRouterAbi);
const erc20 = new Interface(["function approve(address,uint256)", "function balanceOf(address) view returns (uint256)"]);

/** On a proven chain each gas of a free operation pays for six units, and an operation that needs more does not run. */
describe("attack: free deposit at 6 units a gas: what is free on a proven chain takes half of its units at most", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let bob: Hex;
  /** The token on A. */
  let bridged: Hex;
  before(async () => {
    const chain = { execution: "proven" } as const;
    const chains = [A, B].map((chainId) => ({ chainId, ...chain }));
    devnet = await startFlowDevnet(chains, { fundedAccounts: [BOB, RELAYER], proofs: "none" });
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    bridged = await bridgedToken();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** A token of L1, some of which Bob has on A; its contract there. */
  async function bridgedToken(): Promise<Hex> {
    const token = await depositTestToken(devnet, A, BOB, 1_000n);
    const data = router.encodeFunctionData("l2TokenAddress", [token]);
    const word = await clients[0]!.call({ to: PREDEPLOYS.L2AssetRouter, data });
    await settleNow(devnet.chains[0]!);
    return `0x${word.slice(-40)}`;
  }

  const onL1 = () => devnet.accounts.wallet(BOB).connect(devnet.l1.provider);

  const receiptOf = async (place: number, hash: string) =>
    (await clients[place]!.send("eth_getTransactionReceipt", [hash])) as {
      readonly status: Hex;
      readonly gasUsed: Hex;
      readonly nativeUnits?: Hex;
    };

  /** A transaction that does what the operation did, with a signature besides, takes half of what the operation's gas pays for, or less. */
  async function assertHalf(context: TestContext, place: number, hash: string, gasLimit: bigint): Promise<void> {
    const { status, gasUsed, nativeUnits } = await receiptOf(place, hash);
    const units = Number(nativeUnits);
    context.diagnostic(`${BigInt(gasUsed)} gas, ${units} units of ${unitBudget(gasLimit)}`);
    assert.equal(status, "0x1");
    assert.ok(units > 0 && 2 * units <= unitBudget(gasLimit), `${units} units of ${unitBudget(gasLimit)}`);
  }

  /** First in its batch, which takes what is read of the state at first. */
  async function operate(to: Hex, data: string, gasLimit: bigint): Promise<Hex> {
    const { factory } = devnet.ecosystem.addresses;
    const terms = { chainId: A, hyperchain: await chainContract(factory, A, onL1()), mintValue: 0n, refundRecipient: bob };
    const request = encodeDirectRequest({ ...terms, gasLimit, to, value: 0n, data: data as Hex });
    const receipt = (await (await onL1().sendTransaction({ to: factory, data: request })).wait())!;
    assert.deepEqual(await takenBy(devnet.chains[0]!.pipeline), { operations: 1, roots: 0 });
    const { canonicalTxHash } = queuedRequest(receipt, terms.hyperchain);
    await settleNow(devnet.chains[0]!);
    return canonicalTxHash;
  }

  /** Both ways: as a transaction, and by the queue with what is free. */
  async function assertFree(context: TestContext, to: Hex, data: string, gasLimit: bigint): Promise<void> {
    const sent = await devnet.accounts.wallet(BOB).connect(clients[0]!).sendTransaction({ to, data });
    await sent.wait();
    await assertHalf(context, 0, sent.hash, gasLimit);
    const { status } = await receiptOf(0, await operate(to, data, gasLimit));
    assert.equal(status, "0x1");
  }

  test("an approval of a token", async (context) => {
    const data = erc20.encodeFunctionData("approve", [PREDEPLOYS.L2AssetRouter, 5n]);
    await assertFree(context, bridged, data, FREE_GAS.call);
  });

  test("a withdrawal of a token", async (context) => {
    const data = router.encodeFunctionData("withdraw(address,address,uint256)", [bob, bridged, 100n]);
    await assertFree(context, PREDEPLOYS.L2AssetRouter, data, FREE_GAS.withdrawal);
  });

  test("the delivery of an asset's first transfer, which creates its contract", async (context) => {
    await moveOn(devnet, relayer);
    const sender = devnet.accounts.wallet(BOB).connect(clients[0]!);
    const sendHome = async (token: Hex): Promise<Hex> => {
      const before = relayer.journeys().length;
      await (await sender.sendTransaction(tokenTransferOf(B, token, 30n, bob))).wait();
      await settleNow(devnet.chains[0]!);
      await devnet.chains[1]!.pipeline.pollL1();
      await settleNow(devnet.chains[1]!);
      await relayer.observe();
      return relayer.journeys()[before]!.messageHash;
    };
    const forced = await sendHome(bridged);
    const ecosystem = await loadEcosystem(clients[0]!);
    const { deliveryTransactionHash } = await forceDelivery(ecosystem, { chain: Number(A), messageHash: forced }, onL1());
    await devnet.chains[1]!.pipeline.pollL1();
    assert.equal((await receiptOf(1, deliveryTransactionHash)).status, "0x1");
    const delivered = await sendHome(await bridgedToken());
    await moveOn(devnet, relayer);
    const hash = relayer.journey(A, delivered)?.steps.get("delivered")?.transactionHash ?? assert.fail("not delivered");
    await assertHalf(context, 1, hash, FREE_GAS.delivery);
  });
});
