import { RLP } from "@ethereumjs/rlp";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { SequencedBlock } from "../../ordering/batch-reducer.ts";
import { blockBytes, blockOf, headerFields, receiptBytes } from "../../witness/made-block.ts";
import type { Chain } from "../../chain.ts";
import { shownNumber } from "../calls/asked-place.ts";
import type { FairLine } from "../calls/fair-line.ts";
import type { RpcMethod } from "../request/dispatch.ts";

/**
 * Blocks in Ethereum's encoding: the header has the block's hash, transactions and receipts have the header's roots. Null for a
 * block of an earlier process, whose receipts are not stored in this form.
 */
export function rawBlockMethods(chain: Chain, inTurn: FairLine): readonly (readonly [string, RpcMethod])[] {
  const { blocks } = chain;
  const raw = (method: string, encode: (block: SequencedBlock, header: Uint8Array[]) => unknown): [string, RpcMethod] => [
    method,
    ([tag], client) =>
      inTurn(client, async () => {
        const number = shownNumber(chain, tag);
        const [block, header] = number === undefined ? [] : [blocks.decided(number), await blocks.block(number)];
        return block === undefined || header === undefined ? null : encode(block, headerFields(header));
      }),
  ];
  const transactionsOf = ({ transactions }: SequencedBlock): Uint8Array[] =>
    transactions.map((transaction) => blockBytes(transaction, BigInt(chain.chainId)));
  return [
    raw("debug_getRawHeader", (_, header) => toHex(RLP.encode(header))),
    raw("debug_getRawBlock", (block, header) => toHex(RLP.encode(blockOf(header, transactionsOf(block))))),
    raw("debug_getRawReceipts", rawReceipts),
  ];
}

function rawReceipts({ transactions, receipts }: SequencedBlock): readonly Hex[] {
  let gasUsed = 0n;
  return transactions.flatMap((transaction, index) => {
    const receipt = receipts[index];
    if (receipt === undefined) return [];
    gasUsed += receipt.gasUsed;
    return [toHex(receiptBytes(transaction, receipt, gasUsed))];
  });
}
