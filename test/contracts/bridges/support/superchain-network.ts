import assert from "node:assert/strict";
import {
  AbiCoder,
  concat,
  Contract,
  ContractFactory,
  Interface,
  keccak256,
  type ContractTransactionReceipt,
  type Result,
  type Signer,
} from "ethers";
import hre from "hardhat";
import { checksumOf, type LogIdentifier } from "../../../../src/ecosystem/bridges/superchain/identifier.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../../../src/ground/protocol/superchain.ts";
import { interoperable } from "../../l2/support/bundles.ts";

const coder = AbiCoder.defaultAbiCoder();
const CENTER = "0x000000000000000000000000000000000001000d";
/** Addresses from the Superchain's specification. */
export const [INBOX, MESSENGER] = [SUPERCHAIN.CrossL2Inbox, SUPERCHAIN.L2ToL2CrossDomainMessenger];
export const [ETH_BRIDGE, TOKEN_BRIDGE] = [SUPERCHAIN.SuperchainETHBridge, SUPERCHAIN.SuperchainTokenBridge];

/** A message as its event has it. */
export interface ToldMessage {
  readonly destination: bigint;
  readonly target: string;
  readonly nonce: bigint;
  readonly sender: string;
  readonly message: string;
}

/** A message, and where its log is. */
export interface PlacedMessage {
  readonly id: LogIdentifier;
  readonly payload: string;
}

/** Message for the interop center. */
export interface SentByCenter {
  readonly from: string;
  readonly recipient: string;
  readonly payload: string;
  readonly attributes: readonly string[];
  readonly value: bigint;
}

/** Topics and data of `SentMessage`, from its Solidity. */
export function payloadOf({ destination, target, nonce, sender, message }: ToldMessage): string {
  const topic = keccak256(Buffer.from("SentMessage(uint256,address,uint256,address,bytes)"));
  const topics = coder.encode(["bytes32", "uint256", "address", "uint256"], [topic, destination, target, nonce]);
  return concat([topics, coder.encode(["address", "bytes"], [sender, message])]);
}

/** Hash of a message by the specification. */
export function hashOf(source: bigint, { destination, nonce, sender, target, message }: ToldMessage): Hex {
  const types = ["uint256", "uint256", "uint256", "address", "address", "bytes"];
  return keccak256(coder.encode(types, [destination, source, nonce, sender, target, message])) as Hex;
}

/** One network with the four contracts, and a contract of the test in the interop center's place. */
export class SuperchainNetwork {
  readonly chainId: bigint;
  readonly #connection: Awaited<ReturnType<typeof hre.network.create>>;
  readonly signer: Signer;
  readonly known: Interface;

  private constructor(
    chainId: bigint,
    connection: Awaited<ReturnType<typeof hre.network.create>>,
    signer: Signer,
    known: Interface,
  ) {
    this.chainId = chainId;
    this.#connection = connection;
    this.signer = signer;
    this.known = known;
  }

  static async start(chainId: bigint): Promise<SuperchainNetwork> {
    const connection = await hre.network.create({ network: "local", override: { chainId: Number(chainId) } });
    const [signer] = (await connection.ethers.getSigners()) as unknown as [Signer];
    const names = [...Object.keys(SUPERCHAIN), "SuperchainTestCenter", "SuperchainTestProbe", "SuperchainTestToken"];
    const artifacts = await Promise.all(names.map((name) => hre.artifacts.readArtifact(name)));
    const network = new SuperchainNetwork(chainId, connection, signer, new Interface(artifacts.flatMap(({ abi }) => [...abi])));
    for (const [name, address] of Object.entries({ ...SUPERCHAIN, SuperchainTestCenter: CENTER }))
      await network.put(address, (await hre.artifacts.readArtifact(name)).deployedBytecode);
    return network;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#connection.provider.request({ method, params: [...params] });
  }

  /** Replaces the code by a mutant's, or by the original. */
  async put(address: string, code: string): Promise<void> {
    await this.request("hardhat_setCode", [address, code]);
  }

