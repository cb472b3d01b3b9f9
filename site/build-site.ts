import { join } from "node:path";
import { build } from "astro";
import { prepareSite } from "./prepare.ts";
import { siteConfig } from "./site-config.ts";

interface SiteBuild {
  /** The repository. */
  readonly root: string;
  /** Path under which the site is served, with slashes around it. */
  readonly base: string;
  /** Folder of the built site. */
  readonly output: string;
  /** Pages that are in no file, by the paths that they would have in the repository. */
  readonly generated?: ReadonlyMap<string, string>;
}

/** Builds the site with its search. Rejects with SitePageError or the generator's error. */
export async function buildSite({ root, base, output, generated = new Map() }: SiteBuild): Promise<void> {
  prepareSite({ root, input: join(root, "site/.input"), base }, generated);
  process.env["ASTRO_TELEMETRY_DISABLED"] = "1";
  await build({ root: join(root, "site"), configFile: false, logLevel: "error", ...siteConfig({ base, output, generated }) });
}
