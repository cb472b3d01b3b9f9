import starlight from "@astrojs/starlight";
import type { AstroUserConfig } from "astro";
import { passthroughImageService } from "astro/config";
import { slugOf } from "./pages.ts";
import { PAGE_GROUPS } from "./sidebar.ts";

/** Order of search results: long pages of reference answer more questions than short pages that only name a word. */
export const SEARCH_RANKING = { pageLength: 0.1, termFrequency: 0.6 };

interface SiteConfigOptions {
  readonly base: string;
  readonly output: string;
  /** Generated pages; without them the menu has no group for them. */
  readonly generated: ReadonlyMap<string, string>;
}

/** Configuration of the site's generator. */
export function siteConfig({ base, output, generated }: SiteConfigOptions): AstroUserConfig {
  const groups = PAGE_GROUPS.map(({ label, files }) => ({
    label,
    collapsed: label !== "Start",
    items: files.filter((file) => !file.startsWith("api/") || generated.has(file)).map((file) => slugOf(file) || "index"),
  }));
  return {
    base,
    outDir: output,
    srcDir: "./source",
    publicDir: "./.input/public",
    cacheDir: "./.input/cache",
    trailingSlash: "always",
    image: { service: passthroughImageService() },
    // Another package has a later version of it, which the built pages would load.
    vite: { cacheDir: "./.input/vite", environments: { prerender: { resolve: { noExternal: ["js-yaml"] } } } },
    integrations: [
      starlight({
        title: "hardhat-hyperchain",
        description: "A Hardhat 3 plugin and local devnet for hyperchains",
        pagefind: { ranking: SEARCH_RANKING },
        tableOfContents: { maxHeadingLevel: 3 },
        customCss: ["./source/site.css"],
        // The place of links to social media, which this site does not have.
        components: { SocialIcons: "./source/Versions.astro" },
        head: ["tracks.js", "versions.js"].map((script) => ({ tag: "script", attrs: { src: `${base}${script}`, defer: true } })),
        sidebar: groups.filter(({ items }) => items.length > 0),
      }),
    ],
  };
}
