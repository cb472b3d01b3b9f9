import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AbiCoder, Contract, ContractFactory, hexlify, toUtf8Bytes, type Signer } from "ethers";
import type { Member } from "../../../src/types.ts";
import { compileDapp } from "./dapp.ts";
import { send } from "./world.ts";

/** A dapp of CCIP: its npm package, and three contracts on it. */
export const CCIP_DAPP = fileURLToPath(new URL("../../../fixtures/ccip-dapp/", import.meta.url));

const NO_ONE = `0x${"00".repeat(20)}`;
/** Rate limit of a pool. */
export interface RateLimit {
  readonly isEnabled: boolean;
  readonly capacity: bigint;
  readonly rate: bigint;
}

const NO_LIMIT: RateLimit = { isEnabled: false, capacity: 0n, rate: 0n };
/** Tags of CCIP's `Client.sol`. */
const TAGS = { v1: "0x97a657c9", v2: "0x181dcf10" };

let compiled: ReturnType<typeof compileDapp> | undefined;

async function create(member: Member, { abi, bytecode }: { abi: object[]; bytecode: string }, args: readonly unknown[]) {
  const [signer] = await member.ethers.getSigners();
  const contract = await new ContractFactory(abi as [], bytecode, signer as unknown as Signer).deploy(...args);
  await contract.waitForDeployment();
  return contract as Contract;
}

/** Puts a contract of the dapp on a member, from its first account. */
export function putCcip(member: Member, name: string, ...args: unknown[]): Promise<Contract> {
  compiled ??= compileDapp(CCIP_DAPP);
  return create(member, compiled(name), args);
}

/** Puts a contract of the dapp's other folder on a member. */
export function putMoreCcip(member: Member, name: string, ...args: unknown[]): Promise<Contract> {
  return create(member, compileDapp(CCIP_DAPP, "more")(name), args);
}

const REGISTRY = [
  "function registerAdminViaGetCCIPAdmin(address token)",
  "function acceptAdminRole(address token)",
  "function setPool(address token, address pool)",
];

/** A token with its pool on a member, registered as its owner does on public networks. */
export async function tokenWithPool(
  member: Member,
  kind: PoolKind,
  { tokenAdminRegistry, rmn, router }: Readonly<Record<"tokenAdminRegistry" | "rmn" | "router", string>>,
): Promise<{ readonly token: Contract; readonly pool: Contract }> {
  const token = await putCcip(member, "MyToken");
  const own = await pool(member, kind, token.target, 18, [], rmn, router);
  await registerPool(member, tokenAdminRegistry, token, own);
  return { token, pool: own };
}

/** Registers a pool, as a token's owner does; the pool may mint and burn. */
export async function registerPool(member: Member, tokenAdminRegistry: string, token: Contract, own: Contract): Promise<void> {
  const [signer] = await member.ethers.getSigners();
  const registry = new Contract(tokenAdminRegistry, REGISTRY, signer as unknown as Signer);
  await send(registry, "registerAdminViaGetCCIPAdmin", token.target);
  await send(registry, "acceptAdminRole", token.target);
  await send(registry, "setPool", token.target, own.target);
  await send(token, "grantMintAndBurnRoles", own.target);
}

type PoolKind =
  | "burn_mint_token_pool"
  | "lock_release_token_pool"
  | "burn_from_mint_token_pool"
  | "burn_with_from_mint_token_pool";

/** A pool as the package has it, compiled by its authors. */
export function pool(member: Member, name: PoolKind, ...args: unknown[]) {
  return putPublished(member, "v1_6_1", name, ...args);
}

/** Contract of the package, from any of its versions. */
export function published(version: string, name: string): { readonly abi: object[]; readonly bytecode: string } {
  const read = (kind: string, ending: string): string =>
    readFileSync(join(CCIP_DAPP, "node_modules/@chainlink/contracts-ccip", kind, version, `${name}.${ending}`), "utf8").trim();
  return { abi: JSON.parse(read("abi", "json")) as object[], bytecode: read("bytecode", "bin") };
}

/** Puts what the package has compiled on a member. */
export function putPublished(member: Member, version: string, name: string, ...args: unknown[]): Promise<Contract> {
  return create(member, published(version, name), args);
}

export const wordOf = (account: unknown): string => AbiCoder.defaultAbiCoder().encode(["address"], [account]);

/** Arguments of `Client.sol`: gas alone, or gas and whether order does not matter. */
export function extraArgs(gas: bigint, isUnordered?: boolean): string {
  const words = AbiCoder.defaultAbiCoder().encode(
    isUnordered === undefined ? ["uint256"] : ["uint256", "bool"],
    isUnordered === undefined ? [gas] : [gas, isUnordered],
  );
  return (isUnordered === undefined ? TAGS.v1 : TAGS.v2) + words.slice(2);
}

/** Request of `ccipSend`. */
export function request(
  receiver: unknown,
  text: string,
  given: { tokens?: readonly object[]; feeToken?: string; args?: string } = {},
) {
  return {
    ...{ receiver: wordOf(receiver), data: hexlify(toUtf8Bytes(text)), tokenAmounts: given.tokens ?? [] },
    ...{ feeToken: given.feeToken ?? NO_ONE, extraArgs: given.args ?? "0x" },
  };
}

/** Names the other side's pool and token to a pool. */
export async function knowPool(
  here: Contract,
  selector: bigint,
  { pool: there, token }: { readonly pool: Contract; readonly token: Contract },
  { out = NO_LIMIT, back = NO_LIMIT }: { readonly out?: RateLimit; readonly back?: RateLimit } = {},
): Promise<void> {
  const update = [selector, [wordOf(there.target)], wordOf(token.target), out, back];
  await send(here, "applyChainUpdates", [], [update]);
}
