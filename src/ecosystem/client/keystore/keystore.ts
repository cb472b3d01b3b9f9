import {
  AbiCoder,
  TypedDataEncoder,
  ZeroHash,
  type Provider,
  type Signer,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";
import { fromHex, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { crossChainViews, keystore, keystoreAccount, topicOf } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { KEYSTORE_ADDRESSES } from "./keystore-contracts.ts";
import { refusalOf, senderOn, submit } from "../sending/submit.ts";

/** Whose signatures act for an account, and how many of them are enough. */
export interface Keys {
  readonly threshold: bigint;
  /** Owners in ERC-7913 format: an address, or a verifier's address and a key. */
  readonly owners: readonly Hex[];
}

/** Request for an owner's signature: EIP-712, and its hash for owners that sign hashes, such as passkeys. */
export interface OwnersRequest {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Readonly<Record<string, unknown>>;
  readonly digest: Hex;
}

/** One of an account's owners, as something that can sign. */
export interface KeyOwner {
  /** Owner in the format of {@link Keys}. */
  readonly owner: Hex;
  readonly sign: (request: OwnersRequest) => Promise<Hex>;
}

/** Location of an account's keys. */
export interface AccountName {
  /** The chain whose keystore has them. */
  readonly home: ChainName;
  readonly id: Hex;
}

/** An account and the keys that act for it now, by its home chain's word. */
export interface AccountKeys {
  readonly home: number;
  readonly id: Hex;
  /** Address of the account, equal on all chains. */
  readonly account: Hex;
  readonly version: bigint;
  readonly keys: Keys;
  readonly head: Hex;
}

/** State of a chain's copy of an account's keys: equal to the compared keys, different, or missing. */
export type KeysStanding = "present" | "other" | "nothing";

/** Owner that is an account with a separate wallet. */
export async function walletOwner(signer: Signer): Promise<KeyOwner> {
  return {
    owner: (await signer.getAddress()).toLowerCase() as Hex,
    sign: async ({ domain, types, message }) => (await signer.signTypedData(domain, types, { ...message })) as Hex,
  };
}

/**
 * Names an account by its first keys, at its home chain's keystore, unless it has that name already. Resolves with the account
 * and its present keys. `signer` is on the home chain and needs no right. Throws ClientError.
 */
export async function registerKeys(
  ecosystem: Ecosystem,
  { home, keys, salt = ZeroHash as Hex }: { readonly home: ChainName; readonly keys: Keys; readonly salt?: Hex | undefined },
  signer: Signer,
): Promise<AccountKeys> {
  const chain = findChain(ecosystem, home);
  const sender = await senderOn(signer, chain);
  const data = keystore.encodeFunctionData("register", [keys, salt]);
  const id = hashOf(["string", "bytes32", "bytes32"], ["hardhat-hyperchain/keystore/id/v1", headOf(1n, keys), salt]);
  try {
    await submit(sender, { to: KEYSTORE_ADDRESSES.keystore, data });
  } catch (error) {
    // Anyone may have registered the same before, and has gained no right by it.
    if (!(await isRegistered(sender.provider, id))) throw error;
  }
  return accountKeys(ecosystem, { home: chain.chainId, id }, () => sender.provider);
}

/** The account of an id and its present keys. Throws ClientError NoContract where its home chain has no such id. */
export async function accountKeys(ecosystem: Ecosystem, { home, id }: AccountName, providerOf: ProviderOf): Promise<AccountKeys> {
  const { chainId, name } = findChain(ecosystem, home);
  const provider = providerOf(chainId);
  const logs = await readLogs(provider, {
    address: KEYSTORE_ADDRESSES.keystore,
    topics: [topicOf(keystore, "KeysSet"), id],
    fromBlock: 0,
    toBlock: await provider.getBlockNumber(),
  });
  const newest = logs.at(-1);
  if (newest === undefined) {
    const message = `the keystore of ${name} (${KEYSTORE_ADDRESSES.keystore}) has no keys of ${id}; register them, or name the account's home chain`;
    throw new ClientError("NoContract", message, { chainId, id });
  }
  // By their places: ethers has another meaning for the name `keys`.
  const [, version, [threshold, owners]] = keystore.decodeEventLog("KeysSet", newest.data, newest.topics) as unknown as [
    Hex,
    bigint,
    [bigint, readonly string[]],
  ];
  const plain: Keys = { threshold, owners: [...owners].map((owner) => owner.toLowerCase() as Hex) };
  const account = await ask(provider, "addressOf", [chainId, KEYSTORE_ADDRESSES.keystore, id]);
  return { home: chainId, id, account: account.toLowerCase() as Hex, version, keys: plain, head: headOf(version, plain) };
}

/**
 * Replaces an account's keys at home, as enough of the present owners sign it. Other chains take those that are replaced until
 * `bringSlot` has brought them `keystoreSlot(id)`. `signer` is on the home chain, pays the gas and needs no right. Throws
 * ClientError, NotSigned where the owners do not suffice.
 */
export async function rotateKeys(
  ecosystem: Ecosystem,
  { home, id, next, owners }: AccountName & { readonly next: Keys; readonly owners: readonly KeyOwner[] },
  signer: Signer,
): Promise<AccountKeys & { readonly transactionHash: Hex }> {
  const chain = findChain(ecosystem, home);
  const sender = await senderOn(signer, chain);
  const present = await accountKeys(ecosystem, { home, id }, () => sender.provider);
  const { version, keys } = present;
  const domain = { name: "Keystore", version: "1", chainId: chain.chainId, verifyingContract: KEYSTORE_ADDRESSES.keystore };
  const head = headOf(version + 1n, next);
  const signatures = await signaturesOf(keys, owners, requestOf(domain, ROTATION, { id, version, head }));
  const data = keystore.encodeFunctionData("rotate", [id, version, keys, next, signatures]);
  const { hash } = await submit(sender, { to: KEYSTORE_ADDRESSES.keystore, data });
  return { ...present, version: version + 1n, keys: next, head, transactionHash: hash as Hex };
}

/** Slot of the keystore with an account's keys, which `bringSlot` imports on other chains. */
export function keystoreSlot(id: Hex): bigint {
  return BigInt(keccak(fromHex(id), fromHex(wordToHex(0n))));
}

/** Keys of an account that a chain stores; its home chain always has the present ones. */
export async function keysOn(
  ecosystem: Ecosystem,
  name: ChainName,
  known: Pick<AccountKeys, "home" | "id" | "head">,
  provider: Provider,
): Promise<KeysStanding> {
  if (findChain(ecosystem, name).chainId === known.home) return "present";
  const args = [known.home, KEYSTORE_ADDRESSES.keystore, keystoreSlot(known.id), 0n, []];
  const data = crossChainViews.encodeFunctionData("read", args);
  try {
    const answer = await provider.call({ to: PREDEPLOYS.CrossChainViews, data });
    const [{ value }] = crossChainViews.decodeFunctionResult("read", answer) as unknown as [{ readonly value: bigint }];
    return value === BigInt(known.head) ? "present" : "other";
  } catch (error) {
    if (refusalOf(error)?.name !== "NothingKept") throw error;
    return "nothing";
  }
}

/** A signature for each owner, in their order; empty where it is not among the signers. Throws ClientError NotSigned. */
export async function signaturesOf(keys: Keys, signers: readonly KeyOwner[], request: OwnersRequest): Promise<readonly Hex[]> {
  const signerOf = (owner: Hex) => signers.find((each) => each.owner.toLowerCase() === owner.toLowerCase());
  const missing = keys.owners.filter((owner) => signerOf(owner) === undefined);
  const count = keys.owners.length - missing.length;
  if (BigInt(count) < keys.threshold) {
    const message = `${keys.threshold} of ${keys.owners.length} owners have to sign, and ${count} can: give also ${missing.join(" or ")}`;
    throw new ClientError("NotSigned", message, { threshold: keys.threshold, missing });
  }
  return Promise.all(keys.owners.map(async (owner): Promise<Hex> => signerOf(owner)?.sign(request) ?? "0x"));
}

/** An owners' request with its hash. */
export function requestOf(
  domain: TypedDataDomain,
  types: Record<string, TypedDataField[]>,
  message: Readonly<Record<string, unknown>>,
): OwnersRequest {
  return { domain, types, message, digest: TypedDataEncoder.hash(domain, types, { ...message }) as Hex };
}

const ROTATION: Record<string, TypedDataField[]> = {
  Rotation: [
    { name: "id", type: "bytes32" },
    { name: "version", type: "uint64" },
    { name: "head", type: "bytes32" },
  ],
};

/** Hash of a version of keys, as in `KeyChecks.sol`. */
function headOf(version: bigint, { threshold, owners }: Keys): Hex {
  const tag = "hardhat-hyperchain/keystore/head/v1";
  return hashOf(["string", "uint64", "uint64", "bytes[]"], [tag, version, threshold, owners]);
}

function hashOf(types: readonly string[], values: readonly unknown[]): Hex {
  return keccak(fromHex(AbiCoder.defaultAbiCoder().encode([...types], [...values]) as Hex));
}

async function isRegistered(provider: Provider, id: Hex): Promise<boolean> {
  const call = { to: KEYSTORE_ADDRESSES.keystore, data: keystore.encodeFunctionData("headOf", [id]) };
  return BigInt(String(keystore.decodeFunctionResult("headOf", await provider.call(call))[0])) !== 0n;
}

async function ask(provider: Provider, method: "addressOf", args: readonly unknown[]): Promise<string> {
  const call = { to: KEYSTORE_ADDRESSES.accounts, data: keystoreAccount.encodeFunctionData(method, args) };
  return String(keystoreAccount.decodeFunctionResult(method, await provider.call(call))[0]);
}
