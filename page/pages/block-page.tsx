import type { BlockAnswer } from "../answers.ts";
import { useDescriptions } from "../described.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { amount, count, hex, time } from "../format.ts";
import { Answer, Facts, Table } from "../parts/layout.tsx";
import { AddressLink, BatchLink, TransactionLink, useSymbol } from "../parts/links.tsx";
import { Neighbours } from "../parts/neighbours.tsx";
import { MemberGlyph } from "../parts/shape.tsx";
import { Words } from "../parts/words.tsx";
import { ask } from "../rpc.ts";

/** Maximum characters of a call in a list; the transaction's page shows the call in full. */
const MOST_OF_A_CALL = 200;

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
  const asked = useAsked(async () => {
    const [block, newest] = await Promise.all([
      ask<BlockAnswer | null>(member, "eth_getBlockByNumber", [hex(number), true]),
      ask<string>(member, "eth_blockNumber"),
    ]);
    return block && { ...block, isNewest: number >= Number(newest) };
  }, [`${member}:${number}`, version]);
  return (
    <>
      <h1>
        <MemberGlyph name={chain} /> Block {count(number)} of {chain}
      </h1>
      <Neighbours
        chain={chain}
        kind="block"
        number={number}
        last={asked.state === "there" && asked.value?.isNewest === false ? number + 1 : number}
      />
      <Answer asked={asked} missing="There is no such block yet.">
        {(block) => (
          <>
            <Facts
              facts={{
                time: time(block.timestamp),
                hash: <code>{block.hash}</code>,
                "gas used": count(block.gasUsed),
                batch:
                  typeof block.l1BatchNumber === "string" ? <BatchLink chain={chain} number={block.l1BatchNumber} /> : undefined,
              }}
            />
            <Transactions chain={chain} block={block} />
          </>
        )}
      </Answer>
    </>
  );
}

/** Transactions of the block, with a description of each call. */
function Transactions({ chain, block: { hash, transactions } }: { readonly chain: string; readonly block: BlockAnswer }) {
  const symbol = useSymbol(chain);
  const described = useDescriptions(
    hash,
    transactions.map(({ input }) => ({ input })),
  );
  return (
    <Table
      caption="Transactions of the block"
      columns={["transaction", "from", "to", "what", "value"]}
      empty="The block has no transaction."
      rows={transactions.map((transaction, place) => ({
        key: transaction.hash,
        cells: [
          <TransactionLink chain={chain} hash={transaction.hash} />,
          <AddressLink chain={chain} address={transaction.from} />,
          transaction.to === null ? "new contract" : <AddressLink chain={chain} address={transaction.to} />,
          <Words text={described[place]?.call ?? ""} chain={chain} most={MOST_OF_A_CALL} />,
          amount(transaction.value, symbol),
        ],
      }))}
    />
  );
}
