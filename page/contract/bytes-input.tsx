import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { useNames } from "../names.ts";
import { interoperableOf, interoperableWords } from "./interoperable.ts";

/**
 * A field for bytes, into which an account of a chain can be typed by name: `beta:0x…`, `Counter on beta`. What is sent is its
 * address in the form of ERC-7930, which stands in the field as soon as the name is whole.
 */
export function BytesInput({ name, label }: { readonly name: string; readonly label: string }) {
  const { info } = useEcosystem();
  const names = useNames();
  const [text, set] = useState("");
  return (
    <div class="address-field">
      <label>
        {label}
        <input
          {...{ name, autoComplete: "off", spellcheck: false, placeholder: "0x…, beta:0x… or Counter on beta" }}
          onInput={({ currentTarget: { value } }) => set(value.trim())}
          onChange={({ currentTarget }) => {
            const typed = currentTarget.value.trim();
            currentTarget.value = interoperableOf(info, names, typed) ?? typed;
            set(currentTarget.value);
          }}
        />
      </label>
      <small class="quiet" role="status">
        {interoperableWords(info, names, interoperableOf(info, names, text) ?? text)}
      </small>
    </div>
  );
}
