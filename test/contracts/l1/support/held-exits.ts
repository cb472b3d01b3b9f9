import {
  computeAddress,
  concat,
  getBytes,
  keccak256,
  SigningKey,
  solidityPacked,
  toBeHex,
  type BaseContract,
  type Signer,
} from "ethers";
import hre from "hardhat";
import { HELD_ACCOUNTS_ADDRESS } from "../../../../src/ground/protocol/held-accounts-address.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { hashNotes, hashPayments, pathOf, RedeemedIds, type Opening } from "../../l2/support/held-hashes.ts";
import {
  openingOf,
  planTree,
  type BurnProof,
  type Gift,
  type HeldAccount,
  type Plan,
  type Tree,
} from "../../l2/support/held-world.ts";
import { depositToken, ZERO_ADDRESS } from "./assets.ts";
import { TestChain, type FormedBatch } from "./chain.ts";
import { as, defaultConfiguration, send, view, type ChainConfiguration } from "./ecosystem.ts";
import { activateExit, deployExitScene, type ExitScene } from "./exits.ts";

export const COIN = ZERO_ADDRESS;
export const BOND = 5n * 10n ** 16n;
export const WEEK = 7n * 86_400n;
export const COINS = 10n ** 9n;
export const TOKENS = 1_000n;

/** A message of held accounts. `settle` names the batch. */
export interface Sent {
  readonly body: Hex;
  batch?: { readonly formed: FormedBatch; readonly index: number };
}

/** A posted tree of acts. */
export interface PostedTree {
  readonly tree: Tree;
  readonly sent: Sent;
}

export interface HeldExitScene extends ExitScene {
  readonly exit: BaseContract;
  readonly owners: BaseContract;
  signerOf(account: HeldAccount): Promise<Signer>;
}

/** L1 with the exit of held accounts. */
export async function deployHeldExitScene(): Promise<HeldExitScene> {
  const scene = await deployExitScene();
  const { l1, stateExit } = scene.ecosystem;
  const { bytecode } = await hre.artifacts.readArtifact("HeldExit");
  await send(stateExit, "createHeldExit", bytecode);
  const exit = await l1.ethers.getContractAt("HeldExit", await view<string>(stateExit, "heldExit"));
  return {
    ...scene,
    exit: exit as unknown as BaseContract,
    owners: await l1.deploy("OwnersPolicy"),
    async signerOf({ key }) {
      const address = computeAddress(key);
      await l1.ethers.provider.send("hardhat_setBalance", [address, toBeHex(10n ** 20n)]);
      return l1.ethers.getImpersonatedSigner(address);
    },
  };
}

let keys = 0;

/** A chain with held accounts, whose contract is a model: L1 sees its messages alone. */
export class OwnersChain {
  readonly chain: TestChain;
  readonly #scene: HeldExitScene;
  #pending: Sent[] = [];
  #accounts = 0;
  #gifts = 0n;

  private constructor(scene: HeldExitScene, chain: TestChain) {
    this.#scene = scene;
    this.chain = chain;
  }

