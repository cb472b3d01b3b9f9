import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { concat, getCreate2Address, keccak256 } from "ethers";
import { installedPackage, PublishedCodeError } from "../../../ground/runtime/installed-package.ts";
import { KNOWN_ENTRY_POINTS } from "../../../chain/model/entry-points.ts";
import { SINGLETONS } from "../../../chain/predeploys/singleton-addresses.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

const PACKAGE = "@account-abstraction/contracts";
const ARTIFACT = "artifacts/EntryPoint.json";
/** Salts of the public deployments, 0.8.0 first. */
const SALTS = [
  "0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9",
  "0x90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3",
] as const;
const ADVICE = `npm install --save-dev ${PACKAGE}@0.8.0, or 0.7.0`;

/** ERC-4337's EntryPoint out of the project's package, which is under the GPL. */
export interface EntryPointCreation {
  readonly address: Hex;
  /** Input of the CREATE2 deployer. */
  readonly data: Hex;
}

/** The creation at the public address. Throws PublishedCodeError if the project has no EntryPoint that bundlers serve. */
export function entryPointOf(folder: string): EntryPointCreation {
  const installed = installedPackage(folder, PACKAGE);
  if (installed === undefined) {
    const message = `accountAbstraction: the package ${PACKAGE} with the EntryPoint is not installed in ${folder}: ${ADVICE}`;
    throw new PublishedCodeError("PackageMissing", message);
  }
  const file = join(installed.place, ARTIFACT);
  const { bytecode } = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { bytecode?: Hex }) : {};
  if (bytecode !== undefined) {
    for (const salt of SALTS) {
      const address = getCreate2Address(SINGLETONS.create2Deployer, salt, keccak256(bytecode)).toLowerCase() as Hex;
      if (KNOWN_ENTRY_POINTS.includes(address)) return { address, data: concat([salt, bytecode]) as Hex };
    }
  }
  const message = `accountAbstraction: version ${installed.version} of ${PACKAGE} has no EntryPoint of version 0.8.0 or 0.7.0, which the bundlers of the chains serve: ${ADVICE}`;
  throw new PublishedCodeError("PackageUnfit", message);
}
