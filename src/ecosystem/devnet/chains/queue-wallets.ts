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
  /** Has the chain take what the queue holds. */
  readonly look: () => Promise<unknown>;
}

/** As a call that comes from elsewhere. */
const DEFAULT_GAS = 1_000_000n;
/** Where a queued operation creates a contract. */
const NOWHERE: Hex = `0x${"00".repeat(20)}`;

/**
 * What clients ask to be sent for an unlocked account goes through L1: the account itself queues it there, pays for its gas, and
 * brings the value. Resolves with the operation's hash on the chain, whose receipt is there then.
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
