import type { Description } from "../answers.ts";
import { CopyButton } from "./copy-button.tsx";
import { Words } from "./words.tsx";

/** Arguments of a call or an event by their names, each to be copied whole. */
export function ArgumentsList({
  named,
  chain,
}: {
  readonly named: NonNullable<Description["arguments"]>;
  readonly chain: string;
}) {
  return (
    <ul class="arguments" aria-label="arguments">
      {named.map(({ name, type, value }, place) => (
        <li key={place}>
          <span class="quiet">{name === "" ? `argument ${place + 1}` : name}</span> <Words text={value} chain={chain} />{" "}
          <span class="quiet small">{shortType(type)}</span>{" "}
          <CopyButton what={name === "" ? `argument ${place + 1}` : name} text={unquoted(value, type)} />
        </li>
      ))}
    </ul>
  );
}

/** A struct's type is that of all of its parts. */
function shortType(type: string): string {
  return type.startsWith("(") ? `struct${type.slice(type.lastIndexOf(")") + 1)}` : type;
}

/** A text as the contract has it, without the quotes in which it is shown. */
function unquoted(value: string, type: string): string {
  try {
    return type === "string" ? String(JSON.parse(value)) : value;
  } catch {
    // It was too long, and cut off.
    return value;
  }
}
