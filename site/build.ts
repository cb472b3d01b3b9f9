// Builds the site: a static folder, site/dist/v<major.minor>, which any web server serves under that path. A release has its own.
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiPages } from "./api-pages.ts";
import { buildSite } from "./build-site.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
const base = `/v${version.split(".", 2).join(".")}/`;
const output = join(root, "site/dist", base);
rmSync(output, { recursive: true, force: true });
await buildSite({ root, base, output, generated: await apiPages(root) });
console.error(`the site is in ${output}; serve ${dirname(output)} and open ${base}`);