  at(address: string): Contract {
    return new Contract(address, this.known, this.signer);
  }

  async deploy(name: string, ...args: unknown[]): Promise<Contract> {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const contract = await new ContractFactory(abi, bytecode, this.signer).deploy(...args);
    await contract.waitForDeployment();
    return this.at(String(contract.target));
  }

  async balance(address: string): Promise<bigint> {
    return BigInt((await this.request("eth_getBalance", [address, "latest"])) as string);
  }

  async send(
    address: unknown,
    name: string,
    args: readonly unknown[],
    overrides: object = {},
  ): Promise<ContractTransactionReceipt> {
    const sending = this.at(String(address))
      .getFunction(name)
      .send(...args, { gasLimit: 5_000_000n, ...overrides });
    return (await (await sending).wait()) as ContractTransactionReceipt;
  }

  ask(address: unknown, name: string, ...args: unknown[]): Promise<unknown> {
    return this.at(String(address))
      .getFunction(name)
      .staticCall(...args);
  }

  events({ logs }: ContractTransactionReceipt, name: string): Result[] {
    return logs.flatMap((log) => {
      const event = this.known.parseLog(log);
      return event?.name === name ? [event.args] : [];
    });
  }

  sentByCenter(receipt: ContractTransactionReceipt): SentByCenter[] {
    return this.events(receipt, "Sent").map((args) => {
      const [from, recipient, payload, attributes, value] = args as unknown as [string, string, string, string[], bigint];
      return { from, recipient, payload, attributes: [...attributes], value };
    });
  }

  /** The center hands over what an account of another chain has sent. */
  hand(recipient: string, [source, sender]: readonly [bigint, string], payload: string, value = 0n) {
    return this.send(CENTER, "hand", [recipient, interoperable(source, sender), payload], { value });
  }

  /** A message of another chain's messenger, at a place that is as good as any. */
  placed(source: bigint, told: ToldMessage, at: Partial<LogIdentifier> = {}): PlacedMessage {
    const id = { origin: MESSENGER, blockNumber: 7n, logIndex: 3n, timestamp: 1_800_000_000n, chainId: source, ...at };
    return { id, payload: payloadOf(told) };
  }

  /** Proves the message to the inbox, like its source. */
  prove({ id, payload }: PlacedMessage) {
    const record = coder.encode(["uint256", "uint256", "bytes32"], [id.blockNumber, id.timestamp, keccak256(payload)]);
    return this.hand(INBOX, [id.chainId, MESSENGER], record);
  }

  listed({ id, payload }: PlacedMessage): object {
    return { type: 1, accessList: [{ address: INBOX, storageKeys: [checksumOf(id, keccak256(payload))] }] };
  }

  relay(placed: PlacedMessage, overrides: object = {}): Promise<ContractTransactionReceipt> {
    return this.send(MESSENGER, "relayMessage", [placed.id, placed.payload], { ...this.listed(placed), ...overrides });
  }

  /** That a transaction reverts with this error and, where they are given, these arguments. */
  async refuses(sending: Promise<unknown>, name: string, args?: readonly unknown[]): Promise<void> {
    const error = await sending.then(
      () => assert.fail(`nothing reverted, where ${name} was expected`),
      (reason: unknown) => reason,
    );
    const data = revertData(error);
    const parsed = data === undefined || data === "0x" ? null : this.known.parseError(data);
    if (parsed === null) throw new assert.AssertionError({ message: `it reverted with ${data ?? String(error)}, not ${name}` });
    assert.equal(parsed.name, name);
    if (args !== undefined) assert.deepEqual(parsed.args.toArray(), args);
  }
}

function revertData(error: unknown): string | undefined {
  if (error instanceof assert.AssertionError) throw error;
  for (let e = error; typeof e === "object" && e !== null; e = (e as { cause?: unknown }).cause) {
    const { data } = e as { data?: unknown };
    if (typeof data === "string") return data;
  }
  return undefined;
}
