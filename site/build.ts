// Builds the site: a static folder, site/dist/v<major.minor>, which any web server serves under that path. A release has its own.
// A file next to these folders lists the versions.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiPages } from "./api-pages.ts";
import { buildSite } from "./build-site.ts";
import { siteVersions, versionPath, VERSIONS_FILE } from "./versions.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const { version } = JSON.parse(read("package.json")) as { readonly version: string };
const base = versionPath(version);
const dist = join(root, "site/dist");
const output = join(dist, base);
rmSync(output, { recursive: true, force: true });
await buildSite({ root, base, output, generated: await apiPages(root) });
writeFileSync(join(dist, VERSIONS_FILE), `${JSON.stringify(siteVersions(version, read("CHANGELOG.md")), null, 2)}\n`);
console.error(`the site is in ${output}; serve ${dist} and open ${base}`);
