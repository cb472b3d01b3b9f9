import type { BlockAnswer } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count, ether, hex, time } from "../format.ts";
import { Answer, Facts, Table } from "../parts/layout.tsx";
import { AddressLink, BatchLink, BlockLink, TransactionLink, useSymbol } from "../parts/links.tsx";
import { ask } from "../rpc.ts";

export function BlockPage({
  chain,
  member,
  number,
}: {
  readonly chain: string;
  readonly member: string;
  readonly number: number;
}) {
  const { version } = useEcosystem();
  const symbol = useSymbol(chain);
  const asked = useAsked(
    () => ask<BlockAnswer | null>(member, "eth_getBlockByNumber", [hex(number), true]),
    [`${member}:${number}`, version],
  );
  return (
    <>
      <h1>
        Block {count(number)} of {chain}
      </h1>
      <Answer asked={asked} missing="There is no such block yet.">
        {(block) => (
          <>
            <Facts
              facts={{
                time: time(block.timestamp),
                hash: <code>{block.hash}</code>,
                "block before it": number === 0 ? undefined : <BlockLink chain={chain} number={number - 1} />,
                "gas used": count(block.gasUsed),
                batch:
                  typeof block.l1BatchNumber === "string" ? <BatchLink chain={chain} number={block.l1BatchNumber} /> : undefined,
              }}
            />
            <Table
              caption="Transactions of the block"
              columns={["transaction", "from", "to", symbol]}
              empty="The block has no transaction."
              rows={block.transactions.map((transaction) => ({
                key: transaction.hash,
                cells: [
                  <TransactionLink chain={chain} hash={transaction.hash} />,
                  <AddressLink chain={chain} address={transaction.from} />,
                  transaction.to === null ? "new contract" : <AddressLink chain={chain} address={transaction.to} />,
                  ether(transaction.value),
                ],
              }))}
            />
          </>
        )}
      </Answer>
    </>
  );
}
