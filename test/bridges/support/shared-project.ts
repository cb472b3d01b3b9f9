import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { CACHE, DAPP, installDapp } from "./dapp.ts";
import { HYPERLANE_DAPP } from "./warp-routes.ts";

/** The packages that bridges' contracts come from; those of other bridges are this package's. */
const SCOPES: readonly (readonly [scope: string, project: string])[] = [
  ["@layerzerolabs", DAPP],
  ["@hyperlane-xyz", HYPERLANE_DAPP],
];

/** A project with what the bridges of all these dapps' projects need, by links to what is installed in each. */
export function projectOf(projects: readonly string[]): string {
  for (const project of projects) installDapp(project);
  const [first] = projects;
  if (first !== undefined && projects.length === 1) return first;
  const folder = join(CACHE, "several-bridges");
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const [scope, project] of SCOPES) {
    const link = join(folder, "node_modules", scope);
    if (projects.includes(project) && !existsSync(link))
      linkOnce(relative(dirname(link), join(project, "node_modules", scope)), link);
  }
  return folder;
}

/** Test files of other processes may make the same link meanwhile. */
function linkOnce(target: string, link: string): void {
  try {
    symlinkSync(target, link, "junction");
  } catch (error) {
    if (!existsSync(link)) throw error;
  }
}
