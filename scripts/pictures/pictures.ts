import type { GeneratedFile } from "../verifier-generator/generated-files.ts";
import { boxesPicture } from "./boxes.ts";
import { lanesPicture } from "./lanes.ts";
import { LANE_PICTURES } from "./message-pictures.ts";
import { BOX_PICTURES } from "./structure-pictures.ts";
import { type Picture, svgOf } from "./svg.ts";

/** Every picture of the documentation. */
export function pictures(): readonly Picture[] {
  return [...LANE_PICTURES.map(lanesPicture), ...BOX_PICTURES.map(boxesPicture)];
}

/** The pictures as files that pages show. */
export function pictureFiles(): readonly GeneratedFile[] {
  return pictures().map((picture) => ({ path: `docs/pictures/${picture.name}.svg`, content: svgOf(picture) }));
}
