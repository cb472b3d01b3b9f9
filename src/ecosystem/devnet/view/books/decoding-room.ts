import { MOST_DECODED } from "../../../client/sending/revert-reason.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";

/** Hexadecimal characters of all data of a question: what follows is as what is too long. A page's questions have fewer. */
const MOST_CHARACTERS_OF_ALL = 65_536;

/** Of one question about strangers' data: whether there is room to decode these, which are then counted. */
export function decodingRoom(): (data: Hex) => boolean {
  let left = MOST_CHARACTERS_OF_ALL;
  return (data) => data.length <= MOST_DECODED && (left -= data.length) >= 0;
}
