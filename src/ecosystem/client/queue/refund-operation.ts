import type { Log, Provider, Signer } from "ethers";
import { aliasOf } from "../../../ground/protocol/address-alias.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { bridge as bridgeInterface, hyperchainInterface, topicOf } from "../sending/contract-interfaces.ts";
import { readTokenDeposit } from "./deposits-in-flight.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { hasExited } from "../standing/ended-chain.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";

/** An operation in a chain's queue on what it settles on. */
export interface OperationInQueue {
  /** Index in the queue. */
  readonly index: bigint;
  /** Hash of the chain's transaction for this operation. */
  readonly canonicalTxHash: Hex;
  /** Transaction in the form that the chain's contract takes. */
  readonly transaction: object;
  /** The token deposit that it carries; undefined where it carries base token alone. */
  readonly deposit: { readonly depositor: Hex; readonly token: Hex; readonly amount: bigint } | undefined;
}

/** Refund of an operation. */
export interface RefundedOperation {
  readonly canonicalTxHash: Hex;
  /** Each payment, of what the operation brought; none where all was paid back before. */
  readonly payments: readonly Refund[];
  /** Why one of two assets could not be paid back: the other does not wait for it. */
  readonly refused?: ClientError;
}

/** A payment to the operation's payer, or to its depositor. */
export interface Refund {
  readonly recipient: Hex;
  /** On what the chain settles on; zero for ETH. */
  readonly token: Hex;
  readonly amount: bigint;
  readonly transactionHash: Hex;
}

/**
 * The operations for a chain that a hash names: that of the transaction which queued them, or of the one that was to carry one of
 * them out. Empty for any other hash.
 */
export async function findOperations(
  all: Ecosystem,
  name: ChainName,
  hash: Hex,
  layer: Provider,
): Promise<readonly OperationInQueue[]> {
  const chain = findChain(all, name);
  const { l1 } = ecosystemOf(all, chain);
  const receipt = await layer.getTransactionReceipt(hash);
  const isOfQueue = ({ address, topics }: Log): boolean =>
    address.toLowerCase() === chain.hyperchain && topics[0] === topicOf(hyperchainInterface, "NewPriorityRequest");
  if (receipt !== null) return receipt.logs.filter(isOfQueue).flatMap((log) => readOperation(all, chain, log));
  const topics = [topicOf(hyperchainInterface, "NewPriorityRequest")];
  const toBlock = await layer.getBlockNumber();
  const logs = await readLogs(layer, { address: chain.hyperchain, topics, fromBlock: l1.fromBlock ?? 0, toBlock });
  return logs.flatMap((log) => readOperation(all, chain, log)).filter(({ canonicalTxHash }) => canonicalTxHash === hash);
}

/** Fields of an L2CanonicalTransaction, as ethers decodes them. */
interface QueuedTransaction {
  readonly from: bigint;
  readonly to: bigint;
  readonly nonce: bigint;
  readonly data: string;
  readonly reserved: Iterable<bigint>;
  readonly factoryDeps: Iterable<bigint>;
}

function readOperation(all: Ecosystem, chain: EcosystemChain, log: Pick<Log, "topics" | "data">): readonly OperationInQueue[] {
  const args = hyperchainInterface.parseLog(log)?.args;
  if (args === undefined) return [];
  const { contracts } = ecosystemOf(all, chain).l1;
  const fields = (args["transaction"] as { toObject(): QueuedTransaction }).toObject();
  const isOfBridge =
    fields.from === BigInt(aliasOf(BigInt(chain.chainId), contracts.bridge)) && fields.to === BigInt(PREDEPLOYS.L2AssetRouter);
  const money = isOfBridge ? readTokenDeposit(fields.data) : undefined;
  return [
    {
      index: fields.nonce,
      canonicalTxHash: String(args["txHash"]).toLowerCase() as Hex,
      // An empty list would become an object.
      transaction: { ...fields, reserved: [...fields.reserved], factoryDeps: [...fields.factoryDeps] },
      deposit: money && { depositor: money.sender, token: money.originToken, amount: money.amount },
    },
  ];
}

/**
 * Refunds on the settlement layer an operation that the chain never ran before its end: its base token to its
 * payer, a token deposit to its depositor. Any account may, and pays for it. Throws ClientError, Refused if
 * the chain has not ended or has run the operation.
 */
export async function refundOperation(
  all: Ecosystem,
  name: ChainName,
  operation: OperationInQueue,
  signer: Signer,
): Promise<RefundedOperation> {
  const chain = findChain(all, name);
  const { l1 } = ecosystemOf(all, chain);
  const sender = await senderOn(signer, l1);
  const { hyperchain } = chain;
  const { index, canonicalTxHash, transaction, deposit } = operation;
  if (!(await hasExited(hyperchain, sender.provider))) throw notEnded(chain, canonicalTxHash);
  const calls = [
    hyperchainInterface.encodeFunctionData("refundOperation", [transaction]),
    ...(deposit === undefined ? [] : [hyperchainInterface.encodeFunctionData("refundDeposit", [index, deposit])]),
  ] as readonly Hex[];
  const place = { hyperchain, bridge: l1.contracts.bridge };
  const payments: Refund[] = [];
  const refusals: ClientError[] = [];
  for (const data of calls) {
    try {
      payments.push(...(await paid(sender, place, data)));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      refusals.push(error);
    }
  }
  const [refused] = refusals;
  if (refused !== undefined && refusals.length === calls.length) throw refused;
  return { canonicalTxHash, payments, ...(refused === undefined ? {} : { refused }) };
}

/** None for what was paid back before. */
async function paid(
  sender: Sender,
  { hyperchain, bridge }: Readonly<Record<"hyperchain" | "bridge", Hex>>,
  data: Hex,
): Promise<readonly Refund[]> {
  const receipt = await submit(sender, { to: hyperchain, data }).catch((error: unknown) => {
    if (error instanceof ClientError && error.details["error"] === "DepositAlreadyRefunded") return undefined;
    throw error;
  });
  return (receipt?.logs ?? []).flatMap((log) => {
    // A token that is paid can say what it likes.
    const event = log.address.toLowerCase() === bridge ? bridgeInterface.parseLog(log) : null;
    if (event?.name !== "DepositRefunded") return [];
    const { recipient, token, amount } = event.args.toObject() as Record<"recipient" | "token", string> & { amount: bigint };
    const lower = (address: string): Hex => address.toLowerCase() as Hex;
    return [{ recipient: lower(recipient), token: lower(token), amount, transactionHash: receipt?.hash as Hex }];
  });
}

function notEnded({ name }: EcosystemChain, hash: Hex): ClientError {
  return new ClientError(
    "Refused",
    `${hash} waits in the queue of ${name}, or was taken from it: ${name} has not ended, so it must take it, and nothing is paid back`,
    { error: "ChainNotExited" },
  );
}
