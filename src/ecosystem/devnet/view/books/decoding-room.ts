import { MAX_DECODED } from "../../../client/sending/revert-reason.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";

/** Hexadecimal characters of all data of a question: what follows is as what is too long. A page's questions have fewer. */
const MOST_CHARACTERS_OF_ALL = 65_536;

/** Limit of decoding in one query about external data: returns true if there is room for these, which are then counted. */
export function decodingRoom(): (data: Hex) => boolean {
  let left = MOST_CHARACTERS_OF_ALL;
  return (data) => data.length <= MAX_DECODED && (left -= data.length) >= 0;
}
