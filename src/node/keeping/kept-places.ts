import { deflateSync, inflateSync } from "node:zlib";
import { decodePlace, encodePlace } from "../../chain/past/place.ts";
import type { Place, PlaceParts, PlaceStore } from "../../chain/past/place.ts";
import type { Ledger, LedgerStream } from "../../ledger/ledger.ts";
import { LedgerError } from "../../ledger/ledger-error.ts";

/** A place's entries, in order. */
const PARTS = ["notes", "state", "tree"] as const;
/** The state is most of it, and packing it thoroughly takes longer than reading it. */
const FAST = { level: 1 } as const;

/**
 * What a ledger has of a chain's newest place, and where it keeps the next one. `names`: of the streams. Throws LedgerError
 * Damaged.
 */
export function openPlaces(
  ledger: Ledger,
  names: { readonly blocks: string; readonly place: string },
): readonly [PlaceStore, Place | undefined] {
  const [blocks, parts] = [ledger.stream(names.blocks), ledger.stream(names.place)];
  const store: PlaceStore = {
    get blocks() {
      return blocks.length;
    },
    block: (number) => blocks.entry(number),
    keep: (told, place) =>
      ledger.together(async () => {
        for await (const text of told) blocks.append(text);
        const encoded = encodePlace(place());
        parts.truncate(0);
        for (const part of PARTS) parts.append(deflateSync(encoded[part], FAST).toString("base64"));
      }),
  };
  return [store, parts.length === 0 ? undefined : readPlace(parts, names.place)];
}

function readPlace(stream: LedgerStream, name: string): Place {
  try {
    const [notes, state, tree] = Array.from(stream.entries(), (text) =>
      Uint8Array.from(inflateSync(Buffer.from(text, "base64"))),
    );
    return decodePlace({ notes, state, tree } as PlaceParts);
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError("Damaged", `the ${name} cannot be read; restore a copy`, { cause: error });
  }
}
