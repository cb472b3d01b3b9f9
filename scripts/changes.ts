// Ends with 1 if the public API changed and no file of .changeset/ describes the change: `npm run changes -- --since origin/main`.
// `npx changeset` writes one: patch, minor or major, and a sentence for the changelog.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lacksChangeset } from "./workflows/lacks-changeset.ts";

const { since } = parseArgs({ options: { since: { type: "string", default: "origin/main" } } }).values;
const cwd = join(import.meta.dirname, "..");
const names = execFileSync("git", ["diff", "--name-only", `${since}...HEAD`], { cwd, encoding: "utf8" });
if (lacksChangeset(names.split("\n"))) {
  console.error("api/ changed: describe the change for users by npx changeset, and commit its file of .changeset/");
  process.exit(1);
}
