import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { stateExitAbi } from "../../src/ground/abi/state-exit.ts";
import { proveUndelivered } from "../../src/chain/state/undelivered-proof.ts";
import { refundListed } from "../../src/ecosystem/client/transfers/listed-claims.ts";
import { findSentList, sendListed, type ListedTransfer } from "../../src/ecosystem/client/transfers/transfer-list.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { bridge, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { proveWithdrawal } from "../../src/ecosystem/relayer/inclusion-proof.ts";
import { L1View } from "../../src/chain/settlement-layer/reader/l1-view.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { moveOn, relayerOf, transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const hyperchain = new Interface(hyperchainAbi);
const stateExit = new Interface(stateExitAbi);

describe("E4 a chain stops while ether is on its way there", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let view: L1View;
  let arrived: Hex;
  let lost: Hex;
  let listed: ListedTransfer[];

  before(async () => {
    devnet = await startFlowDevnet([A, { chainId: B, priorityOpWindowSeconds: 600, exitDelaySeconds: 3_600 }], {
      proofs: "none",
    });
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    const chains = devnet.chains.map(({ chainId, pipeline }) => ({ chainId, hyperchain: pipeline.created.hyperchain }));
    const { addresses, fromBlock } = devnet.ecosystem;
    view = new L1View({ chains, registry: addresses.roots, fromBlock }, { provider: devnet.l1.provider });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const bob = (): Hex => lowerCaseAddress(devnet.accounts.wallet(BOB).address);
  const inTransit = async (): Promise<bigint> => {
    const data = bridge.encodeFunctionData("transit", [B, assetId(devnet.l1.chainId, ETH)]);
    return BigInt(await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data }));
  };
  /** Sends ether of Alice's from A to Bob on B; resolves with the message's hash. */
  async function sendToB(amount: bigint): Promise<Hex> {
    const receipt = await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(clients[0]!)
        .sendTransaction(transferOf(B, amount, bob()))
    ).wait();
    const [sent] = receipt!.logs
      .filter(({ address }) => address === PREDEPLOYS.L1Messenger)
      .map((log) => messenger.parseLog(log));
    return keccak(fromHex(String(sent!.args["message"])));
  }
  async function refund(messageHash: Hex, account: number, recipient: string): Promise<TransactionReceipt> {
    const [place] = view.messages(A, PREDEPLOYS.L2AssetRouter, messageHash);
    const sent = place === undefined ? undefined : proveWithdrawal(place);
    const proof = proveUndelivered(devnet.chains[1]!.pipeline.chain.tree, A, lost);
    assert.ok(sent !== undefined && proof !== undefined);
    const { l2BatchNumber: batchNumber, l2MessageIndex: messageIndex, message, merkleProof } = sent;
    const transfer = { sourceChainId: A, batchNumber, messageIndex, message, merkleProof, ...proof };
    const data = stateExit.encodeFunctionData("refundTransfer", [transfer, recipient]);
    const signer = devnet.accounts.wallet(account).connect(devnet.l1.provider);
    const receipt = await (await signer.sendTransaction({ to: devnet.ecosystem.addresses.stateExit, data })).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  }
  const takeListed = async (place: number, account: number, to?: string) => {
    const list = await findSentList(clients[0]!, listed[0]!.list);
    const signer = devnet.accounts.wallet(account).connect(devnet.l1.provider);
    return refundListed(devnet.info(), { chain: A, list: list!, place, to }, signer, () => clients[1]!);
  };
  const refusedWith = (name: string) => (error: unknown) => contractErrorOf(error)?.name === name;

  test("one transfer arrives and settles, another is executed on L1 and then waits", async () => {
    arrived = await sendToB(2n * ETHER);
    await moveOn(devnet, relayer);
    assert.equal(await clients[1]!.getBalance(bob()), 2n * ETHER);
    await settleNow(devnet.chains[1]!);
    assert.equal(await inTransit(), 0n);
    lost = await sendToB(ETHER);
    await settleNow(devnet.chains[0]!);
    assert.equal(await inTransit(), ETHER);
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    listed = [];
    for (const [account, amount] of [
      [ALICE, 3n],
      [BOB, 4n],
    ] as const) {
      const to = { chain: B, account: lowerCaseAddress(devnet.accounts.wallet(account).address) };
      listed.push(await sendListed(devnet.info(), { chain: A, to, amount }, alice, clients[1]!));
    }
    await settleNow(devnet.chains[0]!);
    assert.equal(await inTransit(), ETHER + 7n);
  });

  test("nothing is refunded while the destination may still take it", async () => {
    await view.poll();
    await assert.rejects(refund(lost, ALICE, bob()), refusedWith("ChainNotExited"));
    await assert.rejects(takeListed(1, BOB), { code: "Refused", message: /has not ended/ });
    const [, destination] = devnet.chains;
    const signer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: B, to: bob(), valueWei: 1n }, signer);
    await devnet.l1.request("evm_increaseTime", [5_000]);
    await devnet.l1.request("evm_mine");
    const data = hyperchain.encodeFunctionData("activateExit");
    await (await signer.sendTransaction({ to: destination!.pipeline.created.hyperchain, data })).wait();
  });

  test("the sender gets on L1 what did not arrive, once, and nothing of what did", async () => {
    const recipient = `0x${"e4".repeat(20)}`;
    await assert.rejects(refund(lost, BOB, recipient), refusedWith("NotTheOwner"));
    await refund(lost, ALICE, recipient);
    assert.equal(await devnet.l1.provider.getBalance(recipient), ETHER);
    assert.equal(await inTransit(), 7n);
    await assert.rejects(refund(lost, ALICE, recipient), refusedWith("TransferAlreadyRefunded"));
    const { tree } = devnet.chains[1]!.pipeline.chain;
    assert.equal(proveUndelivered(tree, A, arrived), undefined);
    // The other message's gap is all that there is to show.
    await assert.rejects(refund(arrived, ALICE, recipient), (error) =>
      ["KeyNotBetween", "StateRootMismatch"].includes(contractErrorOf(error)?.name ?? ""),
    );
  });

  test("C12: what a list did not bring is its recipient's on L1, once, by the client", async () => {
    const recipient = "0x00000000000000000000000000000000000c12e4";
    await assert.rejects(takeListed(1, ALICE), { code: "Refused", message: /entry 1 is 0x.*'s, the signer is 0x/ });
    await assert.rejects(takeListed(2, ALICE), { code: "Refused", message: /places 0 to 1, and no place 2/ });
    assert.equal((await takeListed(1, BOB, recipient)).amount, 4n);
    assert.equal(await devnet.l1.provider.getBalance(recipient), 4n);
    assert.equal(await inTransit(), 3n);
    await assert.rejects(takeListed(1, BOB), { code: "Refused", message: /TransferAlreadyRefunded/ });
    assert.equal((await takeListed(0, ALICE, recipient)).amount, 3n);
    assert.equal(await inTransit(), 0n);
  });
});
