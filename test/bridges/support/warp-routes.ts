import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ContractFactory, Interface, type Contract, type Signer } from "ethers";
import type { Member } from "../../../src/types.ts";
import { send, word } from "./world.ts";

/** A dapp of Hyperlane: its npm package, and nothing else. */
export const HYPERLANE_DAPP = fileURLToPath(new URL("../../../fixtures/hyperlane-dapp/", import.meta.url));

const NO_ONE = `0x${"00".repeat(20)}`;
const ROUTER = [
  "function enrollRemoteRouter(uint32 domain, bytes32 router)",
  "function setDestinationGas(uint32 domain, uint256 gas)",
  "function setInterchainSecurityModule(address module)",
  "function setHook(address hook)",
  "function quoteGasPayment(uint32 domain) view returns (uint256)",
  "function transferRemote(uint32 destination, bytes32 recipient, uint256 amountOrId) payable returns (bytes32)",
  "event ReceivedTransferRemote(uint32 indexed origin, bytes32 indexed recipient, uint256 amount)",
];
const TOKEN = ["function balanceOf(address) view returns (uint256)", "function ownerOf(uint256) view returns (address)"];

/** Warp routes as Hyperlane's package has them: the constructor's and the initializer's arguments by their Solidity. */
const ROUTES = {
  HypERC20: ["constructor(uint8,uint256,uint256,address)", "function initialize(uint256,string,string,address,address,address)"],
  HypERC20Collateral: ["constructor(address,uint256,uint256,address)", "function initialize(address,address,address)"],
  HypNative: ["constructor(uint256,uint256,address)", "function initialize(address,address,address)"],
  HypERC721: ["constructor(address)", "function initialize(uint256,string,string,address,address,address)"],
  HypERC721Collateral: ["constructor(address,address)", "function initialize(address,address,address)"],
} as const;

/** Creation code of a contract of the package, from TypeChain's factory for it. */
function bytecodeOf(name: string, folder: string): string {
  const place = "node_modules/@hyperlane-xyz/core/dist/typechain/factories/contracts";
  const text = readFileSync(join(HYPERLANE_DAPP, place, folder, `${name}__factory.js`), "utf8");
  const [, bytecode] = /const _bytecode = "(0x[0-9a-f]+)"/.exec(text) ?? [];
  if (bytecode === undefined) throw new Error(`the package has no code of ${name}`);
  return bytecode;
}

async function create(member: Member, abi: readonly string[], bytecode: string, args: readonly unknown[]): Promise<Contract> {
  const [signer] = await member.ethers.getSigners();
  const factory = new ContractFactory(new Interface(abi), bytecode, signer as unknown as Signer);
  const contract = await factory.deploy(...args);
  await contract.waitForDeployment();
  return contract as Contract;
}

/**
 * Deploys a warp route on a member; `given` has the initializer's arguments other than hook, module and owner, `more`
 * further calls.
 */
export async function route(
  member: Member,
  name: keyof typeof ROUTES,
  args: readonly unknown[],
  given: readonly unknown[] = [],
  more: readonly string[] = [],
): Promise<Contract> {
  const contract = await create(member, [...ROUTES[name], ...ROUTER, ...TOKEN, ...more], bytecodeOf(name, "token"), args);
  const [owner] = await member.ethers.getSigners();
  await send(contract, "initialize", ...given, NO_ONE, NO_ONE, owner!.address);
  return contract;
}

/** A contract of the package's own tests. */
export function testContract(member: Member, name: string, folder: string, abi: readonly string[], ...args: unknown[]) {
  return create(member, abi, bytecodeOf(name, folder), args);
}

/** Two routes that know each other, with the gas that their `handle` takes. */
export async function connect(a: Contract, b: Contract, [aId, bId]: readonly [number, number], gas = 80_000n): Promise<void> {
  for (const [here, there, domain] of [
    [a, b, bId],
    [b, a, aId],
  ] as const) {
    await send(here, "enrollRemoteRouter", domain, word(there));
    await send(here, "setDestinationGas", domain, gas);
  }
}

/** Transfers, with the fee that the route quotes; `coins` go with it, as those that a native route moves. */
export async function transfer(from: Contract, domain: number, to: string, amountOrId: bigint, coins = 0n) {
  const fee = (await from.getFunction("quoteGasPayment").staticCall(domain)) as bigint;
  return send(from, "transferRemote", domain, word(to), amountOrId, { value: fee + coins });
}
