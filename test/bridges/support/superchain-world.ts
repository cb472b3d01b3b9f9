import assert from "node:assert/strict";
import {
  concat,
  Contract,
  ContractFactory,
  Interface,
  keccak256,
  type ContractTransactionReceipt,
  type JsonRpcProvider,
  type Log,
} from "ethers";
import hre from "hardhat";
import { checksumOf } from "../../../src/ecosystem/bridges/superchain/identifier.ts";
import type { BridgeDelivery } from "../../../src/ecosystem/devnet/view/books/bridge-info.ts";
import { ALICE, BOB, clientOf, RELAYER, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";

/** Addresses from the Superchain's specification. */
export const [INBOX, MESSENGER] = ["0x4200000000000000000000000000000000000022", "0x4200000000000000000000000000000000000023"];
export const [ETH_BRIDGE, TOKEN_BRIDGE] = [
  "0x4200000000000000000000000000000000000024",
  "0x4200000000000000000000000000000000000028",
];
export const CAROL = "0x00000000000000000000000000000000000000c0";
const IDENTIFIER = "tuple(address origin, uint256 blockNumber, uint256 logIndex, uint256 timestamp, uint256 chainId)";
const ABI = [
  `function relayMessage(${IDENTIFIER} id, bytes sentMessage) payable returns (bytes)`,
  `function validateMessage(${IDENTIFIER} id, bytes32 msgHash)`,
  `function calculateChecksum(${IDENTIFIER} id, bytes32 msgHash) view returns (bytes32)`,
  "function crossDomainMessageSender() view returns (address)",
  "function sendMessage(uint256, address, bytes) returns (bytes32)",
  "function resendMessage(uint256, uint256, address, address, bytes) returns (bytes32)",
  "function successfulMessages(bytes32) view returns (bool)",
  "function sendERC20(address, address, uint256, uint256) returns (bytes32)",
  "function relayERC20(address, address, address, uint256)",
  "function sendETH(address, uint256) payable returns (bytes32)",
  "function relayETH(address, address, uint256)",
  "event SentMessage(uint256 indexed destination, address indexed target, uint256 indexed messageNonce, address sender, bytes message)",
  "function receiveMessage(bytes32, bytes, bytes) payable returns (bytes4)",
  "function isProven(bytes32) view returns (bool)",
  "function backed(bytes32) view returns (uint256)",
  "error NotTheCenter(address, address)",
  "error NotInAccessList()",
  "error NotProven(uint256, bytes32)",
  "error NotEntered()",
  "error ReentrantCall()",
  "error IdOriginNotL2ToL2CrossDomainMessenger()",
  "error MessageAlreadyRelayed()",
  "error MessageDestinationSameChain()",
  "error MessageDestinationNotRelayChain()",
  "error MessageTargetL2ToL2CrossDomainMessenger()",
  "error EventPayloadNotSentMessage()",
  "error InvalidMessage()",
  "error Unauthorized()",
  "error ZeroAddress()",
  "error InvalidERC7802()",
];
export const known = new Interface(ABI);
/** Nothing is proven. */
export const options = { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, BOB, RELAYER], bridges: { superchain: {} } };

/** Arguments of a relay. */
interface Relay {
  readonly id: { origin: string; blockNumber: bigint; logIndex: bigint; timestamp: bigint; chainId: bigint };
  readonly payload: string;
}

/** An ecosystem with the Superchain, and what a test does in it. */
export class SuperchainWorld {
  readonly devnet: FlowDevnet;
  readonly clients: readonly JsonRpcProvider[];

  constructor(devnet: FlowDevnet) {
    this.devnet = devnet;
    this.clients = devnet.chains.map(clientOf);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.devnet.close();
  }

  signer(chain: number, number = ALICE) {
    return this.devnet.accounts.wallet(number).connect(this.clients[chain]!);
  }

  at(chain: number, address: string, number = ALICE): Contract {
    return new Contract(address, known, this.signer(chain, number));
  }

