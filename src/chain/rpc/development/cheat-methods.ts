import type { Chain } from "../../chain.ts";
import type { StateCheat } from "../../../ground/protocol/state-cheat.ts";
import { fromHex, isHexBytes, toHex } from "../../../ground/protocol/hex.ts";
import type { Impersonation } from "./impersonation.ts";
import { address } from "../request/call-request.ts";
import { hexadecimalQuantity, stateWord } from "../request/quantities.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { booleanParameter } from "../request/parameters.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/**
 * The state cheats of development networks, under Hardhat's names. Each is sequenced, repeated by the witness and counted in
 * its batch; a chain that cannot have them refuses them and impersonation (CheatRefused). An impersonated account pays no
 * fee. Which accounts are `impersonated` is not part of snapshots.
 */
export function cheatMethods({ sequencer }: Chain, impersonated: Impersonation): ReadonlyMap<string, RpcMethod> {
  const change = (cheat: StateCheat): Promise<void> => sequencer.answered(sequencer.cheat(cheat));
  return new Map<string, RpcMethod>([
    [
      "hardhat_setBalance",
      async ([account, balance]) => {
        await change({ type: "balance", address: address(account), balanceWei: hexadecimalQuantity(balance) });
        return true;
      },
    ],
    [
      "hardhat_setNonce",
      async ([account, nonce]) => {
        await change({ type: "nonce", address: address(account), nonce: hexadecimalQuantity(nonce) });
        return true;
      },
    ],
    [
      "hardhat_setCode",
      async ([account, code]) => {
        if (!isHexBytes(code)) throw new RpcError(RpcCode.invalidParams, "the code is not in hexadecimal digits");
        await change({ type: "code", address: address(account), code: toHex(fromHex(code)) });
        return true;
      },
    ],
    [
      "hardhat_setStorageAt",
      async ([account, slot, value]) => {
        await change({ type: "storage", address: address(account), slot: stateWord(slot), value: stateWord(value) });
        return true;
      },
    ],
    [
      "hardhat_impersonateAccount",
      async ([account]) => {
        sequencer.requireCheats();
        impersonated.add(address(account));
        return true;
      },
    ],
    [
      "anvil_autoImpersonateAccount",
      async ([all]) => {
        const isWanted = booleanParameter(all);
        if (isWanted) sequencer.requireCheats();
        impersonated.all = isWanted;
        return null;
      },
    ],
    ["hardhat_stopImpersonatingAccount", async ([account]) => impersonated.remove(address(account))],
  ]);
}
