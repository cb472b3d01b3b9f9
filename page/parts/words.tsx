import { printable } from "../../src/ground/runtime/printable.ts";
import { short } from "../format.ts";
import { ADDRESS_LENGTH, isAddress } from "../is-address.ts";
import { AddressLink } from "./links.tsx";

/** A text in quotes, to its end or to where it was cut off; strangers write these. */
const TEXT = /("(?:[^"\\]|\\.)*(?:"|$))/s;
/** An address, or a longer piece of data. */
const LONG = /(0x[0-9a-fA-F]{40,})/;

interface WordsProps {
  readonly text: string;
  readonly chain: string;
  readonly most?: number;
  /** True if its addresses may be in lower case, and nothing else has their length. */
  readonly anyCase?: boolean;
}

/**
 * Description of a call, an event or a value, with its addresses as links and its hashes shortened. Quoted
 * text may come from any account: it is plain text, in isolation. `most`: maximum characters.
 */
export function Words({ text, chain, most = Infinity, anyCase = false }: WordsProps) {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  return (
    <code>
      {shown
        .split(TEXT)
        .map((piece, i) => (i % 2 === 0 ? <Data key={i} {...{ text: piece, chain, anyCase }} /> : <Said key={i} text={piece} />))}
    </code>
  );
}

/** A sentence of the ecosystem's own, in which no stranger says anything, with its addresses as links. */
export function Sentence({ text, chain }: Pick<WordsProps, "text" | "chain">) {
  return <Data text={text} chain={chain} anyCase />;
}

/** Text from an unknown account, as plain text. */
export function Said({ text }: { readonly text: string }) {
  return <bdi>{printable(text)}</bdi>;
}

function Data({ text, chain, anyCase }: Omit<WordsProps, "most"> & { readonly anyCase: boolean }) {
  return (
    <>
      {printable(text)
        .split(LONG)
        .map((piece, i) =>
          i % 2 === 0 ? (
            piece
          ) : isAddress(piece) || (anyCase && piece.length === ADDRESS_LENGTH) ? (
            <AddressLink key={i} chain={chain} address={piece} />
          ) : (
            <span class="short" key={i} title={piece.slice(0, 1_000)}>
              {short(piece)}
            </span>
          ),
        )}
    </>
  );
}
