import type { SearchAnswer } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { amount, count, ether, time } from "../format.ts";
import { Answer, Section, Table } from "../parts/layout.tsx";
import { AddressLink, BlockLink, TransactionLink } from "../parts/links.tsx";
import { ask } from "../rpc.ts";
import { to } from "../route.ts";

interface Holding {
  readonly chain: string;
  readonly symbol: string;
  readonly balance: string;
  readonly nonce: string;
  readonly codeBytes: number;
}

const MOST_TRANSACTIONS = 25;

/** An address on all members, and its history on the chain from which the reader came. */
export function AddressPage({
  chain,
  member,
  address,
}: {
  readonly chain: string;
  readonly member: string;
  readonly address: string;
}) {
  const { info, version } = useEcosystem();
  const everywhere = useAsked(
    () =>
      Promise.all(
        [
          { name: info.l1.name, member: "l1", symbol: "ETH" },
          ...info.chains.map((each) => ({ name: each.name, member: String(each.chainId), symbol: each.baseToken.symbol })),
        ].map((each) => holding(each, address)),
      ),
    [address, version],
  );
  const history = useAsked(
    () =>
      member === "l1"
        ? Promise.resolve(null)
        : ask<SearchAnswer>(member, "ots_searchTransactionsBefore", [address, 0, MOST_TRANSACTIONS]),
    [`${member}:${address}`, version],
  );
  return (
    <>
      <h1>Address</h1>
      <p>
        <code>{address}</code>
      </p>
      <Section title="On every chain">
        <Answer asked={everywhere} missing="">
          {(holdings) => (
            <Table
              caption="What the address has on each chain"
              columns={["chain", "balance", "transactions sent", "code"]}
              empty=""
              rows={holdings.map(({ chain: name, symbol, balance, nonce, codeBytes }) => ({
                key: name,
                cells: [
                  <a href={to(name, "address", address)}>{name}</a>,
                  amount(balance, symbol),
                  count(nonce),
                  codeBytes === 0 ? "none: an account" : `${count(codeBytes)} bytes: a contract`,
                ],
              }))}
            />
          )}
        </Answer>
      </Section>
      <Section title={`History on ${chain}`}>
        <Answer asked={history} missing="L1 keeps no history by address; choose a chain.">
          {({ txs, receipts, lastPage }) => (
            <>
              <Table
                caption={`The newest transactions on ${chain} that touched the address`}
                columns={["transaction", "block", "time", "from", "to", "ETH", "result"]}
                empty="None."
                rows={txs.map((transaction, place) => ({
                  key: transaction.hash,
                  cells: [
                    <TransactionLink chain={chain} hash={transaction.hash} />,
                    <BlockLink chain={chain} number={transaction.blockNumber ?? 0} />,
                    time(receipts[place]?.timestamp ?? 0),
                    <AddressLink chain={chain} address={transaction.from} />,
                    transaction.to === null ? "new contract" : <AddressLink chain={chain} address={transaction.to} />,
                    ether(transaction.value),
                    receipts[place]?.status === "0x0" ? "failed" : "succeeded",
                  ],
                }))}
              />
              {!lastPage && <p class="quiet">Older transactions are not shown.</p>}
            </>
          )}
        </Answer>
      </Section>
    </>
  );
}

async function holding(
  chain: { readonly name: string; readonly member: string; readonly symbol: string },
  address: string,
): Promise<Holding> {
  const [balance, nonce, code] = await Promise.all(
    (["eth_getBalance", "eth_getTransactionCount", "eth_getCode"] as const).map((method) =>
      ask<string>(chain.member, method, [address, "latest"]),
    ),
  );
  return {
    chain: chain.name,
    symbol: chain.symbol,
    balance: balance ?? "0x0",
    nonce: nonce ?? "0x0",
    codeBytes: ((code ?? "0x").length - 2) / 2,
  };
}
