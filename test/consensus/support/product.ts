import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ConsensusNode } from "../../../src/chain/consensus/node.ts";
import type { encodeRecord, readDecisionRecords, readVoteRecords } from "../../../src/chain/consensus/records.ts";
import type { restore } from "../../../src/chain/consensus/restore.ts";

/** The room's modules that a simulated node is made of: the product's, or those of a copy with a planted fault. */
export interface ConsensusModules {
  readonly ConsensusNode: typeof ConsensusNode;
  readonly restore: typeof restore;
  readonly encodeRecord: typeof encodeRecord;
  readonly readVoteRecords: typeof readVoteRecords;
  readonly readDecisionRecords: typeof readDecisionRecords;
}

export async function modulesOf(folder: string): Promise<ConsensusModules> {
  const load = async (file: string): Promise<object> => (await import(pathToFileURL(join(folder, file)).href)) as object;
  const [node, restored, records] = await Promise.all(["node.ts", "restore.ts", "records.ts"].map(load));
  return { ...node, ...restored, ...records } as ConsensusModules;
}