  /** A chain with deposits of coins and tokens. */
  static async create(scene: HeldExitScene, chainId: bigint, overrides: Partial<ChainConfiguration> = {}): Promise<OwnersChain> {
    const { ecosystem, owners, tokenAddress } = scene;
    const dataAvailabilityPolicy = await owners.getAddress();
    const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), dataAvailabilityPolicy, ...overrides };
    const chain = await TestChain.create(ecosystem, configuration);
    const isCoin = BigInt(configuration.baseToken) === 1n;
    const operations = [
      ...(isCoin ? [await chain.request({}, COINS)] : []),
      await depositToken(ecosystem, chain, isCoin ? tokenAddress : ZERO_ADDRESS, TOKENS),
    ];
    await chain.settle({
      withhold: configuration.dataAvailabilityPolicy === dataAvailabilityPolicy,
      canonicalTxHashes: operations,
      logs: operations.map(() => ({ type: "priorityOp", success: true }) as const),
    });
    return new OwnersChain(scene, chain);
  }

  get chainId(): bigint {
    return this.chain.configuration.chainId;
  }

  register(owner?: string): { readonly account: HeldAccount; readonly sent: Sent } {
    const key = new SigningKey(keccak256(toBeHex(++keys, 32)));
    const account = {
      number: ++this.#accounts,
      key,
      nonce: 0n,
      holdings: new Map<string, bigint>(),
      redeemed: new RedeemedIds(),
    };
    const body = solidityPacked(["bytes1", "uint40", "address"], ["0x01", account.number, owner ?? computeAddress(key)]);
    return { account, sent: this.#send(body) };
  }

  give({ number: to }: HeldAccount, amount: bigint, token: string = COIN): Gift & { readonly sent: Sent } {
    const gift = ++this.#gifts;
    const types = ["bytes1", "uint64", "uint40", "address", "uint256"];
    return { gift, to, token, amount, sent: this.#send(solidityPacked(types, ["0x02", gift, to, token, amount])) };
  }

  /** Lists the acts at these positions of a tree, all by default, and updates their accounts. */
  post(plans: readonly Plan[], positions: readonly number[] = plans.map((_, i) => i)): PostedTree {
    const tree = planTree(() => "0x", plans);
    return { tree, sent: this.list(tree, positions) };
  }

  /** Lists acts of a tree. */
  list(tree: Tree, positions: readonly number[]): Sent {
    const numbers = positions.map((position) => toBeHex(tree.plans[position]!.account.number, 5));
    for (const position of positions) Object.assign(tree.plans[position]!.account, tree.next[position]);
    const map = positions.reduce((bits, position) => bits | (1n << BigInt(position)), 0n);
    const isWhole = positions.length === tree.leaves.length;
    return this.#send(concat(isWhole ? ["0x00", tree.root, ...numbers] : ["0x03", tree.root, toBeHex(map, 32), ...numbers]));
  }

  /** Executes a batch with the messages, besides those that stay pending. */
  async settle(newStateRoot?: Hex): Promise<void> {
    const formed = await this.form(newStateRoot);
    const { stored } = await this.chain.commit(formed);
    await this.chain.prove(stored);
    await this.chain.execute(stored, formed);
  }

  /** Forms a batch with the messages. */
  async form(newStateRoot?: Hex): Promise<FormedBatch> {
    const messages = this.#pending.splice(0);
    const withhold = this.chain.configuration.dataAvailabilityPolicy === (await this.#scene.owners.getAddress());
    const logs = messages.map(({ body }) => ({ type: "message", sender: HELD_ACCOUNTS_ADDRESS, body: getBytes(body) }) as const);
    const formed = await this.chain.form({ withhold, logs, ...(newStateRoot === undefined ? {} : { newStateRoot }) });
    for (const [index, message] of messages.entries()) message.batch = { formed, index };
    return formed;
  }

  /** Activates the exit. */
  async stop(): Promise<void> {
    if (BigInt(this.chain.configuration.baseToken) === 1n) await this.chain.request();
    else await depositToken(this.#scene.ecosystem, this.chain, ZERO_ADDRESS, 1n);
    await activateExit(this.#scene.ecosystem, this.chain);
  }

  /** The account's argument, with its contents at this time. */
  exiting(account: HeldAccount, opening: Opening = openingOf(account)) {
    return { chainId: this.chainId, number: account.number, opening };
  }

  #send(body: string): Sent {
    const sent: Sent = { body: body as Hex };
    this.#pending.push(sent);
    return sent;
  }
}

/** The argument `HeldMessage`. */
export function heldMessage({ body, batch }: Sent) {
  if (batch === undefined) throw new Error("the message is in no batch");
  const { formed, index } = batch;
  const merkleProof = l2LogProof(formed.logLeaves, index);
  return { batchNumber: formed.expected.batchNumber, messageIndex: index, message: body, merkleProof };
}

/** Batch number and index as the contract orders messages. */
export function orderOf({ batch }: Sent): bigint {
  return (batch!.formed.expected.batchNumber << 14n) + BigInt(batch!.index);
}

/** The argument `LastAct`. */
export function lastAct({ tree }: PostedTree, position = 0) {
  const { burned = [], payments = [] } = tree.plans[position]!;
  return {
    position,
    path: pathOf(tree.levels, position),
    notesHash: hashNotes(burned),
    paymentsHash: hashPayments(payments),
  };
}

/** The argument `ListedNote`. */
export function listedNote(proof: BurnProof, absence: { readonly siblings: readonly string[]; readonly neighbor: string }) {
  return { ...proof, absence };
}

/** The exit, called by an account's owner. */
export async function exitOf(scene: HeldExitScene, account: HeldAccount): Promise<BaseContract> {
  return as(scene.exit, await scene.signerOf(account));
}
