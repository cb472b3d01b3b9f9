// After words or spreads were replaced: node test/tidiness/lower-counts.ts lowers the counts that plain-english.test.ts and
// tidiness.test.ts compare, and lists rooms that are finished. No count rises.
import { FINISHED_ROOMS, foundIn, readCounts, readProseTree, writeCounts } from "./plain-english.ts";
import { countsOf, lowered, roomsWithoutHardWords } from "./prose-rules.ts";
import { readSourceTree } from "./source-tree.ts";
import { countSpreads, readSpreadCounts, writeSpreadCounts } from "./spread-rules.ts";

const tree = readProseTree();
const words = foundIn(tree);
writeCounts(lowered(readCounts(), countsOf(words)));
writeSpreadCounts(lowered(readSpreadCounts(), countSpreads(readSourceTree(["src/**/*.ts"]))));
const finished = roomsWithoutHardWords(tree, words).filter((room) => !FINISHED_ROOMS.includes(room));
if (finished.length > 0) console.log(`finished, for FINISHED_ROOMS in plain-english.ts: ${finished.join(", ")}`);
