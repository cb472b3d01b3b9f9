import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { contractErrorsAbi } from "../../src/ground/abi/contract-errors.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { ASSET_ROUTER_ADDRESS, assetId, AssetMessageKind, encodeAssetMessage } from "../../src/ground/protocol/asset-message.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { messageLog, hashL2Log } from "../../src/ground/protocol/l2-log.ts";
import { encodeMessageProof, l2LogTreeProof } from "../../src/ground/protocol/message-proof.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { PubdataLog } from "../../src/ground/protocol/pubdata.ts";
import { transactionTreeLeaf, transactionTreeProof } from "../../src/ground/protocol/transaction-tree.ts";
import { assetRouter, bridge } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { proveMessage } from "../../src/ecosystem/relayer/inclusion-proof.ts";
import { L1View } from "../../src/chain/settlement-layer/reader/l1-view.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { createLiar, type Liar } from "./support/liar.ts";
import { sampleRecord } from "../support/batch-record.ts";

const [HONEST, LYING, POOR] = [272n, 666n, 667n];
const ETH: Hex = `0x${"00".repeat(20)}`;
/** A development account that no part of the devnet uses. */
const LIAR = 15;
const l2Errors = new Interface(contractErrorsAbi);
const hyperchain = new Interface(hyperchainAbi);

describe("A3 a quorum that lies takes its own chain's share of the bridge, and nothing of others", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let liar: Liar;
  let poorLiar: Liar;
  let thief: Hex;
  let depositHash: Hex;
  const deposited = ETHER;

  before(async () => {
    devnet = await startFlowDevnet([HONEST]);
    // L1 moves nothing for a batch of the second in which its destination was created: the lies come later.
    await devnet.l1.request("evm_increaseTime", [5]);
    await devnet.l1.request("evm_mine", []);
    client = clientOf(devnet.chains[0]!);
    thief = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    liar = await createLiar(devnet, LYING, devnet.accounts.wallet(LIAR));
    poorLiar = await createLiar(devnet, POOR, devnet.accounts.wallet(LIAR));
    const alice = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const request = { chainId: LYING, to: lowerCaseAddress(alice.address), valueWei: deposited };
    ({ canonicalTxHash: depositHash } = await requestFromL1(devnet.ecosystem.addresses.factory, request, alice));
  });
  after(async () => {
    await liar.close();
    await poorLiar.close();
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Message of the asset router without a burn. */
  const invented = (from: bigint, amount: bigint, to: bigint = HONEST): PubdataLog & { type: "message" } => ({
    type: "message",
    sender: ASSET_ROUTER_ADDRESS,
    body: encodeAssetMessage({
      kind: to === devnet.l1.chainId ? AssetMessageKind.withdrawal : AssetMessageKind.hyperbridgeSend,
      destinationChainId: to,
      originChainId: devnet.l1.chainId,
      originToken: ETH,
      amount,
      recipient: thief,
      sender: thief,
      nonce: from * amount,
    }),
  });
  const bridgeSays = async (method: "chainBalance" | "transit", chainId: bigint): Promise<bigint> => {
    const data = bridge.encodeFunctionData(method, [chainId, assetId(devnet.l1.chainId, ETH)]);
    return bridge.decodeFunctionResult(
      method,
      await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data }),
    )[0] as bigint;
  };
  const executedOf = async (contract: Hex): Promise<bigint> =>
    BigInt(await devnet.l1.provider.call({ to: contract, data: hyperchain.encodeFunctionData("getTotalBatchesExecuted") }));
  const isOverdraft = (error: unknown): boolean =>
    error instanceof SettlementError && error.contractError?.name === "BalanceOverdraft";

  test("a mint that L1 never saw backed: the proof holds, the execution is refused, nothing has moved", async () => {
    const honestHas = await bridgeSays("chainBalance", HONEST);
    const lie = await poorLiar.say([invented(POOR, 1n)]);
    await lie.proven;
    await assert.rejects(lie.executed, isOverdraft);
    assert.equal(await executedOf(poorLiar.created.hyperchain), 0n);
    assert.equal(await bridgeSays("transit", HONEST), 0n);
    assert.equal(await bridgeSays("chainBalance", HONEST), honestHas);
  });

  test("the other chain imports no root with it, and refuses the message with the liar's own paths", async () => {
    const [chain] = devnet.chains;
    const before = await chain!.pipeline.pollL1();
    assert.deepEqual(before.roots, []);
    const log = invented(POOR, 1n);
    const leaves = [hashL2Log(messageLog(log.sender, log.body))];
    const record = sampleRecord();
    const registry = [transactionTreeLeaf({ chainId: POOR, batchNumber: 0n, logRoot: wordToHex(1n), record })];
    const proof = {
      chainId: POOR,
      l1BatchNumber: 0n,
      l2MessageIndex: 0,
      message: { txNumberInBatch: 0, sender: log.sender, data: toHex(log.body) },
      proof: encodeMessageProof({
        logSiblings: l2LogTreeProof(leaves, 0),
        registryLeafIndex: 0n,
        registrySiblings: transactionTreeProof(registry, 0),
        registryRootIndex: 1n,
        record,
      }),
    };
    const data = assetRouter.encodeFunctionData("deliver", [proof]);
    await assert.rejects(
      client.call({ from: thief, to: PREDEPLOYS.L2AssetRouter, data }),
      (error: { data?: string }) => l2Errors.parseError(error.data ?? "0x") !== null,
    );
    assert.equal(await client.getBalance(thief), 0n);
  });

  test("it can send away what was deposited to its own chain, and then nothing more", async () => {
    const honestHas = await bridgeSays("chainBalance", HONEST);
    const has = await bridgeSays("chainBalance", LYING);
    assert.ok(has >= deposited);
    const theft = await liar.say([{ type: "priorityOp", success: true }, invented(LYING, has)], [depositHash]);
    await theft.executed;
    assert.equal(await bridgeSays("chainBalance", LYING), 0n);
    assert.equal(await bridgeSays("transit", HONEST), has);

    const [chain] = devnet.chains;
    assert.equal((await chain!.pipeline.pollL1()).roots.length, 1);
    const view = new L1View(
      {
        registry: devnet.ecosystem.addresses.roots,
        fromBlock: devnet.ecosystem.fromBlock,
        chains: [{ chainId: LYING, hyperchain: liar.created.hyperchain }],
      },
      { provider: devnet.l1.provider },
    );
    await view.poll();
    const [message] = view.messages(LYING, PREDEPLOYS.L2AssetRouter, keccak(invented(LYING, has).body));
    const proof = proveMessage(view, message!, BigInt(view.registry.leafCount));
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const delivery = { to: PREDEPLOYS.L2AssetRouter, data: assetRouter.encodeFunctionData("deliver", [proof]) };
    assert.equal((await (await alice.sendTransaction(delivery)).wait())?.status, 1);
    assert.equal(await client.getBalance(thief), has);
    await settleNow(chain!);
    assert.equal(await bridgeSays("transit", HONEST), 0n);
    assert.equal(await bridgeSays("chainBalance", HONEST), honestHas + has);

    const more = await liar.say([invented(LYING, 1n, devnet.l1.chainId)]);
    await assert.rejects(more.executed, isOverdraft);
  });
});
