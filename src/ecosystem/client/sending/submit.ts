import {
  isError,
  JsonRpcApiProvider,
  keccak256,
  type Provider,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
} from "ethers";
import { errorLayers } from "../../../ground/errors/error-layers.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { withShortData } from "../../../ground/errors/short-data.ts";
import { decodedValues } from "../../../ground/protocol/decoded-values.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { inclusionOf } from "../../relayer/inclusion.ts";
import { MAX_TRANSACTION_GAS } from "../../relayer/own-account.ts";
import { revertDataOf } from "../../../chain/settlement-layer/errors/contract-error.ts";
import { printable } from "../../../ground/runtime/printable.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { knownErrorOf } from "./contract-interfaces.ts";
import { BATCH_GAS_MARGIN } from "./gas-margin.ts";
import { isOutOfFunds, lacksCoin, type PayingMember } from "./insufficient-funds.ts";
import { refusalAdvice } from "./refusal-advice.ts";
import { inWords } from "./revert-reason.ts";

/** A signer, its provider, and the member that both are connected to. */
export interface Sender {
  readonly signer: Signer;
  readonly provider: Provider;
  /** 20 bytes in lower case. */
  readonly address: Hex;
  readonly member: PayingMember & { readonly chainId: number };
}

/** The client's signer on a member, by chain id. */
export type SignerOf = (chainId: number) => Promise<Signer> | Signer;

/** Throws ClientError NoProvider, or WrongChain where the signer is connected to something else than `member`. */
export async function senderOn(signer: Signer, member: Sender["member"]): Promise<Sender> {
  const { provider } = signer;
  const wanted = `${member.name} (${member.chainId})`;
  if (provider === null) throw new ClientError("NoProvider", `the signer is connected to nothing; connect it to ${wanted}`);
  const { chainId } = await provider.getNetwork();
  if (chainId !== BigInt(member.chainId)) {
    throw new ClientError(
      "WrongChain",
      `the signer is connected to chain ${chainId}; this is sent from ${wanted}: use a signer of that chain`,
      {
        expected: member.chainId,
        got: Number(chainId),
      },
    );
  }
  return { signer, provider, address: (await signer.getAddress()).toLowerCase() as Hex, member };
}

/** A positive amount as bigint. Throws ClientError ZeroAmount. */
export function positive(amount: bigint, subject: string): bigint {
  if (amount > 0n) return amount;
  throw new ClientError("ZeroAmount", `the amount of a ${subject} is ${amount}; it must be above 0`, { amount });
}

/**
 * Sends a transaction and waits for it. Throws ClientError InsufficientFunds where the account cannot pay value and gas,
 * Refused where a contract or the chain does, Failed where it was included and reverted, Unconfirmed where it was sent and its
 * member does not tell what became of it. After any other error it may have been sent as well. `gasMargin` is what it may take
 * beyond its estimate on a chain, where that is more than others' messages explain.
 */
export async function submit(
  { signer, provider, address, member }: Sender,
  transaction: TransactionRequest & { readonly value?: bigint },
  gasMargin = BATCH_GAS_MARGIN,
): Promise<TransactionReceipt> {
  const value = transaction.value ?? 0n;
  const balance = await provider.getBalance(address);
  if (balance < value) throw lacksCoin(member, address, balance, value);
  const estimated = async (): Promise<bigint> => {
    const gas = (await provider.estimateGas({ ...transaction, from: address })) + gasMargin;
    return gas < MAX_TRANSACTION_GAS ? gas : MAX_TRANSACTION_GAS;
  };
  try {
    // Given gas spares the estimate, whose search a node may find too long; one call names a refusal.
    if (transaction.gasLimit !== undefined) await provider.call({ ...transaction, from: address, blockTag: "pending" });
    const gas = member.baseToken === undefined ? {} : { gasLimit: transaction.gasLimit ?? (await estimated()) };
    const hash = await sendNext({ signer, provider, address }, { ...transaction, ...gas });
    const receipt = await inclusionOf(hash, provider).catch((error: unknown) => {
      throw unconfirmed(hash, member, error);
    });
    if (receipt.status === 1) return receipt;
    throw new ClientError("Failed", `transaction ${hash} on ${member.name} was included but failed`, { transactionHash: hash });
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw (await explain(error, { member, address, provider, value })) ?? withShortData(error);
  }
}

