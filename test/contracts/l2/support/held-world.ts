import assert from "node:assert/strict";
import {
  Interface,
  SigningKey,
  computeAddress,
  concat,
  keccak256,
  toBeHex,
  TypedDataEncoder,
  type Contract,
  type TransactionReceipt,
} from "ethers";
import hre from "hardhat";
import { ETH, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "./ecosystem.ts";
import {
  accountLeaf,
  actLeaf,
  giftId,
  hashNotes,
  hashPayments,
  noteId,
  pathOf,
  RedeemedIds,
  treeOf,
  type Absence,
  type Holding,
  type Note,
  type Opening,
  type Payment,
} from "./held-hashes.ts";

const ACT_FIELDS = [
  { name: "root", type: "bytes32" },
  { name: "leaf", type: "bytes32" },
];

/** Names of `ActFault` in its order. */
export const FAULTS = [
  "None",
  "OutOfOrder",
  "PositionOutOfRange",
  "TooMany",
  "OpeningMismatch",
  "NotTheRecipient",
  "NoteNotListed",
  "GiftMismatch",
  "AlreadyRedeemed",
  "InvalidRecipientOrAmount",
  "InsufficientHolding",
  "LeafMismatch",
  "NotSigned",
  "PaymentFailed",
] as const;
export type Fault = (typeof FAULTS)[number];

/** A note with its proof, without the proof that the recipient has not redeemed it. */
export interface BurnProof {
  readonly root: string;
  readonly position: number;
  readonly path: readonly string[];
  readonly sender: number;
  readonly senderLeaf: string;
  readonly notes: readonly Note[];
  readonly paymentsHash: string;
  readonly index: number;
}

export interface Gift {
  readonly gift: bigint;
  readonly to: number;
  readonly token: string;
  readonly amount: bigint;
}

/** An account as its owner has it. */
export interface HeldAccount {
  readonly number: number;
  readonly key: SigningKey;
  nonce: bigint;
  holdings: Map<string, bigint>;
  redeemed: RedeemedIds;
}

/** Parts of an act. */
export interface Plan {
  readonly account: HeldAccount;
  readonly notes?: readonly BurnProof[];
  readonly gifts?: readonly Gift[];
  readonly burned?: readonly Note[];
  readonly payments?: readonly Payment[];
}

/** An act as `post` takes it. */
export interface Act {
  readonly number: number;
  readonly position: number;
  readonly opening: Opening;
  readonly notes: readonly (BurnProof & { readonly absence: Absence })[];
  readonly gifts: readonly (Gift & { readonly absence: Absence })[];
  readonly burned: readonly Note[];
  readonly payments: readonly Payment[];
  readonly signature: string;
}

/** A tree of acts with the accounts after them. */
export interface Tree {
  readonly root: string;
  readonly leaves: readonly string[];
  readonly levels: readonly (readonly string[])[];
  readonly plans: readonly Plan[];
  readonly acts: readonly Act[];
  /** The account after the act at a position. */
  readonly next: readonly HeldAccount[];
  /** The notes of the act at a position with their proofs. */
  proofs(position: number): BurnProof[];
}

export interface Posted {
  readonly receipt: TransactionReceipt;
  readonly faults: readonly { readonly index: number; readonly fault: Fault }[];
  readonly message: string;
}

/** One chain with the contract, and a token of L1. */
export interface HeldWorld {
  readonly ecosystem: Ecosystem;
  readonly chain: SimulatedChain;
  readonly contract: Contract;
  readonly address: string;
  readonly token: Contract;
  register(): Promise<HeldAccount>;
  /** Adds a gift of the coin, or of `L1_TOKEN`, from the first user. */
  give(to: HeldAccount, amount: bigint, token?: string): Promise<Gift>;
  /** Signs acts of accounts, in the order of their numbers, into one tree. */
  plan(...plans: Plan[]): Tree;
  /** Signs the leaf at a position of a root. */
  sign(key: SigningKey, root: string, leaf: string): string;
  post(leaves: readonly string[], acts: readonly Act[]): Promise<Posted>;
  /** Posts all acts of a tree, which must fit, and updates the accounts. */
  postAll(tree: Tree): Promise<Posted>;
  leafOf(account: HeldAccount): Promise<string>;
  close(): Promise<void>;
}

export function openingOf(account: HeldAccount): Opening {
  const holdings: Holding[] = [...account.holdings]
    .filter(([, amount]) => amount > 0n)
    .map(([token, amount]) => ({ token, amount }))
    .sort((a, b) => (BigInt(a.token) < BigInt(b.token) ? -1 : 1));
  return { owner: computeAddress(account.key), nonce: account.nonce, holdings, redeemed: account.redeemed.root() };
}

export function leafOfAccount(account: HeldAccount): string {
  return accountLeaf(account.number, openingOf(account));
}

export async function startHeldWorld(): Promise<HeldWorld> {
  const ecosystem = await startEcosystem([ETH]);
  const chain = ecosystem.chains[0]!;
  const [payer] = chain.users;
  assert.ok(payer);
  const contract = (await chain.ethers.deployContract("HeldAccounts", payer)) as unknown as Contract;
  const address = await contract.getAddress();
  await chain.deposit(payer.address, L1_TOKEN, 10n ** 30n);
  const vault = await chain.predeploy("L2NativeTokenVault");
  const tokenAddress = (await vault.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
  const token = (await chain.ethers.getContractAt("BridgedToken", tokenAddress, payer)) as unknown as Contract;
  await chain.send(token, "approve", address, 2n ** 256n - 1n);
  const { abi } = await hre.artifacts.readArtifact("HeldAccounts");
  const events = new Interface([...abi, "event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message)"]);
  const domain = { name: "HeldAccounts", version: "1", chainId: chain.chainId, verifyingContract: address };
  let keys = 0;
  let gifts = 0n;

  const sign = (key: SigningKey, root: string, leaf: string): string => {
    const { r, s, v } = key.sign(TypedDataEncoder.hash(domain, { Act: ACT_FIELDS }, { root, leaf }));
    return concat([r, s, toBeHex(v, 1)]);
  };
  const post: HeldWorld["post"] = async (leaves, acts) => {
    const receipt = await chain.send(contract, "post", leaves, acts, { gasLimit: 16_000_000n });
    const logs = receipt.logs.map((log) => events.parseLog(log));
    const faults = logs
      .filter((log) => log?.name === "ActSkipped")
      .map((log) => ({ index: Number(log!.args[1]), fault: FAULTS[Number(log!.args[2])]! }));
    const [message] = logs.filter((log) => log?.name === "L1MessageSent").map((log) => log!.args[2] as string);
    return { receipt, faults, message: message! };
  };

  return {
    ecosystem,
    chain,
    contract,
    address,
    token,
    sign,
    post,
    async register() {
      const key = new SigningKey(keccak256(toBeHex(++keys, 32)));
      await chain.send(contract, "register", computeAddress(key));
      const number = Number(await contract.getFunction("accountCount").staticCall());
      return { number, key, nonce: 0n, holdings: new Map(), redeemed: new RedeemedIds() };
    },
    async give(to, amount, asset = ETH) {
      await chain.send(contract, "give", to.number, asset, amount, { value: asset === ETH ? amount : 0n });
      return { gift: ++gifts, to: to.number, token: asset, amount };
    },
    plan: (...plans) => planTree(sign, plans),
    async postAll(tree) {
      const posted = await post(tree.leaves, tree.acts);
      assert.deepEqual(posted.faults, []);
      for (const [position, { account }] of tree.plans.entries()) Object.assign(account, tree.next[position]);
      return posted;
    },
    async leafOf({ number }) {
      return (await contract.getFunction("leafOf").staticCall(number)) as string;
    },
    close: () => ecosystem.close(),
  };
}

/** Signs acts of accounts into one tree. */
export function planTree(sign: HeldWorld["sign"], plans: readonly Plan[]): Tree {
  const unsigned = plans.map((plan, position) => planAct(plan, position));
  const leaves = unsigned.map(({ leaf }) => leaf);
  const levels = treeOf(leaves);
  const root = levels.at(-1)![0]!;
  return {
    root,
    leaves,
    levels,
    plans,
    acts: unsigned.map(({ act, leaf }, position) => ({ ...act, signature: sign(plans[position]!.account.key, root, leaf) })),
    next: unsigned.map(({ next }) => next),
    proofs(position) {
      const { account, burned = [], payments = [] } = plans[position]!;
      const proof = { root, position, path: pathOf(levels, position), sender: account.number, notes: burned };
      const sender = { senderLeaf: leafOfAccount(unsigned[position]!.next), paymentsHash: hashPayments(payments) };
      return burned.map((_, index) => ({ ...proof, ...sender, index }));
    },
  };
}

function planAct(
  { account, notes = [], gifts = [], burned = [], payments = [] }: Plan,
  position: number,
): { readonly act: Act; readonly leaf: string; readonly next: HeldAccount } {
  const next = {
    ...account,
    nonce: account.nonce + 1n,
    holdings: new Map(account.holdings),
    redeemed: account.redeemed.copy(),
  };
  const move = (token: string, amount: bigint): void => void next.holdings.set(token, (next.holdings.get(token) ?? 0n) + amount);
  const redeem = (id: string): Absence => {
    const absence = next.redeemed.absence(id);
    next.redeemed.ids.add(id);
    return absence;
  };
  const redeemedNotes = notes.map((proof) => {
    const { token, amount } = proof.notes[proof.index]!;
    move(token, amount);
    return { ...proof, absence: redeem(noteId(proof.root, proof.position, proof.index)) };
  });
  const redeemedGifts = gifts.map((gift) => {
    move(gift.token, gift.amount);
    return { ...gift, absence: redeem(giftId(gift.gift)) };
  });
  for (const { token, amount } of [...burned, ...payments]) move(token, -amount);
  const leaf = actLeaf(account.number, leafOfAccount(next), hashNotes(burned), hashPayments(payments));
  const parts = { notes: redeemedNotes, gifts: redeemedGifts, burned, payments };
  return { act: { number: account.number, position, opening: openingOf(account), ...parts, signature: "0x" }, leaf, next };
}
