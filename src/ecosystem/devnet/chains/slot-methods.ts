import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { quantity } from "../../../chain/rpc/request/quantities.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SlotPartRequest } from "../../../ground/protocol/slot.ts";
import { slotFromJson, slotToJson } from "../../../ground/protocol/slot-json.ts";
import type { ExternalOrder } from "../../sequencing/external/external-order.ts";
import { SlotError } from "../../sequencing/external/slot-error.ts";

/** Maximum number of transactions of a part, that of payments in a block. */
const MAX_TRANSACTIONS = 1_000;
const BYTES = /^0x(?:[0-9a-f]{2})*$/;
const HASH = /^0x[0-9a-f]{64}$/;

/** Methods for the external sequencer of a chain, and for its user. */
export function slotMethods(order: ExternalOrder, chainId: bigint): readonly (readonly [string, RpcMethod])[] {
  const slotOf = ([number]: readonly unknown[]): unknown => {
    const slot = order.slot(number === undefined || number === null ? undefined : Number(quantity(number)));
    return slot === undefined ? null : slotToJson(slot);
  };
  return [
    ["hyperchain_slot", async (params) => slotOf(params)],
    [
      "hyperchain_waiting",
      () =>
        inJsonRpc(async () => {
          const { newest, ...waiting } = order.waiting;
          return { ...waiting, newest: newest === null ? null : slotToJson(newest) };
        }),
    ],
    [
      "hyperchain_propose",
      ([request]) => {
        const { signature, ...part } = partRequest(request, chainId);
        return inJsonRpc(() => order.propose(part, signature));
      },
    ],
    [
      "hyperchain_publishSlot",
      ([value]) => {
        const slot = slotFromJson(value);
        if (slot === undefined)
          throw new RpcError(
            RpcCode.invalidParams,
            "the first parameter is a slot: number, parent, parts (chainId, life, id) and signature",
          );
        return inJsonRpc(async () => {
          await order.publish(slot);
          return true;
        });
      },
    ],
    [
      "hyperchain_cutSlot",
      () =>
        inJsonRpc(async () => {
          await order.cut();
          return order.status.newestSlot;
        }),
    ],
  ];
}

function partRequest(value: unknown, chainId: bigint): SlotPartRequest & { readonly signature: Hex } {
  const { slot, life, transactions, signature, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isSlot = Number.isSafeInteger(slot) && Number(slot) > 0;
  const isList = Array.isArray(transactions) && transactions.length > 0 && transactions.length <= MAX_TRANSACTIONS;
  const hasBytes = isList && transactions.every((raw) => typeof raw === "string" && BYTES.test(raw));
  const isSigned = typeof signature === "string" && BYTES.test(signature) && typeof life === "string" && HASH.test(life);
  if (!isSlot || !hasBytes || !isSigned || Object.keys(others).length > 0)
    throw new RpcError(
      RpcCode.invalidParams,
      `the first parameter is a part: slot, life, signature, and transactions, a list of 1 to ${MAX_TRANSACTIONS} serialized ones`,
    );
  return {
    chainId,
    slot: BigInt(slot as number),
    life: life as Hex,
    transactions: transactions as readonly Hex[],
    signature: signature as Hex,
  };
}

async function inJsonRpc<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SlotError)) throw error;
    throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
  }
}
