import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCreateAddress, Transaction } from "ethers";
import { installedPackage, type InstalledPackage } from "../../../ground/runtime/installed-package.ts";
import { CREATEX } from "../../../chain/predeploys/singleton-addresses.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Packages of Ignition: a package manager may install the last one for the first one alone. */
const [IGNITION, CORE] = ["@nomicfoundation/hardhat-ignition", "@nomicfoundation/ignition-core"] as const;
/** File of the transaction in the package, which exports it to no other package. */
const PLACE = "dist/src/internal/execution/strategy/createx-artifact.js";

/** The transaction that creates CreateX, signed once for every chain by a key that has no other use. */
export interface CreateXCreation {
  readonly raw: Hex;
  readonly sender: Hex;
  readonly initCode: Hex;
  readonly gasPriceWei: bigint;
  /** Balance that the sender needs, in wei. */
  readonly costWei: bigint;
}

/** The creation out of the project's Ignition; undefined if the project in the folder has no Ignition with the transaction. */
export function createXOf(folder: string): CreateXCreation | undefined {
  const core = ignitionCore(folder);
  if (core === undefined || !existsSync(join(core.place, PLACE))) return undefined;
  const [, raw] = /\bpresignedTx\s*=\s*"(0x[0-9a-f]+)"/i.exec(readFileSync(join(core.place, PLACE), "utf8")) ?? [];
  if (raw === undefined) return undefined;
  const { from, nonce, data, gasLimit, gasPrice } = Transaction.from(raw);
  // An address follows from sender and nonce, so this key alone can create a contract at CreateX's address, on any chain.
  if (from === null || gasPrice === null || getCreateAddress({ from, nonce }).toLowerCase() !== CREATEX) return undefined;
  return {
    raw: raw as Hex,
    sender: from.toLowerCase() as Hex,
    initCode: data as Hex,
    gasPriceWei: gasPrice,
    costWei: gasLimit * gasPrice,
  };
}

function ignitionCore(folder: string): InstalledPackage | undefined {
  const direct = installedPackage(folder, CORE);
  if (direct !== undefined) return direct;
  const ignition = installedPackage(folder, IGNITION);
  return ignition && installedPackage(ignition.place, CORE);
}
