import { useEffect } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { Answer } from "../parts/layout.tsx";
import { ask } from "../rpc.ts";
import { to } from "../route.ts";
import type { Found } from "../answers.ts";
import type { Ecosystem } from "../ecosystem.ts";

/** A place that a search leads to. */
interface Place {
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

async function search({ info }: Ecosystem, text: string): Promise<readonly Place[]> {
  const nameOf = (id: number): string => [info.l1, ...info.chains].find(({ chainId }) => chainId === id)?.name ?? String(id);
  const found = await ask<readonly Found[]>("any", "hyperchain_search", [text.slice(0, MOST_SEARCHED)]);
  const addressesOn = info.chains[0]?.name ?? info.l1.name;
  return found.map((each) => placeOf(each, nameOf, addressesOn));
}

/** Of `hyperchain_search`. */
const MOST_SEARCHED = 200;

function placeOf(found: Found, nameOf: (chainId: number) => string, addressesOn: string): Place {
  if (found.type === "address") return { title: `address ${found.address}`, link: to(addressesOn, "address", found.address) };
  if (found.type === "message")
    return { title: `message ${found.messageHash}`, link: to("message", found.sourceChainId, found.messageHash) };
  const name = nameOf(found.chainId);
  if (found.type === "chain") return { title: `chain ${name}`, link: to(name) };
  if (found.type === "block") return { title: `block ${found.number} of ${name}`, link: to(name, "block", found.number) };
  return { title: `transaction on ${name}`, link: to(name, "tx", found.transactionHash) };
}
