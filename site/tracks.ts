/** Alternatives of a page, from the first comment to the one that ends them. */
const TRACKS = /^<!-- track: [^]*?^<!-- end of tracks -->$/gm;
const TRACK = /^<!-- track: (\w+) -->\n([^]*?)(?=^<!-- (?:track: |end of tracks))/gm;

/** The page with the name of each alternative before it, for readers of Markdown. */
export function withTrackNames(markdown: string): string {
  return markdown.replaceAll(/^<!-- track: (\w+) -->$/gm, "With $1:\n");
}

/** The page with its alternatives as panels, of which `source/tracks.js` shows the reader's choice. Without scripts each has its name. */
export function withTracks(markdown: string): string {
  return markdown.replaceAll(TRACKS, (tracks) => {
    const panels = [...tracks.matchAll(TRACK)].map(
      ([, name = "", content = ""]) => `<section class="track" data-track="${name}">\n\n${content.trim()}\n\n</section>`,
    );
    return `<div class="tracks">\n\n${panels.join("\n\n")}\n\n</div>`;
  });
}
