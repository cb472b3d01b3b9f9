import { readFileSync } from "node:fs";
import {
  concat,
  ContractFactory,
  getCreate2Address,
  keccak256,
  type BytesLike,
  type Interface,
  type InterfaceAbi,
  type Signer,
} from "ethers";
import { SINGLETONS } from "../../../../src/chain/predeploys/singleton-addresses.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { testContract } from "../../../chain/support/artifact.ts";

export type Version = "0.7" | "0.8";

/**
 * Packages under the GPL, which scripts/setup.mjs installs separately from the project's, and the salts of the public
 * deployments.
 */
const PACKAGES = {
  "0.7": { release: "0.7.0", salt: "0x90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3" },
  "0.8": { release: "0.8.0", salt: "0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9" },
} as const;

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: Hex;
}

/** A contract of ERC-4337's own packages. */
export function packageContract(version: Version, name: string): Artifact {
  const folder = `node_modules/.account-abstraction-${PACKAGES[version].release}/node_modules/@account-abstraction/contracts`;
  return JSON.parse(readFileSync(new URL(`../../../../${folder}/artifacts/${name}.json`, import.meta.url), "utf8")) as Artifact;
}

/** Deploys the EntryPoint at its public address, as docs/clients.md tells. */
export async function deployEntryPoint(version: Version, signer: Signer): Promise<Hex> {
  const { bytecode } = packageContract(version, "EntryPoint");
  const { salt } = PACKAGES[version];
  // Given, because an estimate runs all of it several times, and questions have a limit in time.
  const gasLimit = 7_000_000n;
  const response = await signer.sendTransaction({
    to: SINGLETONS.create2Deployer,
    data: concat([salt, bytecode]),
    gasLimit,
  });
  await response.wait();
  return getCreate2Address(SINGLETONS.create2Deployer, salt, keccak256(bytecode)) as Hex;
}

export async function deploy(
  { abi, bytecode }: { readonly abi: Interface | InterfaceAbi; readonly bytecode: BytesLike },
  signer: Signer,
  ...args: readonly unknown[]
): Promise<Hex> {
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  await contract.waitForDeployment();
  return (await contract.getAddress()) as Hex;
}

export async function deployTestContract(name: string, signer: Signer, ...args: readonly unknown[]): Promise<Hex> {
  const { abi, initCode } = await testContract(name);
  return deploy({ abi, bytecode: initCode }, signer, ...args);
}
