import { getAddress, hashMessage, Interface, type BaseWallet } from "ethers";
import type { Chain } from "../../chain.ts";
import { fromHex, hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { requireKey } from "../accounts/account-methods.ts";
import { signHash } from "../accounts/signed-transaction.ts";
import type { UnlockedAccounts } from "../accounts/unlocked-accounts.ts";
import { address, record } from "../request/call-request.ts";
import { quantity } from "../request/quantities.ts";
import type { RpcClient, RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { requireEntryPoint } from "./operation-methods.ts";
import { parseUnfinishedOperation } from "./operation-request.ts";
import { pack, type UserOperation } from "./user-operation.ts";

/**
 * Functions of a VerifyingPaymaster of ERC-4337's samples, which accepts operations that its signer has
 * signed.
 */
const verifyingPaymaster = new Interface([
  "function verifyingSigner() view returns (address)",
  `function getHash(tuple(address sender, uint256 nonce, bytes initCode, bytes callData, bytes32 accountGasLimits,
    uint256 preVerificationGas, bytes32 gasFees, bytes paymasterAndData, bytes signature) userOp,
    uint48 validUntil, uint48 validAfter) view returns (bytes32)`,
]);
/** Placeholder signature of the right length, of no key: limits are estimated before the sponsor signs. */
const STAND_IN: Hex = `0x${"fffffffffffffffffffffffffffffff0".padEnd(64, "0")}${"7aaaaaaa".padEnd(64, "a")}1c`;
const VALID_SECONDS = 600n;

interface SponsorMethodsOptions {
  readonly accounts: UnlockedAccounts;
  /** Answers `eth_call` and `eth_getBlockByNumber`. */
  readonly others: RpcMethods;
}

/** Request to a sponsor: the operation, and the paymaster that pays. */
interface Asked {
  readonly operation: UserOperation;
  readonly paymaster: Hex;
  /** The key whose signature the paymaster takes. */
  readonly wallet: BaseWallet;
  /** Seconds by the chain's clock. */
  readonly validUntil: bigint;
}

/**
 * ERC-7677: sponsoring for a paymaster that takes the signature of an unlocked account. It signs for any operation, as `eth_sign`
 * of such an account signs anything.
 */
export function sponsorMethods(chain: Chain, { accounts, others }: SponsorMethodsOptions): ReadonlyMap<string, RpcMethod> {
  async function ask(method: string, params: readonly unknown[], client: RpcClient | undefined): Promise<unknown> {
    const answer = others.get(method);
    if (answer === undefined) throw new Error(`the chain does not answer ${method}`);
    return answer([...params], client);
  }
  async function read(paymaster: Hex, name: string, args: readonly unknown[], client: RpcClient | undefined): Promise<string> {
    const data = verifyingPaymaster.encodeFunctionData(name, args);
    try {
      const answer = (await ask("eth_call", [{ to: paymaster, data }, "latest"], client)) as Hex;
      return String(verifyingPaymaster.decodeFunctionResult(name, answer)[0]);
    } catch (cause) {
      const message = `there is no VerifyingPaymaster at ${paymaster}: it does not answer ${name}; deploy one whose signer is among eth_accounts (docs/recipes/sponsored-call.md)`;
      throw new RpcError(RpcCode.invalidParams, message, { code: "UnknownPaymaster" }, { cause });
    }
  }

  async function parse([value, entryPoint, chainId, context]: readonly unknown[], client: RpcClient | undefined): Promise<Asked> {
    const operation = parseUnfinishedOperation(value);
    await requireEntryPoint(chain, entryPoint);
    if (quantity(chainId) !== BigInt(chain.chainId)) {
      const message = `the operation is for chain ${quantity(chainId)}, and this is chain ${chain.chainId}: ask that one`;
      throw new RpcError(RpcCode.invalidParams, message);
    }
    const named = context === undefined || context === null ? undefined : record(context, "the context")["paymaster"];
    if (named === undefined) {
      const message = "the context names no paymaster: give { paymaster: <its address> }";
      throw new RpcError(RpcCode.invalidParams, message, { code: "UnknownPaymaster" });
    }
    const paymaster = address(named);
    const wallet = requireKey(accounts, address(await read(paymaster, "verifyingSigner", [], client)));
    const { timestamp } = (await ask("eth_getBlockByNumber", ["latest", false], client)) as { readonly timestamp: Hex };
    return { operation, paymaster, wallet, validUntil: BigInt(timestamp) + VALID_SECONDS };
  }

  return new Map<string, RpcMethod>([
    [
      "pm_getPaymasterStubData",
      async (params, client) => {
        const { paymaster, validUntil } = await parse(params, client);
        // It asks for no call after the operation.
        return { ...sponsored(paymaster, validUntil, STAND_IN), paymasterPostOpGasLimit: hexQuantity(0n), isFinal: false };
      },
    ],
    [
      "pm_getPaymasterData",
      async (params, client) => {
        const { operation, paymaster, wallet, validUntil } = await parse(params, client);
        const packed = pack({ ...operation, paymaster, paymasterData: "0x", signature: "0x" });
        const hash = (await read(paymaster, "getHash", [packed, validUntil, 0n], client)) as Hex;
        return sponsored(paymaster, validUntil, signHash(hashMessage(fromHex(hash)), wallet));
      },
    ],
  ]);
}

/**
 * Sponsorship in the encoding of EntryPoints 0.7 and 0.8: the last valid second, 0 for any first one, and the
 * signature.
 */
function sponsored(paymaster: Hex, validUntil: bigint, signature: Hex) {
  const times = `${validUntil.toString(16).padStart(64, "0")}${"0".repeat(64)}`;
  return { paymaster: getAddress(paymaster), paymasterData: `0x${times}${signature.slice(2)}` };
}
