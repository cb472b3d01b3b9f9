import { deflateSync, inflateSync } from "node:zlib";
import { PlaceError } from "../../past/place-error.ts";
import { decodePlace, encodePlace, type PlaceParts } from "../../past/place-parts.ts";
import { requireFormat } from "../../past/place-notes.ts";
import type { Place, PlaceStore } from "../../past/place.ts";
import type { Ledger, LedgerStream } from "../../ledger/ledger.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { LedgerError } from "../../ledger/ledger-error.ts";

/** A place's entries, in order. */
const PARTS = ["notes", "state", "tree", "history", "blocks"] as const;
/** The state is most of it, and packing it thoroughly takes longer than reading it. */
const FAST = { level: 1 } as const;
/** Bytes that are unpacked at once; by Node's own number, putting them together takes longer than unpacking. */
const UNPACKED_CHUNK = 4 * 2 ** 20;
/** A larger part is refused: a dump from elsewhere may be small and unpack to anything. */
const MAX_PART_BYTES = 2 ** 30;

/**
 * Opens a ledger's newest checkpoint of a chain, and the storage of the next one. `names`: of the streams. Throws
 * LedgerError Damaged.
 */
export function openPlaces(
  ledger: Ledger,
  names: { readonly blocks: string; readonly place: string; readonly commands: string },
): readonly [PlaceStore, Place | undefined] {
  const [blocks, parts, commands] = [ledger.stream(names.blocks), ledger.stream(names.place), ledger.stream(names.commands)];
  const store: PlaceStore = {
    get blocks() {
      return blocks.length;
    },
    block: (number) => blocks.entry(number),
    keep: (newBlocks, place) =>
      ledger.together(async () => {
        for await (const text of newBlocks) blocks.append(text);
        const kept = place();
        const encoded = encodePlace(kept);
        blocks.skip(blocks.length);
        commands.skip(Math.min(kept.commands, commands.length));
        parts.truncate(0);
        for (const part of PARTS) parts.append(deflateSync(encoded[part], FAST).toString("base64"));
      }),
  };
  return [store, parts.length === 0 ? undefined : readPlace(blocks, parts, names.place)];
}

function readPlace(blocks: LedgerStream, parts: LedgerStream, name: string): Place {
  try {
    const [notes, state, tree, history, named, ...others] = Array.from(parts.entries(), unpacked);
    if (named === undefined || others.length > 0) {
      requireFormat(notes ?? new Uint8Array());
      throw new PlaceError("Damaged", `it has ${parts.length} parts, and is to have ${PARTS.length}`);
    }
    const place = decodePlace({ notes, state, tree, history, blocks: named } as PlaceParts);
    if (blocks.length === place.blocks.length) return place;
    throw new PlaceError("Damaged", `${blocks.length} blocks are kept, and it names ${place.blocks.length}`);
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError("Damaged", `the ${name} cannot be read: ${reasonOf(error)}; restore a copy`, { cause: error });
  }
}

function unpacked(text: string): Uint8Array {
  const bytes = inflateSync(Buffer.from(text, "base64"), { maxOutputLength: MAX_PART_BYTES, chunkSize: UNPACKED_CHUNK });
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
