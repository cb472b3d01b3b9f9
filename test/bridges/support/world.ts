import chaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import networkHelpers from "@nomicfoundation/hardhat-network-helpers";
import {
  ContractFactory,
  solidityPacked,
  zeroPadValue,
  type Contract,
  type ContractTransactionReceipt,
  type Signer,
} from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import hyperchain from "../../../src/index.ts";
import type { Hyperchains, HyperchainsUserConfig, Member } from "../../../src/types.ts";
import { compileDapp, DAPP, installDapp } from "./dapp.ts";

let compiled: ReturnType<typeof compileDapp> | undefined;

/** An ecosystem with a bridge, in its dapp's own project; nothing is proven, unless the config says so. */
export async function openBridged(config: HyperchainsUserConfig = {}, project = DAPP) {
  installDapp(project);
  const hre = await createHardhatRuntimeEnvironment(
    {
      plugins: [hyperchain, hardhatEthers, networkHelpers, chaiMatchers],
      hyperchains: { proofs: "none", bridges: { layerzero: {} }, ...config },
    },
    {},
    project,
  );
  return hre.network.create("hyperchains");
}

/** Puts a contract of the dapp on a member, from its first account. */
export async function put(member: Member, name: string, ...args: unknown[]): Promise<Contract> {
  compiled ??= compileDapp();
  const { abi, bytecode } = compiled(name);
  const [signer] = await member.ethers.getSigners();
  const contract = await new ContractFactory(abi as [], bytecode, signer as unknown as Signer).deploy(...args);
  await contract.waitForDeployment();
  return contract as Contract;
}

/** Sends a transaction of a contract, and waits for it. */
export async function send(contract: Contract, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt> {
  return (await (await contract.getFunction(name).send(...args)).wait()) as ContractTransactionReceipt;
}

/** A contract on one member, and its counterpart on the other, which know each other. */
export interface Pair {
  readonly a: Contract;
  readonly b: Contract;
  readonly aId: number;
  readonly bId: number;
}

export const word = (contract: Contract | string): string =>
  zeroPadValue(typeof contract === "string" ? contract : String(contract.target), 32);

/** Registers each contract as the peer of the other one. */
export async function pair(hyperchains: Hyperchains, names: readonly [string, string], both: readonly [Contract, Contract]) {
  const { layerzero } = hyperchains.bridges;
  const [aId, bId] = [layerzero.idOf(names[0]), layerzero.idOf(names[1])];
  await send(both[0], "setPeer", bId, word(both[1]));
  await send(both[1], "setPeer", aId, word(both[0]));
  return { a: both[0], b: both[1], aId, bId };
}

/** Options of type 3, as LayerZero's own library encodes them. */
export const options = {
  receive: (gas: number, value?: bigint): string =>
    value === undefined
      ? solidityPacked(["uint8", "uint16", "uint8", "uint128"], [1, 17, 1, gas])
      : solidityPacked(["uint8", "uint16", "uint8", "uint128", "uint128"], [1, 33, 1, gas, value]),
  drop: (amount: bigint, receiver: string): string =>
    solidityPacked(["uint8", "uint16", "uint8", "uint128", "bytes32"], [1, 49, 2, amount, zeroPadValue(receiver, 32)]),
  compose: (index: number, gas: number, value: bigint): string =>
    solidityPacked(["uint8", "uint16", "uint8", "uint16", "uint128", "uint128"], [1, 35, 3, index, gas, value]),
  ordered: (): string => solidityPacked(["uint8", "uint16", "uint8"], [1, 1, 4]),
  all: (...each: readonly string[]): string => `0x0003${each.map((one) => one.slice(2)).join("")}`,
};

/** Sends tokens of an OFT or its adapter, with the fee that it quotes. */
export async function sendTokens(
  oft: Contract,
  to: { readonly id: number; readonly account: string },
  amount: bigint,
  given: { readonly options: string; readonly compose?: string },
): Promise<ContractTransactionReceipt> {
  const param = [to.id, word(to.account), amount, 0n, given.options, given.compose ?? "0x", "0x"];
  const [fee] = (await oft.getFunction("quoteSend").staticCall(param, false)) as [bigint];
  const from = await (oft.runner as Signer).getAddress();
  return send(oft, "send", param, [fee, 0n], from, { value: fee });
}

/** Sends a word of MyOApp, with the fee that it quotes. */
export async function sendWord(
  oapp: Contract,
  to: number,
  text: string,
  given: { options: string; kind?: number; back?: string },
) {
  const { kind = 1, back = "0x" } = given;
  const [fee] = (await oapp.getFunction("quote").staticCall(to, kind, text, given.options, back)) as [bigint];
  return send(oapp, "send", to, kind, text, given.options, back, { value: fee });
}