/** Nonces that are tried: each was taken between the question for it and the transaction. */
const MOST_NONCES = 3;

/**
 * Sends with the account's next nonce. An operation that the account has queued on L1 takes one when it arrives, perhaps just
 * then: what is refused for that goes again with the next, unless its member knows it, so that nothing is sent twice.
 */
async function sendNext({ signer, provider, address }: Omit<Sender, "member">, transaction: TransactionRequest): Promise<Hex> {
  for (let tried = 1; ; tried++) {
    const own = await nonceOf(signer, provider, address);
    try {
      return (await signer.sendTransaction({ ...own, ...transaction })).hash as Hex;
    } catch (error) {
      const isTaken = own.nonce !== undefined && (transaction.nonce ?? null) === null && isError(error, "NONCE_EXPIRED");
      if (!isTaken || tried === MOST_NONCES) throw error;
      const refused: unknown = error.transaction;
      if (typeof refused !== "string" || (await provider.getTransaction(keccak256(refused))) !== null) throw error;
    }
  }
}

/** An error of a member after it has accepted a transaction is never a refusal. */
function unconfirmed(transactionHash: string, { name }: PayingMember, cause: unknown): ClientError {
  const message =
    `transaction ${transactionHash} was sent to ${name}, which does not tell whether it was included: ${reasonOf(cause)}; ` +
    "look for it there before you send it again";
  return new ClientError("Unconfirmed", message, { transactionHash }, { cause });
}

/**
 * The next nonce of a wallet that signs here. Its provider answers nonces from a cache, by default for 250 ms, in which an
 * approval is included and what follows it sent. Other signers leave the nonce to their node or wallet.
 */
async function nonceOf(signer: Signer, provider: Provider, address: Hex): Promise<{ readonly nonce?: number }> {
  if (!("signingKey" in signer) || !(provider instanceof JsonRpcApiProvider)) return {};
  return { nonce: Number(await provider.send("eth_getTransactionCount", [address, "pending"])) };
}

/** A contract's error; for one that this package does not know, the name is "error" and its selector. */
interface Refusal {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly data: Hex;
}

/** Decoded error of a contract; undefined if no contract refused. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  const data = revertDataOf(thrown);
  if (data === undefined) return undefined;
  if (data === "0x") return { name: "revert without a reason", args: [], data };
  const error = knownErrorOf(data);
  return error === undefined
    ? { name: `error ${data.slice(0, 10)}`, args: [], data }
    : { name: error.name, args: decodedValues(error.args), data };
}

/** A refusal as messages say it. */
export function refusalInWords({ name, args, data }: Refusal): string {
  if (data === "0x") return "a revert without a reason";
  return name.startsWith("error ") ? name : inWords({ name, args });
}

async function explain(
  error: unknown,
  { member, address, provider, value }: Omit<Sender, "signer"> & { readonly value: bigint },
): Promise<ClientError | undefined> {
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    const message = `${member.name} refuses it with ${refusalInWords(refusal)}${refusalAdvice(refusal, member.name)}`;
    return new ClientError("Refused", message, { error: refusal.name, args: refusal.args }, { cause: error });
  }
  const text = error instanceof Error ? error.message : String(error);
  if (isOutOfFunds(text)) return lacksCoin(member, address, await provider.getBalance(address), value, error);
  const answer = memberAnswer(error);
  if (answer === undefined) return undefined;
  return new ClientError(
    "Refused",
    `${member.name} refuses it: ${printable(answer.message)}`,
    { error: answer.code },
    { cause: error },
  );
}

/** A member's own word for why it refused something, such as SenderNotAllowed. */
interface MemberAnswer {
  readonly code: string;
  readonly message: string;
}

/** Answer of a member with a reason, in any client's wrapper; undefined if there is none. */
export function memberAnswer(thrown: unknown): MemberAnswer | undefined {
  for (const { data, details, message } of errorLayers(thrown)) {
    const code = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
    // viem keeps the node's words apart from its own.
    const words = details ?? message;
    if (typeof code === "string" && typeof words === "string") return { code, message: words };
  }
  return undefined;
}
