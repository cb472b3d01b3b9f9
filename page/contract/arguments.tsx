import { smallestUnits } from "../wallet/amount.ts";
import { labelOf } from "./abi.ts";
import type { AbiParameter } from "./abi.ts";

/** A field for each parameter. */
export function Arguments({ inputs }: { readonly inputs: readonly AbiParameter[] }) {
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

/** What was typed for the parameters, in order. */
export function argumentsIn(form: HTMLFormElement, inputs: readonly AbiParameter[]): readonly string[] {
  const fields = new FormData(form);
  return inputs.map((_input, place) => String(fields.get(`argument-${place}`) ?? ""));
}

export function ValueField() {
  return (
    <label>
      value, in the chain's coin
      <input name="value" inputMode="decimal" autoComplete="off" />
    </label>
  );
}

/** Smallest units of the value that was typed; nothing where none was. Throws Error for what is no amount. */
export function valueIn(form: HTMLFormElement): { readonly value?: string } {
  const text = String(new FormData(form).get("value") ?? "").trim();
  return text === "" ? {} : { value: smallestUnits(text, 18) };
}
