import { singletonAccounts } from "../../chain/predeploys/singletons.ts";
import { hexQuantity } from "../../protocol/hex.ts";
import type { LocalL1 } from "./local-l1.ts";

/** Puts those that are missing on a development L1. */
export async function putSingletons({ chainId, request }: Pick<LocalL1, "chainId" | "request">): Promise<void> {
  for (const { address, nonce, code } of singletonAccounts(chainId)) {
    if ((await request("eth_getCode", [address, "latest"])) !== "0x") continue;
    await request("hardhat_setCode", [address, code]);
    await request("hardhat_setNonce", [address, hexQuantity(nonce ?? 1n)]);
  }
}
