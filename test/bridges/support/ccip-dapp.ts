import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AbiCoder, ContractFactory, hexlify, toUtf8Bytes } from "ethers";
import type { Contract, Signer } from "ethers";
import type { Member } from "../../../src/types.ts";
import { compileDapp } from "./dapp.ts";
import { send } from "./world.ts";

/** A dapp of CCIP: its npm package, and three contracts on it. */
export const CCIP_DAPP = fileURLToPath(new URL("../../../fixtures/ccip-dapp/", import.meta.url));

const NO_ONE = `0x${"00".repeat(20)}`;
const NO_LIMIT = { isEnabled: false, capacity: 0n, rate: 0n };
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

/** A pool as the package has it, compiled by its authors. */
export function pool(member: Member, name: "burn_mint_token_pool" | "lock_release_token_pool", ...args: unknown[]) {
  const read = (kind: string, ending: string): string =>
    readFileSync(join(CCIP_DAPP, "node_modules/@chainlink/contracts-ccip", kind, "v1_6_1", `${name}.${ending}`), "utf8").trim();
  return create(member, { abi: JSON.parse(read("abi", "json")) as object[], bytecode: read("bytecode", "bin") }, args);
}

export const wordOf = (account: unknown): string => AbiCoder.defaultAbiCoder().encode(["address"], [account]);

/** Of `Client.sol`: gas alone, or gas and whether order does not matter. */
export function extraArgs(gas: bigint, isUnordered?: boolean): string {
  const words = AbiCoder.defaultAbiCoder().encode(
    isUnordered === undefined ? ["uint256"] : ["uint256", "bool"],
    isUnordered === undefined ? [gas] : [gas, isUnordered],
  );
  return (isUnordered === undefined ? TAGS.v1 : TAGS.v2) + words.slice(2);
}

/** What `ccipSend` takes. */
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
export async function knowPool(here: Contract, selector: bigint, there: Contract, token: Contract): Promise<void> {
  const update = [selector, [wordOf(there.target)], wordOf(token.target), NO_LIMIT, NO_LIMIT];
  await send(here, "applyChainUpdates", [], [update]);
}
