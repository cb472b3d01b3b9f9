import { requestSentence } from "../../src/ecosystem/devnet/view/books/guardian-words.ts";
import type { EcosystemInfo } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { amount } from "../format.ts";
import { Mark, Section, Table } from "./layout.tsx";
import { AddressLink } from "./links.tsx";
import { Sentence } from "./words.tsx";

type Network = NonNullable<EcosystemInfo["guardians"]>[number];

/** Networks of guardians with their stake on L1, who can harm their chains, and requests for data; nothing without a network. */
export function Guardians() {
  const { info } = useEcosystem();
  return (
    <>
      {info.guardians?.map((network) => (
        <Section key={network.name} title={`Guardians of ${network.name}`}>
          <ul>
            {network.sentences.map((text) => (
              <li key={text}>
                <Sentence text={text} chain={info.l1.name} />
              </li>
            ))}
          </ul>
          <Members {...network} />
          <Requests name={network.name} />
        </Section>
      ))}
    </>
  );
}

function Members({ name, members }: Network) {
  const { info } = useEcosystem();
  return (
    <Table
      caption={`Guardians of ${name}, each with its server and stake`}
      columns={["number", "key", "URL", "stake", "state"]}
      empty="No guardian is admitted yet."
      rows={members.map(({ key, url, stakeWei, pid }, index) => ({
        key,
        cells: [
          index,
          <AddressLink chain={info.l1.name} address={key} />,
          <code>{url}</code>,
          amount(stakeWei, "ETH"),
          pid === undefined ? <Mark kind="bad">has ended</Mark> : <Mark kind="good">runs</Mark>,
        ],
      }))}
    />
  );
}

/** Requests for leaves on L1, each with the next action. */
function Requests({ name }: { readonly name: string }) {
  const { info, status } = useEcosystem();
  const network = status.guardians?.find((each) => each.name === name);
  if (network === undefined) return null;
  const { requests } = network;
  if (requests === undefined) return <p class="bad">Requests for data are unknown: {info.l1.name} does not answer.</p>;
  return (
    <ul>
      {requests.map((request) => (
        <li key={request.id} class={request.state === "answered" ? undefined : "bad"}>
          <Sentence text={requestSentence(name, request)} chain={info.l1.name} />
        </li>
      ))}
    </ul>
  );
}
