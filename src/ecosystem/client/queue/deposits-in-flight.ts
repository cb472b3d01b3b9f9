import { AbiCoder } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { aliasOf } from "../../../ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { assetRouter, hyperchainInterface, topicOf } from "../sending/contract-interfaces.ts";
import type { Ecosystem, EcosystemChain } from "../ecosystem/ecosystem.ts";
import { addTo } from "./lists-by-account.ts";
import type { LogBookTerms } from "./log-book.ts";
import { isEther, ETHER } from "../tokens/token.ts";
import type { TransferInFlight } from "./transfer-in-flight.ts";

/** Queued operation, from L1's event. */
interface QueuedOperation {
  readonly from: bigint;
  readonly to: bigint;
  readonly value: bigint;
  readonly data: string;
}

/** Sender, recipient, token and amount of a deposit. */
export type DepositedMoney = Pick<TransferInFlight, "sender" | "recipient" | "originToken" | "amount">;

const TRANSFER_DATA_TYPES = ["address", "address", "address", "uint256", "bytes"];

/** Money in a chain's queue. */
export interface QueuedDeposit extends DepositedMoney {
  readonly hash: Hex;
  readonly transactionHash: Hex;
  readonly blockNumber: number;
}

/** Queued deposits by the account that queued them, and by their recipient. */
export type QueuedDeposits = Map<Hex, QueuedDeposit[]>;

/** Deposits in a chain's queue. Anyone can queue any operation: only those that move money count. */
export function depositBook({ l1 }: Ecosystem, chain: EcosystemChain): LogBookTerms<QueuedDeposits> {
  const bridgeAlias = aliasOf(BigInt(chain.chainId), l1.contracts.bridge);
  return {
    address: chain.hyperchain,
    topics: [topicOf(hyperchainInterface, "NewPriorityRequest")],
    fromBlock: l1.fromBlock ?? 0,
    empty: () => new Map(),
    take(deposits, log) {
      const args = hyperchainInterface.parseLog(log)?.args;
      const money = args === undefined ? undefined : readDeposit(args["transaction"] as QueuedOperation, chain, bridgeAlias);
      if (args === undefined || money === undefined || money.amount === 0n) return;
      const queued = {
        ...money,
        hash: lower(args["txHash"]),
        transactionHash: log.transactionHash as Hex,
        blockNumber: log.blockNumber,
      };
      for (const account of new Set([money.sender, money.recipient])) addTo(deposits, account, queued);
    },
  };
}

/** Deposits from or to an account that wait in a chain's queue. */
export async function depositsInFlight(
  { l1 }: Ecosystem,
  chain: EcosystemChain,
  { owner, deposits }: { readonly owner: Hex; readonly deposits: QueuedDeposits },
  isTaken: (hash: Hex) => Promise<boolean>,
): Promise<TransferInFlight[]> {
  // A contract's operations come from its alias.
  const alias = aliasOf(BigInt(chain.chainId), owner);
  const owners = new Set([...(deposits.get(owner) ?? []), ...(deposits.get(alias) ?? [])]);
  const found: TransferInFlight[] = [];
  for (const deposit of [...owners].sort((a, b) => a.blockNumber - b.blockNumber)) {
    const { hash, transactionHash, originToken, amount, recipient } = deposit;
    const sender = deposit.sender === alias ? owner : deposit.sender;
    if (await isTaken(hash)) continue;
    found.push({
      type: "deposit",
      sourceChainId: l1.chainId,
      destinationChainId: chain.chainId,
      originChainId: l1.chainId,
      sender,
      recipient,
      originToken,
      amount,
      transactionHash,
      hash,
      waitingFor: `${chain.name} to look at ${chain.settlesOn?.name ?? "L1"}`,
    });
  }
  return found;
}

/** The money that an operation brings; undefined where it brings none. */
function readDeposit(
  { from, to, value, data }: QueuedOperation,
  chain: EcosystemChain,
  bridgeAlias: Hex,
): DepositedMoney | undefined {
  const [sender, recipient] = [addressOf(from), addressOf(to)];
  // The router credits tokens only at the bridge's word; from any other sender the same call is refused.
  if (sender === bridgeAlias) return recipient === PREDEPLOYS.L2AssetRouter ? readTokenDeposit(data) : undefined;
  const base = chain.baseToken.l1Address;
  return { sender, recipient, originToken: isEther(base) ? ETHER : base, amount: value };
}

/** Undefined for a call of the bridge that this version does not know. */
export function readTokenDeposit(calldata: string): DepositedMoney | undefined {
  try {
    const call = assetRouter.parseTransaction({ data: calldata });
    if (call?.name !== "finalizeDeposit") return undefined;
    const [sender, receiver, token, amount] = AbiCoder.defaultAbiCoder().decode(
      TRANSFER_DATA_TYPES,
      String(call.args["transferData"]),
    );
    return { sender: lower(sender), recipient: lower(receiver), originToken: lower(token), amount: amount as bigint };
  } catch {
    return undefined;
  }
}

function addressOf(word: bigint): Hex {
  return `0x${word.toString(16).padStart(40, "0")}`;
}

function lower(address: unknown): Hex {
  return String(address).toLowerCase() as Hex;
}
