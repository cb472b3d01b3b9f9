import { useEffect } from "preact/hooks";
import { useActivity } from "../activity.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { find, GROUPS, type FoundPlace } from "../find.ts";
import { useNames } from "../names.ts";
import { Answer, Section } from "../parts/layout.tsx";
import { Said } from "../parts/words.tsx";
import { isAt } from "../route.ts";

/** Results for a text, by groups. A single result whose name comes from no unknown account opens directly. */
export function SearchPage({ text }: { readonly text: string }) {
  const { info } = useEcosystem();
  const names = useNames();
  const activity = useActivity();
  // Names come after the page does.
  const asked = useAsked(() => find({ info, names, activity }, text), [text, names.all.length]);
  const only = asked.state === "there" && asked.value.length === 1 ? asked.value[0] : undefined;
  useEffect(() => {
    // An answer to one search must not lead away from the next one.
    if (only !== undefined && only.said === undefined && isAt("search", text)) location.replace(only.link);
  }, [only]);
  return (
    <>
      <h1>Search</h1>
      <Answer asked={asked} missing="">
        {(found) => (found.length === 0 ? <Nothing text={text} /> : <Groups found={found} />)}
      </Answer>
    </>
  );
}

function Groups({ found }: { readonly found: readonly FoundPlace[] }) {
  return (
    <>
      {Object.entries(GROUPS).map(([group, title]) => {
        const places = found.filter((each) => each.group === group);
        return (
          places.length > 0 && (
            <Section title={title} key={group}>
              <ul>
                {places.map(({ title: place, said, link }) => (
                  <li key={`${link}${place}`}>
                    {said !== undefined && (
                      <>
                        "<Said text={said} />"{" "}
                      </>
                    )}
                    <a href={link}>
                      <bdi>{place}</bdi>
                    </a>
                  </li>
                ))}
              </ul>
            </Section>
          )
        );
      })}
    </>
  );
}

function Nothing({ text }: { readonly text: string }) {
  return (
    <p>
      No chain knows{" "}
      <code>
        <Said text={text} />
      </code>
      . Search for the hash of a message, a transaction or a block, for an address, the number of an account, a block or a batch
      (271/5 is one of chain 271), for the name of a chain, a contract or an account, one of your own names or tags, a token's
      symbol, or a function, a selector, an event or its topic.
    </p>
  );
}
