import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { llmsText, markdownPath } from "../../site/markdown-pages.ts";
import { withTrackNames, withTracks } from "../../site/tracks.ts";

const PAGE = "Before.\n\n<!-- track: ethers -->\n```ts\n1;\n```\n<!-- track: viem -->\nText.\n<!-- end of tracks -->\n\nAfter.\n";

describe("alternatives of a page", () => {
  test("are panels in one group, with their texts as Markdown", () => {
    const [before, group = "", after] = withTracks(PAGE).split(/(<div class="tracks">[^]*<\/div>)/);
    assert.deepEqual([before, after], ["Before.\n\n", "\n\nAfter.\n"]);
    assert.deepEqual(
      [...group.matchAll(/<section class="track" data-track="(\w+)">\n\n([^]*?)\n\n<\/section>/g)].map((each) => each.slice(1)),
      [
        ["ethers", "```ts\n1;\n```"],
        ["viem", "Text."],
      ],
    );
  });

  test("have their names before them in Markdown", () => {
    assert.equal(
      withTrackNames(PAGE).replaceAll(/^<!--.*-->\n/gm, ""),
      "Before.\n\nWith ethers:\n\n```ts\n1;\n```\nWith viem:\n\nText.\n\nAfter.\n",
    );
  });
});

describe("the index of pages as Markdown", () => {
  test("has a group of the menu only if it has a page, each page with its title and path", () => {
    const text = llmsText(
      new Map([
        ["docs/tutorial.md", "Your first contract"],
        ["README.md", "Plugin"],
      ]),
      "/v9.9/",
    );
    assert.match(
      text,
      /^# hardhat-hyperchain\n\n> .+\n\n## Start\n\n- \[Plugin\]\(\/v9\.9\/index\.md\)\n- \[Your first contract\]\(\/v9\.9\/tutorial\.md\)\n$/,
    );
    assert.equal(markdownPath("docs/recipes/ccip.md"), "recipes/ccip.md");
  });
});
