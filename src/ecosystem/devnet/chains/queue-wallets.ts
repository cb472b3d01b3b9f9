import type { Provider } from "ethers";
import { requireKey } from "../../../chain/rpc/accounts/account-methods.ts";
import type { UnlockedAccounts } from "../../../chain/rpc/accounts/unlocked-accounts.ts";
import { parseCall } from "../../../chain/rpc/request/call-request.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { requestFromL1 } from "../../client/queue/ether-request.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** A chain whose order is L1's queue alone, whose base token is ETH. */
interface ChainOfQueue {
  readonly chainId: ChainId;
  readonly hyperchain: Hex;
  readonly factory: Hex;
  readonly l1: Provider;
  readonly accounts: UnlockedAccounts;
  /** Makes the chain read the queue. */
  readonly look: () => Promise<unknown>;
}

/** Default gas limit, that of an external call. */
const DEFAULT_GAS = 1_000_000n;
/** Recipient of a queued operation that creates a contract. */
const NOWHERE: Hex = `0x${"00".repeat(20)}`;

/**
 * Sends transactions of an unlocked account through L1: the account queues them there, pays for their gas, and transfers
 * the value. Resolves with the operation's hash on the chain, when its receipt exists.
 */
export function sentThroughQueue({
  chainId,
  hyperchain,
  factory,
  l1,
  accounts,
  look,
}: ChainOfQueue): ReadonlyMap<string, RpcMethod> {
  // One account's transactions on L1 have its nonces there.
  let last: Promise<unknown> = Promise.resolve();
  async function queue(transaction: unknown): Promise<Hex> {
    const { from, to = NOWHERE, valueWei, data, gas: gasLimit = DEFAULT_GAS } = parseCall(transaction);
    const signer = requireKey(accounts, from).connect(l1);
    const request = { chainId, hyperchain, to, valueWei, data, gasLimit };
    const { canonicalTxHash } = await requestFromL1(factory, request, signer);
    await look();
    return canonicalTxHash;
  }
  return new Map<string, RpcMethod>([
    [
      "eth_sendTransaction",
      ([transaction]) => {
        const sent = last.then(() => queue(transaction));
        last = sent.catch(() => undefined);
        return sent;
      },
    ],
  ]);
}
