import { useState } from "preact/hooks";
import { Section } from "../parts/layout.tsx";
import { ask } from "../rpc.ts";
import { to } from "../route.ts";
import { smallestUnits } from "../wallet/amount.ts";
import { reasonOf, useCarrying, useSigning } from "../wallet/signing.ts";
import { Steps } from "../wallet/steps.tsx";
import { functionsOf, isRead, labelOf, signatureOf } from "./abi.ts";
import type { AbiFunction } from "./abi.ts";

interface Place {
  /** Name or id of the member. */
  readonly chain: string;
  readonly address: string;
}

/** Answer of `hyperchain_read`. */
type Values = readonly { readonly name: string; readonly type: string; readonly value: string }[];

/** A contract of the project: what it answers, and what it can be told. */
export function ContractFunctions({ place, abi }: { readonly place: Place; readonly abi: unknown }) {
  const functions = functionsOf(abi);
  return (
    <>
      <Section title="Read the contract">
        {functions.filter(isRead).map((each) => (
          <ReadForm key={signatureOf(each)} place={place} read={each} />
        ))}
      </Section>
      <WriteForms place={place} functions={functions.filter((each) => !isRead(each))} />
    </>
  );
}

/** The form's arguments, in order. */
function argumentsIn(form: HTMLFormElement, { inputs }: AbiFunction): readonly string[] {
  const fields = new FormData(form);
  return inputs.map((_input, place) => String(fields.get(`argument-${place}`) ?? ""));
}

function Arguments({ of: { inputs } }: { readonly of: AbiFunction }) {
  return (
    <>
      {inputs.map((input, place) => (
        <label key={place}>
          {labelOf(input)}
          <input name={`argument-${place}`} autoComplete="off" spellcheck={false} />
        </label>
      ))}
    </>
  );
}

function ReadForm({ place, read }: { readonly place: Place; readonly read: AbiFunction }) {
  const [answer, setAnswer] = useState<{ readonly values: Values } | { readonly refused: string }>();
  const name = signatureOf(read);
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = argumentsIn(event.currentTarget as HTMLFormElement, read);
    ask<Values>("any", "hyperchain_read", [{ ...place, function: name, arguments: given }]).then(
      (values) => setAnswer({ values }),
      (error: unknown) => setAnswer({ refused: reasonOf(error) }),
    );
  };
  return (
    <form class="fields" aria-label={name} onSubmit={submit}>
      <Arguments of={read} />
      <button>{read.name}</button>
      <div aria-live="polite">
        {answer !== undefined && "refused" in answer && <p class="bad">{answer.refused}</p>}
        {answer !== undefined &&
          "values" in answer &&
          answer.values.map(({ name: part, type, value }, number) => (
            <p key={number}>
              {part === "" ? "" : `${part}: `}
              <code>{value}</code> <span class="quiet">{type}</span>
            </p>
          ))}
      </div>
    </form>
  );
}

function WriteForms({ place, functions }: { readonly place: Place; readonly functions: readonly AbiFunction[] }) {
  const { signer } = useSigning();
  const { carried, isBusy, start } = useCarrying();
  const [wrong, setWrong] = useState<string>();
  if (functions.length === 0) return null;
  if (signer === undefined)
    return (
      <Section title="Write to the contract">
        <p>
          Choose the account that signs in the <a href={to("wallet")}>wallet</a> first.
        </p>
      </Section>
    );
  const submit = (write: AbiFunction, form: HTMLFormElement): void => {
    const text = String(new FormData(form).get("value") ?? "").trim();
    try {
      setWrong(undefined);
      const value = text === "" ? {} : { value: smallestUnits(text, 18) };
      start({ action: "write", ...place, function: signatureOf(write), arguments: argumentsIn(form, write), ...value });
    } catch (error) {
      setWrong(reasonOf(error));
    }
  };
  return (
    <Section title="Write to the contract">
      <p>
        {signer.name} signs for <code>{signer.account}</code>.
      </p>
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
          <Arguments of={write} />
          {write.stateMutability === "payable" && (
            <label>
              value, in the chain's coin
              <input name="value" inputMode="decimal" autoComplete="off" />
            </label>
          )}
          <button disabled={isBusy}>{write.name}</button>
        </form>
      ))}
      {wrong !== undefined && (
        <p class="bad" role="alert">
          {wrong}
        </p>
      )}
      <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
    </Section>
  );
}
