import { short } from "../format.ts";
import { AddressLink } from "./links.tsx";

/** An address, or a longer piece of data. */
const LONG = /(0x[0-9a-fA-F]{40,})/;
const ADDRESS_LENGTH = 42;

/** A call or an event in words, with its addresses as links and its hashes short. All of it is text: strangers choose it. */
export function Words({ text, chain }: { readonly text: string; readonly chain: string }) {
  return (
    <code>
      {text.split(LONG).map((piece, i) =>
        i % 2 === 0 ? (
          piece
        ) : piece.length === ADDRESS_LENGTH ? (
          <AddressLink key={i} chain={chain} address={piece} />
        ) : (
          <span key={i} title={piece.slice(0, 1_000)}>
            {short(piece)}
          </span>
        ),
      )}
    </code>
  );
}
