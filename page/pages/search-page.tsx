import { useEffect } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { Answer } from "../parts/layout.tsx";
import { ask } from "../rpc.ts";
import { to } from "../route.ts";
import type { Ecosystem } from "../ecosystem.ts";

/** A place that a search leads to. */
interface Found {
  readonly title: string;
  readonly link: string;
}

/** Finds messages, transactions, blocks, batches and addresses; goes there where there is only one. */
export function SearchPage({ text }: { readonly text: string }) {
  const ecosystem = useEcosystem();
  const asked = useAsked(() => search(ecosystem, text.trim()), [text]);
  const only = asked.state === "there" && asked.value.length === 1 ? asked.value[0] : undefined;
  useEffect(() => {
    if (only !== undefined) location.replace(only.link);
  }, [only]);
  return (
    <>
      <h1>Search</h1>
      <Answer asked={asked} missing="">
        {(found) =>
          found.length === 0 ? (
            <p>
              No chain knows <code>{text}</code>. Search for the hash of a message, a transaction or a block, for an address, a
              chain's name, or a block's number.
            </p>
          ) : (
            <ul>
              {found.map(({ title, link }) => (
                <li key={link}>
                  <a href={link}>{title}</a>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </>
  );
}

async function search({ info, messages }: Ecosystem, text: string): Promise<readonly Found[]> {
  const members = [
    { name: info.l1.name, member: "l1" },
    ...info.chains.map(({ name, chainId }) => ({ name, member: String(chainId) })),
  ];
  const chain = info.chains.find(({ name, chainId }) => name === text || String(chainId) === text);
  const found: Found[] = chain === undefined ? [] : [{ title: `chain ${chain.name}`, link: to(chain.name) }];
  const hash = text.toLowerCase();
  if (/^0x[0-9a-f]{40}$/.test(hash))
    found.push({ title: `address ${text}`, link: to(info.chains[0]?.name ?? "l1", "address", hash) });
  if (/^\d{1,15}$/.test(text)) {
    for (const { name, member } of members) {
      const block = await ask<object | null>(member, "eth_getBlockByNumber", [`0x${Number(text).toString(16)}`, false]);
      if (block !== null) found.push({ title: `block ${text} of ${name}`, link: to(name, "block", text) });
    }
  }
  if (!/^0x[0-9a-f]{64}$/.test(hash)) return found;
  for (const { messageHash, sourceChainId } of messages)
    if (messageHash === hash) found.push({ title: `message ${hash}`, link: to("message", sourceChainId, hash) });
  for (const { name, member } of members) {
    const [transaction, block] = await Promise.all([
      ask<object | null>(member, "eth_getTransactionByHash", [hash]),
      ask<{ readonly number: string } | null>(member, "eth_getBlockByHash", [hash, false]),
    ]);
    if (transaction !== null) found.push({ title: `transaction on ${name}`, link: to(name, "tx", hash) });
    if (block !== null) found.push({ title: `block of ${name}`, link: to(name, "block", Number(block.number)) });
  }
  return [...new Map(found.map((each) => [each.link, each])).values()];
}
