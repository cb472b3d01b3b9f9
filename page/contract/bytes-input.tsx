import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { useNames } from "../names.ts";
import { interoperableOf, interoperableWords } from "./interoperable.ts";

/**
 * Field for bytes that accepts the name of an account of a chain: `beta:0x…`, `Counter on beta`. The field
 * shows and sends the account's address in the form of ERC-7930 as soon as the name is complete.
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
