import { defineBus } from "../../stark/constraints/bus.ts";
import { OCTET_ELEMENTS, WORD_ELEMENTS } from "../relation.ts";

/*
 * The wiring. The one row that writes a cell sends its value as often as the cell is read; each row that reads it receives the
 * value once, or sends it −1 times where its slot may also write. Addresses and multiplicities are the key's. So with any other
 * value than the writer's an address has receives, and sends of −1, alone, and fewer of them than p: a balanced bus has none.
 */

/** Says what the word at an address is. */
export const WORD_BUS = defineBus("word", 1, { address: 1, word: WORD_ELEMENTS });
/** Says what the octet at an address is. */
export const OCTET_BUS = defineBus("octet", 2, { address: 1, octet: OCTET_ELEMENTS });
/**
 * Entries of trees. A row that picks an entry sends it once, counted by the key's column; the row that offers it receives it with
 * any multiplicity. So each picked entry is an offered one, whose tree and index are the key's.
 */
export const NODE_BUS = defineBus("node", 3, { tree: 1, index: 1, octet: OCTET_ELEMENTS });
