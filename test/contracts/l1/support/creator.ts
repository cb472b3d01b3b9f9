import { AbiCoder, concat, getCreate2Address, getCreateAddress, keccak256, ZeroHash } from "ethers";
import hre from "hardhat";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import type { LocalL1 } from "../../../support/l1.ts";

/** The public's deployer and its code, as in github.com/Arachnid/deterministic-deployment-proxy. */
export const DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const DEPLOYER_CODE =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
/** In the order of their places (SettlementPlaces.sol). */
export const PLACED = [
  "VerifierRegistry",
  "TransactionRootRegistry",
  "BytecodeRegistry",
  "StateExit",
  "SharedBridge",
  "ChainSettings",
  "HyperchainFacets",
  "ChainContract",
  "ChainFactory",
] as const;
export const FACTORY_PLACE = 8;

export interface Terms {
  readonly governance: string;
  readonly council: string;
  readonly number: bigint;
  readonly retirementNotice: bigint;
  readonly freezeTime: bigint;
  readonly freezeCycle: bigint;
  readonly reactionTime: bigint;
  readonly revealDelay: bigint;
  readonly recoveryTime: bigint;
}

/** Hash of the hashes of the codes, which the addresses contain; read and computed once, since every test's L1 needs it. */
export function hashOfCodes(): Promise<string> {
  return (hashed ??= codesOf().then((codes) => keccak256(concat(codes.map((code) => keccak256(code))))));
}
let hashed: Promise<string> | undefined;

/** A settlement's addresses, computed by hand from codes and terms. */
export interface ExpectedSettlement {
  readonly creator: string;
  readonly initCode: string;
  readonly hashes: readonly string[];
  readonly codes: readonly string[];
  addressOf(name: (typeof PLACED)[number]): Hex;
}

export async function codesOf(): Promise<readonly string[]> {
  return Promise.all(PLACED.map(async (name) => (await hre.artifacts.readArtifact(name)).bytecode));
}

export async function expectedSettlement(terms: Terms): Promise<ExpectedSettlement> {
  const codes = await codesOf();
  const hashes = codes.map((code) => keccak256(code));
  const { bytecode } = await hre.artifacts.readArtifact("SettlementCreator");
  const { governance, council, number, retirementNotice, freezeTime, freezeCycle } = terms;
  const times = [retirementNotice, freezeTime, freezeCycle, terms.reactionTime, terms.revealDelay, terms.recoveryTime];
  const words = [governance, council, number, ...times, keccak256(concat(hashes))];
  const types = ["address", "address", ...Array<string>(7).fill("uint256"), "bytes32"];
  const initCode = concat([bytecode, AbiCoder.defaultAbiCoder().encode(types, words)]);
  const creator = getCreate2Address(DEPLOYER, ZeroHash, keccak256(initCode));
  return {
    ...{ creator, initCode, hashes, codes },
    addressOf: (name) => getCreateAddress({ from: creator, nonce: PLACED.indexOf(name) + 1 }).toLowerCase() as Hex,
  };
}

export async function putDeployer({ ethers }: LocalL1): Promise<void> {
  await ethers.provider.send("hardhat_setCode", [DEPLOYER, DEPLOYER_CODE]);
}
