import { useEffect, useState } from "preact/hooks";
import type { AccountHistory, WalletAnswer } from "../answers.ts";
import { useDescriptions } from "../described.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { amount, count, isolated, plural, short, time, units } from "../format.ts";
import { useNames } from "../names.ts";
import { ContractFunctions } from "../contract/functions.tsx";
import { ContractEvents } from "../parts/contract-events.tsx";
import { OwnName } from "../parts/own-name.tsx";
import { TokenSection } from "../parts/token-section.tsx";
import { MemberGlyph } from "../parts/shape.tsx";
import { Answer, Mark, Section, Table } from "../parts/layout.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Said } from "../parts/words.tsx";
import { AddressLink, BlockLink, ChainLink, TransactionLink, useChainName, useSymbols } from "../parts/links.tsx";
import { ask } from "../rpc.ts";
import { to } from "../route.ts";
import { untold } from "../untold.ts";

interface Holding {
  readonly chain: string;
  readonly symbol: string;
  readonly balance: string;
  readonly nonce: string;
  readonly codeBytes: number;
  /** Contract whose code an account runs (EIP-7702). */
  readonly delegatesTo?: string;
}

/** EIP-7702: such code names the contract whose code an account runs. */
const DELEGATION = /^0xef0100([0-9a-f]{40})$/i;

const MOST_TRANSACTIONS = 25;

/** An address on all members. */
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
  const chainId = member === "l1" ? info.l1.chainId : Number(member);
  const everywhere = useAsked(
    () =>
      Promise.all(
        [
          { name: info.l1.name, member: "l1", symbol: "ETH" },
          ...info.chains.map((each) => ({
            name: each.name,
            member: String(each.chainId),
            symbol: isolated(each.baseToken.symbol),
          })),
        ].map(async (each) => holding(each, address).catch(() => ({ chain: each.name, unknown: true }) as const)),
      ),
    [address, version],
  );
  const [{ contract } = {}] = useDescriptions(`${member}:${address}`, [{ chain, address }]);
  const names = useNames();
  // The reader's name has a separate line.
  const name = names.book[address.toLowerCase()] === undefined ? names.of(chain, address) : undefined;
  return (
    <>
      <h1>
        <small>
          <MemberGlyph name={chain} /> Address on {chain}
        </small>
        {contract?.name ?? names.of(chain, address.toLowerCase()) ?? short(address)}
      </h1>
      <p>
        <code>{address}</code>
        {contract !== undefined ? `: ${contract.name} on ${chain}` : name !== undefined && `: ${name}`}{" "}
        <CopyButton what="address" text={address} />
      </p>
      <p>
        <OwnName address={address} />
      </p>
      <Section title="On every chain">
        <Answer asked={everywhere} missing="">
          {(holdings) => (
            <Table
              caption="What the address has on each chain"
              columns={["chain", "balance", "transactions sent", "code"]}
              empty=""
              rows={holdings.map((held) => ({
                key: held.chain,
                cells: [
                  <a href={to(held.chain, "address", address)}>{held.chain}</a>,
                  ...cellsOf(held, untold(info, held.chain)),
                ],
              }))}
            />
          )}
        </Answer>
      </Section>
      {contract !== undefined && <ContractFunctions key={`${chain}:${address}`} place={{ chain, address }} abi={contract.abi} />}
      <TokenSection key={`${chainId}:${address}`} chainId={chainId} address={address} />
      <ContractEvents {...{ chain, chainId, address }} />
      <Assets address={address} />
      <History address={address} />
    </>
  );
}

/** A chain that is paused, or that only its readers may read, does not tell. */
function cellsOf(held: Holding | { readonly unknown: true }, instead: string): readonly string[] {
  if ("unknown" in held) return [instead, instead, instead];
  const { balance, symbol, nonce, codeBytes, delegatesTo } = held;
  const has = amount(balance, symbol);
  if (codeBytes === 0) return [has, count(nonce), "none: an account"];
  if (delegatesTo !== undefined) return [has, count(nonce), `that of ${short(delegatesTo)}: an account`];
  // EIP-161: a contract begins at 1, and counts what it creates.
  const created = Math.max(0, Number(nonce) - 1);
  return [has, `none; created ${plural(created, "contract")}`, `${count(codeBytes)} bytes: a contract`];
}

function Assets({ address }: { readonly address: string }) {
  const { version } = useEcosystem();
  const asked = useAsked(() => ask<WalletAnswer>("any", "hyperchain_wallet", [address]), [address, version]);
  return (
    <Section title="Assets">
      <Answer asked={asked} missing="">
        {({ members, inFlight }) => (
          <>
            <Table
              caption="Coins and tokens"
              columns={["chain", "asset", "amount"]}
              empty="It has none."
              rows={members.flatMap(({ name, tokens }) =>
                tokens
                  .filter(({ amount: held }) => held !== "0")
                  .map(({ address: token, symbol, decimals, amount: held }) => ({
                    key: `${name}:${token}`,
                    cells: [<ChainLink name={name} />, <Said text={symbol} />, units(held, decimals)],
                  })),
              )}
            />
            {inFlight.map(({ hash, type, waitingFor }) => (
              <p key={hash}>
                On its way: a {type} of this address waits for {waitingFor}.
              </p>
            ))}
          </>
        )}
      </Answer>
    </Section>
  );
}

/** History on all chains; L1 stores no history by address. */
function History({ address }: { readonly address: string }) {
  const { version } = useEcosystem();
  const nameOf = useChainName();
  const symbolOf = useSymbols();
  const [before, setBefore] = useState<AccountHistory["next"]>();
  const asked = useAsked(
    () => ask<AccountHistory>("any", "hyperchain_history", [address, before ?? null, MOST_TRANSACTIONS]),
    [address, version, JSON.stringify(before)],
  );
  useEffect(() => setBefore(undefined), [address]);
  return (
    <Section title="History on all chains">
      <Answer asked={asked} missing="">
        {({ transactions, next }) => (
          <>
            <Table
              caption="Transactions of the chains that touched the address, the newest first"
              columns={["chain", "transaction", "block", "time", "from", "to", "value", "result"]}
              empty={next === undefined ? "None." : "None in the newest blocks that were looked through."}
              rows={transactions.map(
                ({ chainId, transactionHash, blockNumber, timestamp, from, to: receiver, value, succeeded }) => ({
                  key: transactionHash,
                  cells: [
                    <ChainLink name={nameOf(chainId)} />,
                    <TransactionLink chain={nameOf(chainId)} hash={transactionHash} />,
                    <BlockLink chain={nameOf(chainId)} number={blockNumber} />,
                    time(timestamp),
                    <AddressLink chain={nameOf(chainId)} address={from} />,
                    receiver === null ? "new contract" : <AddressLink chain={nameOf(chainId)} address={receiver} />,
                    amount(value, symbolOf(nameOf(chainId))),
                    succeeded ? "succeeded" : <Mark kind="bad">failed</Mark>,
                  ],
                }),
              )}
            />
            {before !== undefined && <button onClick={() => setBefore(undefined)}>Newest</button>}{" "}
            {next !== undefined && <button onClick={() => setBefore(next)}>Older</button>}
          </>
        )}
      </Answer>
    </Section>
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
  const [, delegated] = DELEGATION.exec(code ?? "0x") ?? [];
  return {
    chain: chain.name,
    symbol: chain.symbol,
    balance: balance ?? "0x0",
    nonce: nonce ?? "0x0",
    codeBytes: ((code ?? "0x").length - 2) / 2,
    ...(delegated === undefined ? {} : { delegatesTo: `0x${delegated}` }),
  };
}
