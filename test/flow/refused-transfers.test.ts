import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { bridge, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { moveOn, relayerOf, transferOf } from "./support/interop.ts";

const A = 271n;
const NO_CHAIN = 999n;
const ETH: Hex = `0x${"00".repeat(20)}`;
const router = new Interface(l2AssetRouterAbi);

describe("ether that was sent to a chain id that no chain has", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let relayer: Relayer;
  let lost: Hex;
  before(async () => {
    devnet = await startFlowDevnet([A], { proofs: "none" });
    client = clientOf(devnet.chains[0]!);
    relayer = relayerOf(devnet, [client]);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const alice = (): string => devnet.accounts.wallet(ALICE).address;
  const askL1 = async (name: string, ...args: unknown[]): Promise<bigint> => {
    const data = bridge.encodeFunctionData(name, args);
    return BigInt(await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data }));
  };
  const refunds = () => relayer.journeys().filter(({ content }) => content.type === "refund");

  test("stays in the sending chain's balance on L1, and comes back to the sender with the root that says so", async () => {
    const signer = devnet.accounts.wallet(ALICE).connect(client);
    const bob = devnet.accounts.wallet(BOB).address;
    const id = assetId(devnet.l1.chainId, ETH);
    const held = await askL1("chainBalance", A, id);
    const receipt = await (await signer.sendTransaction(transferOf(NO_CHAIN, ETHER, bob))).wait();
    const [sent] = receipt!.logs
      .filter(({ address }) => address === PREDEPLOYS.L1Messenger)
      .map((log) => messenger.parseLog(log));
    lost = keccak(fromHex(String(sent!.args["message"])));
    const balance = await client.getBalance(alice());
    // The batch reaches L1; the chain imports the root after it, of which it is the only chain.
    for (let look = 0; look < 3 && refunds()[0]?.steps.has("executed") !== true; look++) await moveOn(devnet, relayer);
    assert.deepEqual([await askL1("chainBalance", A, id), await askL1("transit", NO_CHAIN, id)], [held, 0n]);
    assert.equal((await client.getBalance(alice())) - balance, ETHER);
    const [refund] = refunds();
    assert.deepEqual(
      [refund?.messageHash, refund?.sourceChainId, refund?.destinationChainId, refund?.steps.has("executed"), refund?.refusal],
      [lost, A, A, true, undefined],
    );
  });

  test("comes back once, and its refund settles like any other state", async () => {
    const balance = await client.getBalance(alice());
    await moveOn(devnet, relayer);
    await moveOn(devnet, relayer);
    assert.equal(await client.getBalance(alice()), balance);
    assert.equal(refunds().length, 1);
    assert.equal(refunds()[0]?.steps.has("importSettled"), true);
    const data = router.encodeFunctionData("isDelivered", [A, lost]);
    assert.equal(BigInt(await client.call({ to: PREDEPLOYS.L2AssetRouter, data })), 1n);
  });

  test("is reported as refunded to a relayer that begins afterwards", async () => {
    const second = relayerOf(devnet, [client]);
    await second.poll();
    const [refund] = second.journeys().filter(({ content }) => content.type === "refund");
    assert.equal(refund?.steps.has("executed"), true);
    assert.equal(refund?.steps.has("initiated"), true);
  });
});
