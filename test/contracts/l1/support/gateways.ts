import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  AbiCoder,
  concat,
  getAddress,
  Interface,
  ZeroHash,
  type BaseContract,
  type ContractTransactionReceipt,
  type TransactionReceipt,
} from "ethers";
import hre from "hardhat";
import { CREATE2_DEPLOYER, deployedAddress } from "../../../../src/ground/protocol/create2.ts";
import { decodeGatewayMessage, gatewayMessageId } from "../../../../src/ground/protocol/gateway-message.ts";
import { fromHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../../src/ground/protocol/interoperable-address.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import type { PubdataLog } from "../../../../src/ground/protocol/pubdata.ts";
import { startLocalL2, type LocalL2 } from "../../l2/support/local-l2.ts";
import { TestChain } from "./chain.ts";
import { as, defaultConfiguration, deployEcosystem, ETH, eventsOf, hexAddress, send, type Ecosystem } from "./ecosystem.ts";

/** The public's deployer: its code, as on each network that has it. */
const DEPLOYER_CODE =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/** A message of a chain, and where L1 has it: the arguments of `deliver`. */
export interface PlacedMessage {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly index: number;
  readonly message: Hex;
  readonly proof: readonly Hex[];
}

/** A chain, as L1 has it and as it runs, with the end of the gateway there. */
export interface GatewayChain {
  readonly chainId: bigint;
  readonly onL1: TestChain;
  readonly l2: LocalL2;
  readonly users: readonly HardhatEthersSigner[];
  readonly gateway: BaseContract;
  /** Puts the end of the gateway there, as the public's deployer does. */
  openGateway(): Promise<void>;
  /** Runs what L1 has queued since, from the senders and with the gas that its queue says; resolves with what succeeded. */
  runQueue(): Promise<readonly TransactionReceipt[]>;
  /** Executes on L1 a batch with the chain's messages since the last one; false messages may be added. */
  settle(...added: readonly PubdataLog[]): Promise<readonly PlacedMessage[]>;
}

/** The gateway between L1 and the chains 271 and 272. */
export interface GatewayWorld {
  readonly ecosystem: Ecosystem;
  readonly gateway: BaseContract;
  readonly chains: readonly GatewayChain[];
  /** A recipient of messages on L1 (`InteropRecipient`), or on a chain. */
  recipientOn(chain?: GatewayChain, name?: string): Promise<BaseContract>;
  deliver(
    message: PlacedMessage,
    options?: { readonly gasLimit?: bigint; readonly by?: number },
  ): Promise<ContractTransactionReceipt>;
  close(): Promise<void>;
}

/** Sends by an end of the gateway; resolves with the message's name and bytes. */
export async function sendMessage(
  gateway: BaseContract,
  signer: HardhatEthersSigner,
  to: { readonly chainId: bigint; readonly account: Hex },
  payload: string,
  attributes: readonly string[] = [],
): Promise<{ readonly id: Hex; readonly body: Hex; readonly receipt: ContractTransactionReceipt }> {
  const recipient = interoperableAddress(to.chainId, to.account);
  const receipt = await send(as(gateway, signer), "sendMessage", recipient, payload, attributes);
  const [sent] = eventsOf(gateway, receipt, "MessageSent");
  const [written] = eventsOf(gateway, receipt, "MessageWritten");
  const toL1 = receipt.logs.flatMap((log) => messenger.parseLog(log) ?? []);
  const body = String(written?.args["message"] ?? toL1[0]?.args["message"]) as Hex;
  return { id: sent!.args["sendId"] as Hex, body, receipt };
}

export async function startGateways(): Promise<GatewayWorld> {
  const ecosystem = await deployEcosystem();
  const gateway = await ecosystem.l1.deploy("MessageGateway", await hexAddress(ecosystem.factory));
  const chains: GatewayChain[] = [];
  for (const chainId of [271n, 272n]) chains.push(await startGatewayChain(ecosystem, gateway, chainId));
  for (const chain of chains) await chain.openGateway();
  return {
    ...{ ecosystem, gateway, chains },
    async recipientOn(chain, name = "InteropRecipient") {
      if (chain === undefined) return ecosystem.l1.deploy(name);
      return (await chain.l2.ethers.deployContract(name)) as unknown as BaseContract;
    },
    deliver(message, { gasLimit, by = 5 } = {}) {
      const overrides = gasLimit === undefined ? [] : [{ gasLimit }];
      return send(as(gateway, ecosystem.accounts[by]!), "deliver", ...deliveryOf(message), ...overrides);
    },
    async close() {
      for (const { l2 } of chains) await l2.close();
      await ecosystem.l1.close();
    },
  };
}

/** The arguments of `deliver` on L1. */
export function deliveryOf({ chainId, batchNumber, index, message, proof }: PlacedMessage): readonly unknown[] {
  return [chainId, batchNumber, index, message, proof];
}

/** The name of a chain's message. */
export function idOf({ chainId, message }: PlacedMessage): Hex {
  return gatewayMessageId(chainId, fromHex(message));
}

const messenger = new Interface(["event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message)"]);

async function startGatewayChain(ecosystem: Ecosystem, l1Gateway: BaseContract, chainId: bigint): Promise<GatewayChain> {
  const onL1 = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
  const l2 = await startLocalL2(Number(chainId), {
    l1ChainId: ecosystem.chainId,
    l1SharedBridge: await hexAddress(ecosystem.bridge),
    baseTokenOriginChainId: ecosystem.chainId,
    baseTokenOriginToken: ETH,
    bornAt: 0n,
  });
  const users = await l2.ethers.getSigners();
  const { abi, bytecode } = await hre.artifacts.readArtifact("L2MessageGateway");
  const code = concat([bytecode, AbiCoder.defaultAbiCoder().encode(["address"], [await l1Gateway.getAddress()])]);
  const gateway = (await l2.ethers.getContractAt(abi as [], getAddress(deployedAddress(code)))) as unknown as BaseContract;
  let [operationsRun, blocksRead] = [0, 0];
  const pending: Hex[] = [];
  return {
    ...{ chainId, onL1, l2, users, gateway },
    async openGateway() {
      await l2.ethers.provider.send("hardhat_setCode", [CREATE2_DEPLOYER, DEPLOYER_CODE]);
      await (await users[0]!.sendTransaction({ to: CREATE2_DEPLOYER, data: concat([ZeroHash, code]) })).wait();
    },
    async runQueue() {
      const events = await onL1.contract.queryFilter(onL1.contract.filters["NewPriorityRequest"]!());
      const receipts: TransactionReceipt[] = [];
      for (const event of events.slice(operationsRun)) {
        const { args } = onL1.contract.interface.parseLog(event)!;
        const operation = args["transaction"] as unknown as QueuedOperation;
        const from = await l2.impersonate(addressOfWord(operation.from));
        const { data, gasLimit } = operation;
        pending.push(args["txHash"] as Hex);
        // The network here throws where an operation reverts; what the chain does then is nothing, as where it runs.
        const transaction = { to: addressOfWord(operation.to), data, gasLimit, gasPrice: 0 };
        const sent = await from.sendTransaction(transaction).catch(() => undefined);
        const receipt = await sent?.wait();
        if (receipt) receipts.push(receipt);
      }
      operationsRun = events.length;
      return receipts;
    },
    async settle(...added) {
      const logs = await l2.ethers.provider.getLogs({ address: PREDEPLOYS.L1Messenger, fromBlock: blocksRead });
      blocksRead = (await l2.ethers.provider.getBlockNumber()) + 1;
      const messages = logs.flatMap((log) => {
        const event = messenger.parseLog(log)!;
        const sender = String(event.args["sender"]).toLowerCase() as Hex;
        return [{ type: "message" as const, sender, body: fromHex(String(event.args["message"])) }];
      });
      const canonicalTxHashes = pending.splice(0);
      const results = canonicalTxHashes.map(() => ({ type: "priorityOp" as const, success: true }));
      const all: readonly PubdataLog[] = [...results, ...messages, ...added];
      const { formed } = await onL1.settle({ logs: all, canonicalTxHashes });
      const batchNumber = onL1.batchCount - 1n;
      return all.flatMap((log, index) => {
        if (log.type !== "message" || decodeGatewayMessage(log.body) === undefined) return [];
        const message = `0x${Buffer.from(log.body).toString("hex")}` as Hex;
        return [{ chainId, batchNumber, index, message, proof: l2LogProof(formed.logLeaves, index) }];
      });
    },
  };
}

interface QueuedOperation {
  readonly from: bigint;
  readonly to: bigint;
  readonly gasLimit: bigint;
  readonly data: Hex;
}

function addressOfWord(word: bigint): Hex {
  return `0x${word.toString(16).padStart(40, "0")}`;
}
