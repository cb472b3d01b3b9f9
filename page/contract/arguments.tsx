import { useState } from "preact/hooks";
import { AddressInput } from "../parts/address-input.tsx";
import { smallestUnits } from "../wallet/amount.ts";
import { BytesInput } from "./bytes-input.tsx";
import { labelOf, shapeOf, type AbiParameter } from "./abi.ts";

/** Fields of one list: each is drawn, and a longer list needs a script. */
const MOST_ITEMS = 100;

/** Input for a parameter. */
type Typed = string | readonly Typed[];

interface FieldProps {
  readonly input: AbiParameter;
  /** Name of the field in its form: the indices from the outermost parameter inwards. */
  readonly name: string;
  readonly unnamed: string;
  /** Chain of the called contract. */
  readonly chain: string | undefined;
}

/** A field for each parameter, or a group of fields where it has parts or items. */
export function Arguments({ inputs, chain }: { readonly inputs: readonly AbiParameter[]; readonly chain?: string }) {
  return (
    <>
      {inputs.map((input, place) => (
        <Field key={place} input={input} name={`argument-${place}`} unnamed="argument" chain={chain} />
      ))}
    </>
  );
}

function Field({ input, name, unnamed, chain }: FieldProps) {
  const shape = shapeOf(input);
  if (shape.kind === "items") return <ListField {...{ input, name, unnamed, chain }} item={shape.item} count={shape.count} />;
  if (shape.kind === "plain" && input.type === "address")
    return <AddressInput {...{ name, chain }} label={labelOf(input, unnamed)} />;
  if (shape.kind === "plain" && input.type === "bytes") return <BytesInput name={name} label={labelOf(input, unnamed)} />;
  if (shape.kind === "plain")
    return (
      <label>
        {labelOf(input, unnamed)}
        <input name={name} autoComplete="off" spellcheck={false} />
      </label>
    );
  return (
    <fieldset>
      <legend>{labelOf(input, unnamed)}</legend>
      {shape.parts.map((part, place) => (
        <Field key={place} input={part} name={`${name}-${place}`} unnamed={`part ${place + 1}`} chain={chain} />
      ))}
    </fieldset>
  );
}

function ListField({
  input,
  name,
  unnamed,
  chain,
  item,
  count,
}: FieldProps & { readonly item: AbiParameter; readonly count: number | undefined }) {
  const [added, setAdded] = useState(0);
  const shown = Math.min(count ?? added, MOST_ITEMS);
  const label = labelOf(input, unnamed);
  return (
    <fieldset>
      <legend>{label}</legend>
      <input type="hidden" name={`${name}-items`} value={shown} />
      {Array.from({ length: shown }, (_, place) => (
        <Field key={place} input={item} name={`${name}-${place}`} unnamed={`item ${place + 1}`} chain={chain} />
      ))}
      {count === undefined && (
        <div class="actions">
          <button
            type="button"
            aria-label={`Add an item to ${label}`}
            disabled={shown >= MOST_ITEMS}
            onClick={() => setAdded(shown + 1)}
          >
            Add an item
          </button>
          <button
            type="button"
            aria-label={`Remove the last item of ${label}`}
            disabled={shown === 0}
            onClick={() => setAdded(shown - 1)}
          >
            Remove the last
          </button>
        </div>
      )}
    </fieldset>
  );
}

/** Inputs for the parameters, in order: plain ones unchanged, parts and items as a list in JSON. */
export function argumentsIn(form: HTMLFormElement, inputs: readonly AbiParameter[]): readonly string[] {
  const fields = new FormData(form);
  return inputs.map((input, place) => {
    const typed = typedIn(fields, input, `argument-${place}`);
    return typeof typed === "string" ? typed : JSON.stringify(typed);
  });
}

function typedIn(fields: FormData, input: AbiParameter, name: string): Typed {
  const shape = shapeOf(input);
  if (shape.kind === "plain") return String(fields.get(name) ?? "");
  if (shape.kind === "parts") return shape.parts.map((part, place) => typedIn(fields, part, `${name}-${place}`));
  const length = Number(fields.get(`${name}-items`));
  return Array.from({ length }, (_, place) => typedIn(fields, shape.item, `${name}-${place}`));
}

export function ValueField() {
  return (
    <label>
      value, in the chain's coin
      <input name="value" inputMode="decimal" autoComplete="off" />
    </label>
  );
}

/** Smallest units of the input value; nothing without one. Throws Error for an invalid amount. */
export function valueIn(form: HTMLFormElement): { readonly value?: string } {
  const text = String(new FormData(form).get("value") ?? "").trim();
  return text === "" ? {} : { value: smallestUnits(text, 18) };
}
