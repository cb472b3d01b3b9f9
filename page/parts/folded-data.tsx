import { count } from "../format.ts";
import { CopyButton } from "./copy-button.tsx";

/** Hexadecimal characters that stand unfolded: four bytes and two words. */
const MOST_UNFOLDED = 138;
/** Maximum characters that a page draws. */
const MOST_DRAWN = 20_000;

/** Bytes in hexadecimal, folded where they are many, to be copied whole. */
export function FoldedData({ what, hex }: { readonly what: string; readonly hex: string }) {
  if (hex === "0x") return <span class="quiet">none</span>;
  if (hex.length <= MOST_UNFOLDED) return <code class="long">{hex}</code>;
  return (
    <details class="folded">
      <summary>
        <code>{hex.slice(0, 18)}…</code> {count((hex.length - 2) / 2)} bytes
      </summary>
      <CopyButton what={what} text={hex} />
      <code class="long">
        {hex.slice(0, MOST_DRAWN)}
        {hex.length > MOST_DRAWN ? "…" : ""}
      </code>
    </details>
  );
}
