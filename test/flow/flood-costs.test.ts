import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { Interface, type JsonRpcProvider, type TransactionRequest } from "ethers";
import hre from "hardhat";
import { chainContract, encodeDirectRequest, queuedRequest } from "../../src/ecosystem/client/queue/l1-request.ts";
import { assetRouter } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { forceDelivery } from "../../src/ecosystem/client/transfers/force-delivery.ts";
import { loadEcosystem, type RunningEcosystem } from "../../src/ecosystem/client/ecosystem/running-ecosystem.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { rootOf } from "../../src/ecosystem/relayer/journey.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { interoperable } from "../contracts/l2/support/bundles.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { moveOn, relayerOf, tokenTransferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
/** Requests in a batch, which share its fixed cost. */
const COUNT = 4;
/** Base cost of a transaction on L1, which many requests can share. */
const INTRINSIC_GAS = 21_000;
const FREE_GAS = 100_000n;
const PURCHASES = ["codes", "slots", "a message"] as const;
const token = new Interface(["function choose(uint8)", "function publish()", "function approve(address,uint256)"]);
const vault = new Interface(["function tokenAddress(bytes32) view returns (address)"]);

/** Costs of the same flood for both sides on L1. */
interface Costs {
  /** To commit and execute what one operation had the chain publish. */
  readonly operator: number;
  /** One request, among many in a transaction. */
  readonly flooder: number;
}

interface FreeCalls {
  readonly to: Hex;
  readonly gasLimit: bigint;
  readonly data: (place: number) => Hex;
}

