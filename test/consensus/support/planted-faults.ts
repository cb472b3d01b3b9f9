import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

export const CONSENSUS = fileURLToPath(new URL("../../../src/chain/consensus/", import.meta.url));

interface Change {
  readonly file: string;
  readonly replaced: string;
  readonly by: string;
}

/** Lines of the room replaced by others with a fault, and the scenario whose runs find it. */
export interface PlantedFault {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly scenario: Scenario;
  /** First of the seeds that are tried. */
  readonly seed: number;
}

/** First seeds of faults that few runs show. */
const RARE: Readonly<Record<string, number>> = { "votes sent before they are stored": 120, "certificates not stored": 390 };

const SILENT_LIAR = "all honest killed between vote and log, leader silent";
const REWINDS = "revert inside a view, down during the rewind: four";

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  planted("a quorum of two of four", "one liar of four", {
    file: "votes.ts",
    replaced: "Math.floor((count + liarsOf(count)) / 2) + 1",
    by: "Math.floor((count + liarsOf(count)) / 2)",
  }),
  planted("finalizing in a nullified view", "one liar of four", {
    file: "voting.ts",
    replaced: "finalized === undefined && isNullified !== true && view",
    by: "finalized === undefined && view",
  }),
  planted("views between that were not nullified", "one liar of four", {
    file: "draft.ts",
    replaced: "this.isNotarized(header) && this.isOnlyNullified(header.view, view)",
    by: "this.isNotarized(header)",
  }),
  planted("a proposal out of turn", "one liar of four", {
    file: "reducer.ts",
    replaced: "vote.voter === rules.voters.leaderOf(header.view) &&",
    by: "",
  }),
  planted(
    "two notarizations of a view",
    "one liar of four",
    { file: "reducer.ts", replaced: "  if (state.proposals.has(header.view)) return;\n", by: "" },
    {
      file: "voting.ts",
      replaced: "notarized !== undefined || isNullified === true) return;\n  if (draft.isExecuted(header.id)",
      by: "notarized === header.id || isNullified === true) return;\n  if (draft.isExecuted(header.id)",
    },
  ),
  planted("votes sent before they are stored", SILENT_LIAR, {
    file: "node.ts",
    replaced: "this.#ports.storeVote(record, () => {",
    by: "((run: () => void) => { this.#ports.storeVote(record, () => undefined); run(); })(() => {",
  }),
  planted("stored votes forgotten", SILENT_LIAR, {
    file: "restore.ts",
    replaced: 'votes: young.flatMap((record) => (record.type === "vote" ? [record.vote] : [])),',
    by: "votes: [],",
  }),
  planted("stored votes not counted", "two voters", {
    file: "node.ts",
    replaced: "this.#feedVotes(this.#restored.votes);",
    by: "",
  }),
  planted("certificates not stored", SILENT_LIAR, {
    file: "node.ts",
    replaced: 'return ports.storeVote({ type: "certificate", certificate: effect.certificate }, () => undefined);',
    by: "return;",
  }),
  planted("bytes not stored with the vote", SILENT_LIAR, {
    file: "node.ts",
    replaced: 'bytes === undefined || isStored ? { type: "vote", vote }',
    by: 'bytes !== undefined || isStored ? { type: "vote", vote }',
  }),
  planted("a root whose view a rewind does not raise", REWINDS, {
    file: "restore.ts",
    replaced: "view: Math.max(mark.view, firstView - 1)",
    by: "view: mark.view",
  }),
  planted("old votes counted after a rewind", REWINDS, {
    file: "restore.ts",
    replaced: "newest === undefined || newest.certificate.view < firstView",
    by: "newest === undefined",
  }),
  planted("pages refused", "one node away for 100 views", {
    file: "reducer.ts",
    replaced: "  decideUpTo(draft, certificate);\n",
    by: "",
  }),
  planted("votes that it must have lost", "one node that loses its votes", {
    file: "restore.ts",
    replaced: "(newest?.votedView ?? 0) > votedView",
    by: "false",
  }),
  planted("views that do not end", SILENT_LIAR, {
    file: "reducer.ts",
    replaced: 'else if (timer === "view" || !state.proposals.has(view)) nullify(draft);',
    by: "",
  }),
];

function planted(name: string, scenario: string, ...changes: readonly Change[]): PlantedFault {
  return { name, changes, scenario: SCENARIOS.find((one) => one.name === scenario)!, seed: RARE[name] ?? 1 };
}

/** Folder of a copy of the room with the fault. */
export function plant({ changes }: PlantedFault): string {
  const folder = mkdtempSync(join(tmpdir(), "consensus-"));
  cpSync(CONSENSUS, folder, { recursive: true });
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".ts"))) {
    const text = readFileSync(join(folder, name), "utf8");
    const changed = changes.filter(({ file }) => file === name).reduce((before, change) => replaced(before, change), text);
    writeFileSync(
      join(folder, name),
      changed.replaceAll(/from "(\.\.\/[^"]*)"/g, (_, path: string) => `from "${addressOf(path)}"`),
    );
  }
  return folder;
}

/** Address of what the room imports from another room. */
function addressOf(path: string): string {
  return new URL(path, pathToFileURL(CONSENSUS)).href;
}

function replaced(text: string, { file, replaced: old, by }: Change): string {
  if (text.split(old).length !== 2) throw new Error(`${file} does not contain exactly one ${old}`);
  return text.replace(old, () => by);
}
