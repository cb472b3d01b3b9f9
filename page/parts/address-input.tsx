import { useState } from "preact/hooks";
import { short } from "../format.ts";
import { exactlyNamed, type NamedAddress } from "../named-address.ts";
import { useNames } from "../names.ts";

/** Suggestions for the address fields of all forms, once on the page. */
export const OFFERED = "named-addresses";
const MOST_OFFERED = 200;

interface AddressInputProps {
  /** Name of the field in its form. */
  readonly name?: string;
  readonly label: string;
  readonly isNeeded?: boolean;
  /** Chain of the account, because the address can belong to something else on another chain. */
  readonly chain?: string | undefined;
  /** Without a label that is seen. */
  readonly isBare?: boolean;
  /** Called with the field's content. */
  readonly onAddress?: (address: string) => void;
}

/**
 * Field for an address that also accepts a name: an account, a contract, an entry of the address book. The
 * field shows and sends the address as soon as a name is complete, with the name next to it.
 */
export function AddressInput({ name, label, isNeeded = false, isBare = false, chain, onAddress }: AddressInputProps) {
  const names = useNames();
  const [text, set] = useState("");
  const addressIn = (typed: string): string => {
    const [only, ...others] = exactlyNamed(names, typed, chain);
    return only !== undefined && others.length === 0 ? only.address : typed;
  };
  const take = (typed: string): void => {
    set(typed);
    onAddress?.(addressIn(typed));
  };
  const input = (
    <input
      {...{ name, list: OFFERED, autoComplete: "off", spellcheck: false, required: isNeeded }}
      {...(isBare ? { "aria-label": label, placeholder: "0x…, a name or a number" } : {})}
      onInput={({ currentTarget: { value } }) => take(value.trim())}
      onChange={({ currentTarget }) => {
        currentTarget.value = addressIn(currentTarget.value.trim());
        take(currentTarget.value);
      }}
    />
  );
  return (
    <div class="address-field">
      {isBare ? (
        input
      ) : (
        <label>
          {label}
          {input}
        </label>
      )}
      <small class="quiet" role="status">
        {saidOf(names.all, exactlyNamed(names, text, chain), { text, chain })}
      </small>
    </div>
  );
}

/** Meaning of a text in the field; empty if unknown. */
function saidOf(
  all: readonly NamedAddress[],
  named: readonly NamedAddress[],
  { text, chain }: { readonly text: string; readonly chain: string | undefined },
): string {
  if (named.length > 1) return `${named.length} addresses are called so: choose one of the list, or write the address`;
  const [only] = named;
  // One line, as after the address replaces the name, so that a button below stays under the pointer that
  // presses it.
  if (only !== undefined) return `${only.name}: ${short(only.address)}`;
  const there = all.filter(({ address }) => address === text.toLowerCase());
  const known = there.find((each) => each.chain === chain) ?? there.find((each) => each.chain === undefined) ?? there[0];
  return known === undefined ? "" : placed(known);
}

function placed({ name, chain }: NamedAddress): string {
  return chain === undefined ? name : `${name} on ${chain}`;
}

/** The addresses with names, for all fields. */
export function OfferedAddresses() {
  const { all } = useNames();
  return (
    <datalist id={OFFERED}>
      {all.slice(0, MOST_OFFERED).map((each) => (
        <option key={`${each.kind}:${each.chain}:${each.address}`} value={each.address}>
          {placed(each)}
        </option>
      ))}
    </datalist>
  );
}
