import { AbiCoder } from "ethers";
import type { Provider } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { aliasOf } from "../protocol/address-alias.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { readLogs } from "../settlement-layer/reader/log-pages.ts";
import { assetRouter, hyperchainInterface, topicOf } from "./contract-interfaces.ts";
import type { Ecosystem, EcosystemChain } from "./ecosystem.ts";
import { isEther, ETHER } from "./token.ts";
import type { TransferInFlight } from "./transfer-in-flight.ts";

/** What L1's event says of a queued operation. */
interface QueuedOperation {
  readonly from: bigint;
  readonly to: bigint;
  readonly value: bigint;
  readonly data: string;
}

type DepositedMoney = Pick<TransferInFlight, "sender" | "recipient" | "originToken" | "amount">;

const TRANSFER_DATA_TYPES = ["address", "address", "address", "uint256", "bytes"];

/** Deposits from or to an account that wait in a chain's queue. Anyone can queue anything: only what moves money counts. */
export async function depositsInFlight(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  owner: Hex,
  l1: Provider,
  provider: Provider,
): Promise<TransferInFlight[]> {
  const { chainId: l1ChainId, fromBlock = 0, contracts } = ecosystem.l1;
  const topics = [topicOf(hyperchainInterface, "NewPriorityRequest")];
  const logs = await readLogs(l1, { address: chain.hyperchain, topics, fromBlock, toBlock: await l1.getBlockNumber() });
  const bridgeAlias = aliasOf(BigInt(chain.chainId), contracts.bridge);
  const found: TransferInFlight[] = [];
  for (const log of logs) {
    const args = hyperchainInterface.parseLog(log)?.args;
    const money = args === undefined ? undefined : readDeposit(args["transaction"] as QueuedOperation, chain, bridgeAlias, owner);
    if (args === undefined || money === undefined || money.amount === 0n) continue;
    if (money.sender !== owner && money.recipient !== owner) continue;
    const hash = String(args["txHash"]).toLowerCase() as Hex;
    if ((await provider.getTransactionReceipt(hash)) !== null) continue;
    found.push({
      type: "deposit",
      sourceChainId: l1ChainId,
      destinationChainId: chain.chainId,
      originChainId: l1ChainId,
      ...money,
      transactionHash: log.transactionHash as Hex,
      hash,
      waitingFor: `${chain.name} to look at L1`,
    });
  }
  return found;
}

/** The money that an operation brings; undefined where it brings none. */
function readDeposit(
  { from, to, value, data }: QueuedOperation,
  chain: EcosystemChain,
  bridgeAlias: Hex,
  owner: Hex,
): DepositedMoney | undefined {
  const [sender, recipient] = [addressOf(from), addressOf(to)];
  // The router credits tokens only at the bridge's word; from any other sender the same call is refused.
  if (sender === bridgeAlias) return recipient === PREDEPLOYS.L2AssetRouter ? readTokenDeposit(data) : undefined;
  const base = chain.baseToken.l1Address;
  // A contract's operations come from its alias.
  const isOwners = sender === aliasOf(BigInt(chain.chainId), owner);
  return { sender: isOwners ? owner : sender, recipient, originToken: isEther(base) ? ETHER : base, amount: value };
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