/** Worst data that an account can have published without paying on the chain, with all contracts in their deployed form. */
describe("A15: a flood of what is free on a chain costs its sender more on L1 than the chain's operator", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let ecosystem: RunningEcosystem;
  let publishing: Hex;
  before(async () => {
    devnet = await startFlowDevnet([A, B], { proofs: "none" });
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    ecosystem = await loadEcosystem(clients[0]!);
    const { bytecode } = await hre.artifacts.readArtifact("PublishingToken");
    publishing = (await send(0, { data: bytecode })).contractAddress!.toLowerCase() as Hex;
    for (const { chainId } of devnet.chains) await devnet.settle(chainId);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const onL1 = () => devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
  const send = async (place: number, transaction: TransactionRequest) =>
    (await (await devnet.accounts.wallet(ALICE).connect(clients[place]!).sendTransaction(transaction)).wait())!;
  const choose = async (purchase: number): Promise<void> => {
    await send(0, { to: publishing, data: token.encodeFunctionData("choose", [purchase]) });
    await settleNow(devnet.chains[0]!);
  };
  /** L1 gas of the stages whose cost depends on what a batch publishes; the proof's does not. */
  const settledGas = async (): Promise<number> => {
    const { receipts } = await settleNow(devnet.chains[0]!);
    return Number(receipts.commit!.gasUsed + receipts.execute!.gasUsed);
  };
  /** Cost of a batch with one transfer: the fixed cost of every batch. */
  const emptyGas = async (): Promise<number> => {
    await send(0, { to: devnet.accounts.wallet(3).address, value: 1n });
    return settledGas();
  };
  const compare = (context: TestContext, what: string, { operator, flooder }: Costs): void => {
    context.diagnostic(`${what}: the operator pays ${operator} gas, the flooder ${flooder}: ${(operator / flooder).toFixed(2)}`);
    assert.ok(operator < flooder, `${what}: ${operator} gas for the operator, ${flooder} for the flooder`);
  };

  /** The chain takes the operations, and each does what it was sent for. */
  const requireDone = async (hashes: readonly Hex[]): Promise<void> => {
    await devnet.chains[0]!.pipeline.pollL1();
    for (const hash of hashes) assert.equal((await clients[0]!.getTransactionReceipt(hash))?.status, 1);
  };

  /** Free calls of a contract, with as much gas as is free. */
  async function freeOperations({ to, gasLimit, data: dataOf }: FreeCalls): Promise<Costs> {
    const { factory } = devnet.ecosystem.addresses;
    const terms = {
      chainId: A,
      hyperchain: await chainContract(factory, A, onL1()),
      mintValue: 0n,
      gasLimit,
      refundRecipient: onL1().address,
    };
    let flooder = 0;
    const hashes: Hex[] = [];
    for (let i = 0; i < COUNT; i++) {
      const data = encodeDirectRequest({ ...terms, to, value: 0n, data: dataOf(i) });
      const receipt = (await (await onL1().sendTransaction({ to: factory, data })).wait())!;
      flooder += Number(receipt.gasUsed) - INTRINSIC_GAS;
      hashes.push(queuedRequest(receipt, terms.hyperchain).canonicalTxHash);
    }
    await requireDone(hashes);
    return { operator: await settledGas(), flooder: flooder / COUNT };
  }

  for (const [i, what] of PURCHASES.entries()) {
    test(`free operations that publish ${what}`, async (t) => {
      await choose(i + 1);
      const empty = await emptyGas();
      const { operator, flooder } = await freeOperations({
        to: publishing,
        gasLimit: FREE_GAS,
        data: () => token.encodeFunctionData("publish") as Hex,
      });
      compare(t, `an operation that publishes ${what}`, { operator: (operator - empty) / COUNT, flooder });
    });
  }

  /** Costs of deliveries that L1 forces, compared with a batch without them. */
  async function forcedDeliveries(messages: readonly Hex[], empty: number): Promise<Costs> {
    let flooder = 0;
    const hashes: Hex[] = [];
    for (const messageHash of messages) {
      const rootIndex = rootOf(relayer.journey(B, messageHash)!);
      const forced = await forceDelivery(ecosystem, { chain: Number(B), messageHash, rootIndex }, onL1());
      flooder += Number((await devnet.l1.provider.getTransactionReceipt(forced.l1TransactionHash))!.gasUsed) - INTRINSIC_GAS;
      hashes.push(forced.deliveryTransactionHash);
    }
    await requireDone(hashes);
    return { operator: ((await settledGas()) - empty) / COUNT, flooder: flooder / COUNT };
  }

  /** Units of the token on the other chain, sent home one by one; resolves with their messages. */
  async function sentHome(home: Hex): Promise<readonly Hex[]> {
    const copy = vault.decodeFunctionResult(
      "tokenAddress",
      await clients[1]!.call({
        to: PREDEPLOYS.L2NativeTokenVault,
        data: vault.encodeFunctionData("tokenAddress", [assetId(A, home)]),
      }),
    )[0] as string;
    const before = relayer.journeys().length;
    const recipient = devnet.accounts.wallet(ALICE).address;
    // With a fee, so that the token's code runs twice for each.
    for (let i = 0n; i < COUNT; i++) {
      const amounts = [2n * i + 1n, 2n * i + 2n];
      const data = assetRouter.encodeFunctionData("sendWithFee", [interoperable(A, recipient), copy, ...amounts]);
      await send(1, { to: PREDEPLOYS.L2AssetRouter, data });
    }
    await settleNow(devnet.chains[1]!);
    await relayer.observe();
    return relayer
      .journeys()
      .slice(before)
      .map(({ messageHash }) => messageHash);
  }

  describe("of a token that spends all that its code is given on contracts of new code", () => {
    let thrifty: Hex;
    before(async () => {
      const { bytecode } = await hre.artifacts.readArtifact("ThriftyToken");
      thrifty = (await send(0, { data: bytecode })).contractAddress!.toLowerCase() as Hex;
      await send(0, tokenTransferOf(B, thrifty, 1_000n, devnet.accounts.wallet(ALICE).address));
      await moveOn(devnet, relayer);
      for (const { chainId } of devnet.chains) await devnet.settle(chainId);
    });

    test("free deliveries", async (t) => {
      const messages = await sentHome(thrifty);
      await devnet.chains[0]!.pipeline.pollL1();
      await settleNow(devnet.chains[0]!);
      await relayer.observe();
      const empty = await emptyGas();
      compare(t, "a delivery with a fee", await forcedDeliveries(messages, empty));
    });

    test("free payments on its chain, which take it and pay it out", async (t) => {
      const empty = await emptyGas();
      const recipient = devnet.accounts.wallet(ALICE).address;
      const data = (i: number) =>
        assetRouter.encodeFunctionData("send", [interoperable(A, recipient), thrifty, 100n + BigInt(i)]) as Hex;
      const { operator, flooder } = await freeOperations({ to: PREDEPLOYS.L2AssetRouter, gasLimit: FREE_GAS, data });
      compare(t, "a payment", { operator: (operator - empty) / COUNT, flooder });
    });
  });

  test("free deliveries of a token whose own code publishes, which need a message that was paid for besides", async (t) => {
    await choose(0);
    await send(0, tokenTransferOf(B, publishing, 1_000n, devnet.accounts.wallet(ALICE).address));
    await moveOn(devnet, relayer);
    for (const { chainId } of devnet.chains) await devnet.settle(chainId);
    // The gas that is left for a token's code is too little for its message.
    for (const [i, what] of PURCHASES.slice(0, 2).entries()) {
      await choose(i + 1);
      const messages = await sentHome(publishing);
      // The root is imported before, as the chain does automatically.
      await devnet.chains[0]!.pipeline.pollL1();
      await settleNow(devnet.chains[0]!);
      await relayer.observe();
      const empty = await emptyGas();
      compare(t, `a delivery whose token publishes ${what}`, await forcedDeliveries(messages, empty));
    }
  });
});
