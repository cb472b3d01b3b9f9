import { AbiCoder, getAddress } from "ethers";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { RpcClient, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { KNOWN_ENTRY_POINTS, OPERATION_TOPIC } from "../../model/entry-points.ts";
import { EXECUTION_TOPIC, REASON_TOPIC, entryPointInterface } from "./entry-points.ts";
import { operationsIn, shownOperation } from "./user-operation.ts";

interface Log {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly transactionHash: Hex;
}

interface Receipt {
  readonly to: Hex | null;
  readonly logs: readonly Log[];
  readonly transactionHash: Hex;
  readonly blockHash: Hex;
  readonly blockNumber: Hex;
}

/** An operation in a block: its transaction's receipt, and the event that tells of it. */
interface Found {
  readonly receipt: Receipt;
  readonly event: Log;
}

/** Operations in blocks, whichever bundler put them there. */
export class OperationLookup {
  readonly #methods: RpcMethods;
  /** Which transaction an operation may be in: then the logs of all blocks need not be searched. */
  readonly #hint: (hash: Hex) => Hex | undefined;

  /** `methods`: answers `eth_getLogs`, `eth_getTransactionReceipt` and `eth_getTransactionByHash`. */
  constructor(methods: RpcMethods, hint: (hash: Hex) => Hex | undefined) {
    this.#methods = methods;
    this.#hint = hint;
  }

  /** ERC-7769's receipt; null where no block has the operation. */
  async receipt(hash: Hex, client: RpcClient | undefined): Promise<object | null> {
    const found = await this.#find(hash, client);
    if (found === undefined) return null;
    const { receipt, event } = found;
    const { sender, paymaster, nonce, success, actualGasCost, actualGasUsed } = decode(event);
    const logs = logsOf(found);
    const told = receipt.logs.find(
      ({ address, topics }) => address === event.address && topics[0] === REASON_TOPIC && topics[1] === hash,
    );
    const reason = told && reasonIn(told);
    return {
      userOpHash: hash,
      entryPoint: getAddress(event.address),
      sender,
      nonce: hexQuantity(nonce),
      ...(BigInt(paymaster) === 0n ? {} : { paymaster }),
      actualGasCost: hexQuantity(actualGasCost),
      actualGasUsed: hexQuantity(actualGasUsed),
      success,
      ...(reason === undefined ? {} : { reason }),
      logs,
      receipt,
    };
  }

  /** The operation with its place; null where no block has it in a direct call to its EntryPoint. */
  async operation(hash: Hex, client: RpcClient | undefined): Promise<object | null> {
    const found = await this.#find(hash, client);
    if (found === undefined) return null;
    const { to, transactionHash, blockHash, blockNumber } = found.receipt;
    // The input of a call to another contract is not the EntryPoint's, whatever it looks like.
    if (to?.toLowerCase() !== found.event.address.toLowerCase()) return null;
    const transaction = (await this.#ask("eth_getTransactionByHash", [transactionHash], client)) as { input: Hex };
    const { sender, nonce } = decode(found.event);
    const operation = operationsIn(transaction.input).find(
      (candidate) => candidate.nonce === nonce && candidate.sender === sender.toLowerCase(),
    );
    if (operation === undefined) return null;
    const entryPoint = getAddress(found.event.address);
    return { userOperation: shownOperation(operation), entryPoint, transactionHash, blockHash, blockNumber };
  }

  async #find(hash: Hex, client: RpcClient | undefined): Promise<Found | undefined> {
    const hint = this.#hint(hash);
    // The chain may have returned to before it.
    const hinted = hint === undefined ? undefined : await this.#inTransaction(hash, hint, client);
    if (hinted !== undefined) return hinted;
    const filter = { fromBlock: "earliest", toBlock: "latest", address: KNOWN_ENTRY_POINTS, topics: [OPERATION_TOPIC, hash] };
    const [event] = (await this.#ask("eth_getLogs", [filter], client)) as readonly Log[];
    return event === undefined ? undefined : this.#inTransaction(hash, event.transactionHash, client);
  }

  async #inTransaction(hash: Hex, transaction: Hex, client: RpcClient | undefined): Promise<Found | undefined> {
    const receipt = (await this.#ask("eth_getTransactionReceipt", [transaction], client)) as Receipt | null;
    const event = receipt?.logs.find(
      ({ address, topics }) =>
        topics[0] === OPERATION_TOPIC && topics[1] === hash && KNOWN_ENTRY_POINTS.includes(address.toLowerCase() as Hex),
    );
    return receipt === null || event === undefined ? undefined : { receipt, event };
  }

  async #ask(name: string, params: readonly unknown[], client: RpcClient | undefined): Promise<unknown> {
    const method = this.#methods.get(name);
    if (method === undefined) throw new RpcError(RpcCode.internal, `the chain does not answer ${name}`);
    return method(params, client);
  }
}

/** Logs of the operation's own run: between those of the one before it, or of all checks, and its event. */
function logsOf({ receipt, event }: Found): readonly Log[] {
  const end = receipt.logs.indexOf(event);
  const isBound = ({ address, topics }: Log): boolean =>
    address === event.address && (topics[0] === OPERATION_TOPIC || topics[0] === EXECUTION_TOPIC);
  const start = receipt.logs.slice(0, end).findLastIndex(isBound);
  return receipt.logs.slice(start + 1, end);
}

function decode(event: Log): {
  readonly sender: Hex;
  readonly paymaster: Hex;
  readonly nonce: bigint;
  readonly success: boolean;
  readonly actualGasCost: bigint;
  readonly actualGasUsed: bigint;
} {
  const { topics, data } = event;
  return entryPointInterface.decodeEventLog("UserOperationEvent", data, [...topics]).toObject() as ReturnType<typeof decode>;
}

/** The bytes that the operation's call reverted with; undefined where other code at the EntryPoint's address wrote the log. */
function reasonIn({ data }: Log): Hex | undefined {
  try {
    const [, reason] = AbiCoder.defaultAbiCoder().decode(["uint256", "bytes"], data) as unknown as [bigint, Hex];
    return reason;
  } catch {
    return undefined;
  }
}
