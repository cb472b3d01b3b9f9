import { hashMessage, type BaseWallet } from "ethers";
import type { Chain } from "../../chain.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import { requirePredeploy } from "../../sequencer/missing-predeploys.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import { fromHex, isHexBytes, type Hex } from "../../../ground/protocol/hex.ts";
import { address, parseCall, record } from "../request/call-request.ts";
import { quantity } from "../request/quantities.ts";
import type { RpcClient, RpcMethod, RpcMethods } from "../request/dispatch.ts";
import type { Impersonation } from "../development/impersonation.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { oneAtATime } from "../request/concurrency-limit.ts";
import { fairLine } from "../calls/fair-line.ts";
import { signHash, signTransaction } from "./signed-transaction.ts";
import { typedDataHash } from "./typed-data.ts";
import type { UnlockedAccounts } from "./unlocked-accounts.ts";

/** More than a batch of requests holds. */
const MAX_WAITING = 512;
const MAX_OF_ONE = 256;

interface AccountMethodsOptions {
  readonly accounts: UnlockedAccounts;
  readonly impersonated: Impersonation;
  /** Gas price of a transaction that names no fee. */
  readonly gasPrice: Pick<GasPrice, "toldWei">;
  /** Answers `eth_estimateGas`. */
  readonly others: RpcMethods;
}

/** Methods of a node with keys: it signs for its unlocked accounts, and sends for impersonated ones. */
export function accountMethods(
  chain: Chain,
  { accounts, impersonated, gasPrice, others }: AccountMethodsOptions,
): ReadonlyMap<string, RpcMethod> {
  const inLine = fairLine({
    width: 1,
    places: MAX_WAITING,
    placesPerClient: MAX_OF_ONE,
    what: "transactions of unlocked accounts wait",
  });
  // A nonce is taken when the transaction is in the pool: two at once would get the same. This process's line is another than
  // that of clients outside.
  const alone = oneAtATime(Infinity, "");

  async function signed(transaction: unknown, client: RpcClient | undefined): Promise<Hex> {
    const { from, gas } = parseCall(transaction);
    const wallet = requireKey(accounts, from);
    const nonce = chain.mempool.nextNonce(from) ?? (await chain.engine.state("now").account(from)).nonce;
    const limit = gas ?? (await gasFor(transaction, client));
    // What an operator pays comes back to it.
    const leastPaidWei = from === chain.sequencer.nextEnvironment.coinbase ? 0n : chain.mempool.leastPaidWei;
    const defaults = { chainId: BigInt(chain.chainId), nonce, gas: limit, gasPriceWei: gasPrice.toldWei, leastPaidWei };
    return signTransaction(transaction, wallet, defaults);
  }

  /**
   * Gas limit of a transaction. Pending transactions may change the gas that it needs: the limit then is the
   * maximum of a transaction.
   */
  async function gasFor(transaction: unknown, client: RpcClient | undefined): Promise<bigint> {
    const estimate = others.get("eth_estimateGas");
    if (estimate === undefined || chain.mempool.size > 0) return TRANSACTION_GAS_CAP;
    return quantity(await estimate([transaction, "pending"], client));
  }

  return new Map<string, RpcMethod>([
    ["eth_accounts", async () => accounts.addresses()],
    [
      "eth_sendTransaction",
      async ([request], client) => {
        const transaction = withSender(request, accounts);
        const { from } = parseCall(transaction);
        if (impersonated.has(from) || (impersonated.all && accounts.wallet(from) === undefined))
          return impersonate(chain, transaction);
        return inLine(client, () => alone(async () => chain.submit(await signed(transaction, client))));
      },
    ],
    ["eth_signTransaction", async ([request], client) => signed(withSender(request, accounts), client)],
    ["eth_sign", async ([account, message]) => signMessage(accounts, account, message)],
    ["personal_sign", async ([message, account]) => signMessage(accounts, account, message)],
    ["eth_signTypedData_v4", async ([account, data]) => signHash(typedDataHash(data), requireKey(accounts, address(account)))],
  ]);
}

/** The transaction; without a sender the first unlocked account sends it, as on Hardhat's node. Throws RpcError. */
function withSender(request: unknown, accounts: UnlockedAccounts): Readonly<Record<string, unknown>> {
  const transaction = record(request, "the transaction");
  const has = (field: string): boolean => ![undefined, null, "0x"].includes(transaction[field] as string | null | undefined);
  if (!has("to") && !has("data") && !has("input"))
    throw new RpcError(RpcCode.invalidParams, "the transaction creates a contract without any code: add `to` or `data`");
  return { ...transaction, from: transaction["from"] ?? accounts.addresses()[0] };
}

async function impersonate({ engine, sequencer }: Chain, transaction: unknown): Promise<Hex> {
  const { from, to, valueWei, data, gas = TRANSACTION_GAS_CAP } = parseCall(transaction);
  const named = record(transaction, "the transaction")["nonce"];
  const { nonce: next } = await engine.state("now").account(from);
  const nonce = (named ?? undefined) === undefined ? next : quantity(named);
  if (nonce !== next) {
    const words = `nonce too ${nonce < next ? "low" : "high"}`; // prose-ok: geth's words
    throw new RpcError(RpcCode.rejected, `${words}: ${nonce} of the impersonated account ${from}, the next one is ${next}`);
  }
  await requirePredeploy(to, engine.state("now"));
  const gasLimit = gas < TRANSACTION_GAS_CAP ? gas : TRANSACTION_GAS_CAP;
  return sequencer.answered(sequencer.impersonate({ from, to, valueWei, data, gasLimit }));
}

function signMessage(accounts: UnlockedAccounts, account: unknown, message: unknown): Hex {
  if (!isHexBytes(message)) {
    throw new RpcError(RpcCode.invalidParams, "the message is not in hexadecimal digits: encode its text as UTF-8 bytes");
  }
  return signHash(hashMessage(fromHex(message)), requireKey(accounts, address(account)));
}

/** The key of an unlocked account. Throws RpcError. */
export function requireKey(accounts: UnlockedAccounts, account: Hex): BaseWallet {
  const wallet = accounts.wallet(account);
  if (wallet !== undefined) return wallet;
  const unlocked =
    accounts.addresses().length === 0 ? "it has no unlocked accounts (option accounts.unlocked)" : "it is not among eth_accounts";
  throw new RpcError(
    RpcCode.invalidParams,
    `the chain has no key of ${account}, ${unlocked}: sign in the client, or call hardhat_impersonateAccount first`,
    { code: "UnknownAccount" },
  );
}
