import { keccak256 } from "ethers";
import { PublishedCodeError } from "../../../ground/runtime/installed-package.ts";
import { CREATEX } from "../../../chain/predeploys/singleton-addresses.ts";
import { singletonAccounts } from "../../../chain/predeploys/singletons.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { CreateXCreation } from "../project-contracts/create-x.ts";
import type { LocalL1 } from "./local-l1.ts";

/** Hash of CreateX's code on every network, as its author publishes it. */
const CODE_HASH = "0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f";
/** Puts those that are missing on a development L1. */
export async function putSingletons({ request }: Pick<LocalL1, "request">): Promise<void> {
  for (const { address, nonce, code } of singletonAccounts()) {
    if ((await request("eth_getCode", [address, "latest"])) !== "0x") continue;
    await request("hardhat_setCode", [address, code]);
    await request("hardhat_setNonce", [address, hexQuantity(nonce ?? 1n)]);
  }
}

/** Puts CreateX on a development L1 that has none, without a block. Rejects with PublishedCodeError for any other code. */
export async function putCreateX({ request }: Pick<LocalL1, "request">, { sender, initCode }: CreateXCreation): Promise<void> {
  if ((await request("eth_getCode", [CREATEX, "latest"])) !== "0x") return;
  const code = (await request("eth_call", [{ from: sender, data: initCode }, "latest"])) as Hex;
  if (keccak256(code) !== CODE_HASH) {
    const message = `the code of CreateX in the project's Ignition has the hash ${keccak256(code)}, not ${CODE_HASH}: install another version`;
    throw new PublishedCodeError("PackageUnfit", message);
  }
  await request("hardhat_setCode", [CREATEX, code]);
  await request("hardhat_setNonce", [CREATEX, hexQuantity(1n)]);
}
