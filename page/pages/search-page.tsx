import { useEffect } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { useActivity } from "../activity.ts";
import type { Activity } from "../happenings.ts";
import { describe } from "../described.ts";
import { filtered } from "../filtered.ts";
import { plural } from "../format.ts";
import { useNames } from "../names.ts";
import type { Names } from "../names.ts";
import { Answer } from "../parts/layout.tsx";
import { Said } from "../parts/words.tsx";
import { ask } from "../rpc.ts";
import { to } from "../route.ts";
import type { Found } from "../answers.ts";
import type { Ecosystem } from "../ecosystem.ts";

/** A place that a search leads to. */
interface Place {
  readonly title: string;
  readonly link: string;
}

/** Finds what a text names, and what has it in its words; goes there where there is only one. */
export function SearchPage({ text }: { readonly text: string }) {
  const ecosystem = useEcosystem();
  const names = useNames();
  const activity = useActivity();
  const asked = useAsked(() => search(ecosystem, { names, activity }, text.trim()), [text]);
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
              No chain knows{" "}
              <code>
                <Said text={text} />
              </code>
              . Search for the hash of a message, a transaction or a block, for an address, the number of a block or a batch, for
              the name of a chain, a contract or an account, or for a function, a selector or an event.
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

/** What the page knows by itself. */
interface Known {
  readonly names: Names;
  readonly activity: Activity;
}

async function search({ info }: Ecosystem, known: Known, text: string): Promise<readonly Place[]> {
  const nameOf = (id: number): string => [info.l1, ...info.chains].find(({ chainId }) => chainId === id)?.name ?? String(id);
  const found = await ask<readonly Found[]>("any", "hyperchain_search", [text.slice(0, MOST_SEARCHED)]);
  const addressesOn = info.chains[0]?.name ?? info.l1.name;
  return [
    ...found.map((each) => placeOf(each, nameOf, addressesOn)),
    ...(text.length < LEAST_NAMED ? [] : namedPlaces(known.names, text, addressesOn)),
    ...(await feedPlaces(known, text, nameOf)),
  ];
}

/** Accounts and contracts whose name has the text in it. */
function namedPlaces({ contracts, find }: Names, text: string, addressesOn: string): readonly Place[] {
  const wanted = text.toLowerCase();
  const deployed = contracts.filter(({ name }) => name.toLowerCase().includes(wanted));
  const places = new Set(deployed.map(({ address }) => address));
  return [
    ...deployed.map(({ chain, address, name }) => ({
      title: `contract ${name} on ${chain}, ${address}`,
      link: to(chain, "address", address),
    })),
    ...find(text)
      .filter(({ address }) => !places.has(address))
      .map(({ address, name }) => ({ title: `${name}, ${address}`, link: to(addressesOn, "address", address) })),
  ].slice(0, MOST_NAMED);
}

/** The feed, where transactions in it have the text in their words: a function, its selector, an event. */
async function feedPlaces({ activity }: Known, text: string, nameOf: (id: number) => string): Promise<readonly Place[]> {
  if (text.length < LEAST_NAMED || LONG_HEX.test(text)) return [];
  const everything = { text, chain: "", failedOnly: false, withSystem: false };
  const seen = filtered(activity, everything, { nameOf, addressName: () => undefined }).length;
  const [described] = SELECTOR.test(text) ? await describe([{ input: text }]) : [];
  if (seen === 0 && described?.call === undefined) return [];
  const what = described?.call === undefined ? "" : `, the selector of ${described.call}`;
  return [
    { title: `${plural(seen, "transaction")} of the feed with "${text}"${what}`, link: `${to()}?q=${encodeURIComponent(text)}` },
  ];
}

/** Of the text of a name, and how many names are shown. */
const LEAST_NAMED = 3;
const MOST_NAMED = 50;
const SELECTOR = /^0x[0-9a-f]{8}$/i;
/** Addresses and hashes. */
const LONG_HEX = /^0x[0-9a-f]{40,}$/i;

/** Of `hyperchain_search`. */
const MOST_SEARCHED = 200;

function placeOf(found: Found, nameOf: (chainId: number) => string, addressesOn: string): Place {
  if (found.type === "address") return { title: `address ${found.address}`, link: to(addressesOn, "address", found.address) };
  if (found.type === "message")
    return { title: `message ${found.messageHash}`, link: to("message", found.sourceChainId, found.messageHash) };
  const name = nameOf(found.chainId);
  if (found.type === "chain") return { title: `chain ${name}`, link: to(name) };
  if (found.type === "batch") return { title: `batch ${found.number} of ${name}`, link: to(name, "batch", found.number) };
  if (found.type === "block") return { title: `block ${found.number} of ${name}`, link: to(name, "block", found.number) };
  return { title: `transaction on ${name}`, link: to(name, "tx", found.transactionHash) };
}
