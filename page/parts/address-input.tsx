import { useState } from "preact/hooks";
import { short } from "../format.ts";
import { exactlyNamed, type NamedAddress } from "../named-address.ts";
import { useNames } from "../names.ts";

/** What address fields of all forms offer, once on the page. */
export const OFFERED = "named-addresses";
const MOST_OFFERED = 200;

interface AddressInputProps {
  /** Of the field in its form. */
  readonly name?: string;
  readonly label: string;
  readonly isNeeded?: boolean;
  /** Where the account is meant to be; the same address can be something else on another chain. */
  readonly chain?: string | undefined;
  /** Without a label that is seen. */
  readonly isBare?: boolean;
  /** Called with what stands in the field. */
  readonly onAddress?: (address: string) => void;
}

/**
 * A field for an address, into which a name can be typed or chosen: an account, a contract, one of the address book. What is sent
 * is the address, which stands in the field as soon as a name is whole; beside it stands what the address is called.
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

/** What a text in the field stands for; empty where that is not known. */
function saidOf(
  all: readonly NamedAddress[],
  named: readonly NamedAddress[],
  { text, chain }: { readonly text: string; readonly chain: string | undefined },
): string {
  if (named.length > 1) return `${named.length} addresses are called so: choose one of the list, or write the address`;
  const [only] = named;
  // In one line, as what follows once the address stands in the field: a button below stays under the pointer that presses it.
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
