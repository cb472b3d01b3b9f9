import { useState } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { Section, Table } from "../parts/layout.tsx";
import { Said, Words } from "../parts/words.tsx";
import { ask } from "../rpc.ts";
import { ActingAs } from "../wallet/acting-as.tsx";
import { SignerNeeded } from "../wallet/signer-needed.tsx";
import { reasonOf, useCarrying, useSigning } from "../wallet/signing.ts";
import { Steps } from "../wallet/steps.tsx";
import { functionsOf, isRead, signatureOf, type AbiFunction } from "./abi.ts";
import { SendAnyway } from "./send-anyway.tsx";
import { Arguments, ValueField, argumentsIn, valueIn } from "./arguments.tsx";

interface Place {
  /** Name or id of the member. */
  readonly chain: string;
  readonly address: string;
}

/** Answer of `hyperchain_read`. */
type Values = readonly { readonly name: string; readonly type: string; readonly value: string }[];

/** Each is a question to the ecosystem. */
const MOST_VIEWS = 40;

/** A contract of the project: what it answers, and what it can be told. */
export function ContractFunctions({ place, abi }: { readonly place: Place; readonly abi: unknown }) {
  const functions = functionsOf(abi);
  return (
    <>
      <Section title="Read the contract">
        <Views place={place} views={functions.filter((each) => isRead(each) && each.inputs.length === 0)} />
        {functions
          .filter((each) => isRead(each) && each.inputs.length > 0)
          .map((each) => (
            <ReadForm key={signatureOf(each)} place={place} read={each} />
          ))}
      </Section>
      <WriteForms place={place} functions={functions.filter((each) => !isRead(each))} />
    </>
  );
}

/** Functions without arguments, read together, and again after each event of the ecosystem. */
function Views({ place, views }: { readonly place: Place; readonly views: readonly AbiFunction[] }) {
  const { version } = useEcosystem();
  const shown = views.slice(0, MOST_VIEWS);
  const asked = useAsked(
    () =>
      Promise.all(
        shown.map((view) =>
          ask<Values>("any", "hyperchain_read", [{ ...place, function: signatureOf(view), arguments: [] }]).catch(reasonOf),
        ),
      ),
    [`${place.chain}:${place.address}`, version],
  );
  if (shown.length === 0 || asked.state !== "there") return null;
  return (
    <Table
      caption="What the contract answers now"
      columns={["function", "answer"]}
      empty=""
      rows={shown.map((view, i) => {
        const answer = asked.value[i];
        return {
          key: signatureOf(view),
          cells: [
            <code>{view.name}</code>,
            typeof answer === "string" ? (
              <span class="bad">
                <Said text={answer} />
              </span>
            ) : (
              answer?.map(({ name, type, value }, number) => (
                <div key={number}>
                  {name === "" ? "" : `${name}: `}
                  <Value {...{ value, type, chain: place.chain }} /> <span class="quiet">{type}</span>
                </div>
              ))
            ),
          ],
        };
      })}
    />
  );
}

/** An answer; a text in it names no address. */
function Value({ value, type, chain }: { readonly value: string; readonly type: string; readonly chain: string }) {
  if (!type.includes("string")) return <Words text={value} chain={chain} />;
  return (
    <code>
      <Said text={value} />
    </code>
  );
}

function ReadForm({ place, read }: { readonly place: Place; readonly read: AbiFunction }) {
  const [answer, setAnswer] = useState<{ readonly values: Values } | { readonly refused: string }>();
  const name = signatureOf(read);
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = argumentsIn(event.currentTarget as HTMLFormElement, read.inputs);
    ask<Values>("any", "hyperchain_read", [{ ...place, function: name, arguments: given }]).then(
      (values) => setAnswer({ values }),
      (error: unknown) => setAnswer({ refused: reasonOf(error) }),
    );
  };
  return (
    <form class="fields" aria-label={name} onSubmit={submit}>
      <Signature text={name} />
      <Arguments inputs={read.inputs} chain={place.chain} />
      <button>{read.name}</button>
      <div aria-live="polite">
        {answer !== undefined && "refused" in answer && (
          <p class="bad">
            <Said text={answer.refused} />
          </p>
        )}
        {answer !== undefined &&
          "values" in answer &&
          answer.values.map(({ name: part, type, value }, number) => (
            <p key={number}>
              {part === "" ? "" : `${part}: `}
              <code class="long">
                <Said text={value} />
              </code>{" "}
              <span class="quiet">{type}</span>
            </p>
          ))}
      </div>
    </form>
  );
}

/** Over a function's form, so that a reader and a search of the page find it. */
function Signature({ text }: { readonly text: string }) {
  return (
    <h3>
      <code>{text}</code>
    </h3>
  );
}

function WriteForms({ place, functions }: { readonly place: Place; readonly functions: readonly AbiFunction[] }) {
  const { signer } = useSigning();
  const carrying = useCarrying();
  const { carried, isBusy, start } = carrying;
  const [wrong, setWrong] = useState<string>();
  if (functions.length === 0) return null;
  if (signer === undefined)
    return (
      <Section title="Write to the contract">
        <SignerNeeded />
      </Section>
    );
  const submit = (write: AbiFunction, form: HTMLFormElement): void => {
    try {
      setWrong(undefined);
      const given = { arguments: argumentsIn(form, write.inputs), ...valueIn(form) };
      start({ action: "write", ...place, function: signatureOf(write), ...given });
    } catch (error) {
      setWrong(reasonOf(error));
    }
  };
  return (
    <Section title="Write to the contract">
      <ActingAs signer={signer} chain={place.chain} />
      {functions.map((write) => (
        <form
          class="fields"
          key={signatureOf(write)}
          aria-label={signatureOf(write)}
          onSubmit={(event) => {
            event.preventDefault();
            submit(write, event.currentTarget);
          }}
        >
          <Signature text={signatureOf(write)} />
          <Arguments inputs={write.inputs} chain={place.chain} />
          {write.stateMutability === "payable" && <ValueField />}
          <button disabled={isBusy}>{write.name}</button>
        </form>
      ))}
      {wrong !== undefined && (
        <p class="bad" role="alert">
          {wrong}
        </p>
      )}
      <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
      <SendAnyway carrying={carrying} />
    </Section>
  );
}
