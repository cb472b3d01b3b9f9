import type { Chain } from "../chain.ts";
import { TRANSACTION_GAS_CAP } from "../execution/connection.ts";
import { fromHex, toHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { address, parseCall, quantity } from "./call-request.ts";
import type { RpcMethod } from "./dispatch.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/**
 * The state cheats of development networks, under Hardhat's names. Each is sequenced, repeated by the witness and counted in
 * its batch; a chain whose contract on L1 does not allow them refuses them (CheatRefused). An impersonated account pays no
 * fee. Who is impersonated is not part of snapshots.
 */
export function cheatMethods({ sequencer, engine }: Chain): ReadonlyMap<string, RpcMethod> {
  const impersonated = new Set<Hex>();
  return new Map<string, RpcMethod>([
    ["hardhat_setBalance", async ([account, balance]) => {
      await sequencer.cheat({ type: "balance", address: address(account), balanceWei: quantity(balance) });
      return true;
    }],
    ["hardhat_setNonce", async ([account, nonce]) => {
      await sequencer.cheat({ type: "nonce", address: address(account), nonce: quantity(nonce) });
      return true;
    }],
    ["hardhat_setCode", async ([account, code]) => {
      if (typeof code !== "string" || !/^0x([0-9a-f]{2})*$/i.test(code)) throw new RpcError(RpcCode.invalidParams, "the code is not in hexadecimal digits");
      await sequencer.cheat({ type: "code", address: address(account), code: toHex(fromHex(code)) });
      return true;
    }],
    ["hardhat_setStorageAt", async ([account, slot, value]) => {
      await sequencer.cheat({ type: "storage", address: address(account), slot: quantity(slot), value: quantity(value) });
      return true;
    }],
    ["hardhat_impersonateAccount", async ([account]) => {
      impersonated.add(address(account));
      return true;
    }],
    ["hardhat_stopImpersonatingAccount", async ([account]) => impersonated.delete(address(account))],
    ["eth_sendTransaction", async ([transaction]) => {
      const { from, to, valueWei, data, gas = TRANSACTION_GAS_CAP } = parseCall(transaction);
      if (!impersonated.has(from)) {
        throw new RpcError(RpcCode.invalidParams, `the chain has no key of ${from}: send a signed transaction, or call hardhat_impersonateAccount first`);
      }
      const named = (transaction as { readonly nonce?: unknown }).nonce;
      const next = BigInt((await engine.request("eth_getTransactionCount", [from, "latest"])) as Hex);
      if (named !== undefined && named !== null && quantity(named) !== next) {
        throw new RpcError(RpcCode.rejected, `the nonce of the impersonated account ${from} is ${next}`);
      }
      return sequencer.impersonate({ from, to, valueWei, data, gasLimit: gas < TRANSACTION_GAS_CAP ? gas : TRANSACTION_GAS_CAP });
    }],
  ]);
}