  /** On both chains at one address, as the same account's next contract. */
  async twins(name: string, args: (chain: number) => readonly unknown[] = () => []): Promise<readonly [Contract, Contract]> {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const put = async (chain: number): Promise<Contract> => {
      const contract = await new ContractFactory(abi, bytecode, this.signer(chain, BOB)).deploy(...args(chain));
      await contract.waitForDeployment();
      return contract.connect(this.signer(chain)) as Contract;
    };
    const both = [await put(0), await put(1)] as const;
    assert.equal(both[0].target, both[1].target);
    return both;
  }

  /** A contract with this code, in digits; of at most 255 bytes. */
  async putCode(chain: number, code: string): Promise<string> {
    const length = (code.length / 2).toString(16).padStart(2, "0");
    // Copies what is behind these nine bytes.
    const data = `0x60${length}8060095f395ff3${code}`;
    return (await (await this.signer(chain).sendTransaction({ data })).wait())!.contractAddress!;
  }

  async moveOn(): Promise<readonly BridgeDelivery[]> {
    for (let round = 0; round < 2; round++) {
      await this.devnet.settle();
      await this.devnet.relay();
    }
    return this.deliveries();
  }

  async deliveries(): Promise<readonly BridgeDelivery[]> {
    return (await this.devnet.bridges!.bridges()).superchain!.deliveries;
  }

  async of({ hash }: ContractTransactionReceipt): Promise<BridgeDelivery> {
    return (await this.deliveries()).find(({ sentIn }) => sentIn === hash)!;
  }

  hold(chainId: bigint, isHeld: boolean): Promise<unknown> {
    const params = [{ type: "bridges", chainId: Number(chainId), running: !isHeld }];
    return this.devnet.chains[0]!.provider.request({ method: "hyperchain_setFault", params });
  }

  /** Returns the relay that a dapp's script derives from the log of the message. */
  async relayOf(chain: number, receipt: ContractTransactionReceipt): Promise<Relay> {
    const log = receipt.logs.find(({ topics }) => topics[0] === known.getEvent("SentMessage")!.topicHash) as Log;
    const { timestamp } = (await this.clients[chain]!.getBlock(log.blockNumber))!;
    const place = { blockNumber: BigInt(log.blockNumber), logIndex: BigInt(log.index), timestamp: BigInt(timestamp) };
    return {
      id: { origin: MESSENGER, ...place, chainId: this.devnet.chains[chain]!.chainId },
      payload: concat([...log.topics, log.data]),
    };
  }

  /** Simulates a relay by hand. */
  relay(chain: number, { id, payload }: Relay, given: { readonly listed?: boolean } = {}) {
    const { listed = true } = given;
    const storageKeys = [checksumOf(id as Parameters<typeof checksumOf>[0], keccak256(payload))];
    const accessList = listed ? [{ address: INBOX, storageKeys }] : [];
    return this.at(chain, MESSENGER, BOB).getFunction("relayMessage").staticCall(id, payload, { accessList });
  }
}

export async function send(contract: Contract, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt> {
  return (await (await contract.getFunction(name).send(...args)).wait()) as ContractTransactionReceipt;
}

export const reverts = (calling: Promise<unknown>, name: string): Promise<void> =>
  assert.rejects(calling, (error: { data?: string }) => {
    const selector = known.getError(name)!.selector;
    assert.equal(
      String(error.data ?? (error as { info?: { error?: { data?: string } } }).info?.error?.data).slice(0, 10),
      selector,
    );
    return true;
  });

/** Coins from the first chain to the second, and a message that is answered out of its relay. */
export async function crossAndAnswer(world: SuperchainWorld): Promise<void> {
  const there = world.devnet.chains[1]!.chainId;
  const [a, b] = await world.twins("SuperchainTestCounter");
  await send(a, "sendTo", there, b.target, 1n);
  await send(world.at(0, ETH_BRIDGE), "sendETH", CAROL, there, { value: 5n });
  for (let leg = 0; leg < 2; leg++) await world.moveOn();
  assert.deepEqual(
    (await world.deliveries()).map(({ step }) => step),
    ["executed", "executed", "executed"],
  );
  assert.deepEqual([await a.getFunction("count").staticCall(), await b.getFunction("count").staticCall()], [1n, 1n]);
  assert.equal(await world.clients[1]!.getBalance(CAROL), 5n);
}
