import { arrow, box, LINE_HEIGHT, type Picture, textLines, type Tone, wrapText } from "./svg.ts";

/** Box in a grid. */
interface GridBox {
  /** Id for lines; also the text if there is no other. */
  readonly id: string;
  readonly text?: string;
  /** Column of the grid, from 0; a half is between two columns. */
  readonly column: number;
  readonly row: number;
  /** Number of columns (default: 1). */
  readonly columns?: number;
  readonly tone?: Tone;
}

/** Line from a box to another one. */
interface GridLine {
  readonly from: string;
  readonly to: string;
  readonly text?: string;
  readonly tone?: Tone;
  /** Distance of the line from the middle of a box, for two lines between the same boxes. */
  readonly shift?: number;
}

/** Dashed frame around rows of the grid. */
interface GridGroup {
  readonly text: string;
  readonly fromRow: number;
  readonly toRow: number;
}

/** Picture of boxes in a grid. */
export interface Boxes {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly boxes: readonly GridBox[];
  readonly lines?: readonly GridLine[];
  readonly groups?: readonly GridGroup[];
  /** Width of a column (default: 208). */
  readonly columnWidth?: number;
  /** Height after each row, from the first one (default: 56). */
  readonly rowGaps?: readonly number[];
}

/** Box with its position in the picture. */
interface PlacedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
  readonly tone: Tone;
}

const MARGIN = 16;
const PADDING = 10;
const COLUMN_GAP = 24;
const ROW_GAP = 56;
const GROUP_HEADER = LINE_HEIGHT + 8;

/** Draws boxes, their lines and groups. Throws RangeError for a line of an unknown box. */
export function boxesPicture(picture: Boxes): Picture {
  const { name, title, description, boxes, lines = [], groups = [] } = picture;
  const columnWidth = picture.columnWidth ?? 208;
  const rows = rowPlaces(picture, columnWidth);
  const placed = new Map(boxes.map((each) => [each.id, placedBox(each, rows, columnWidth)]));
  const find = (id: string): PlacedBox => {
    const found = placed.get(id);
    if (found === undefined) throw new RangeError(`the picture ${name} has no box '${id}'`);
    return found;
  };
  const columns = Math.max(...boxes.map(({ column, columns: span = 1 }) => column + span));
  const width = columns * columnWidth + 2 * MARGIN;
  const last = rows.at(-1) ?? { y: 0, height: 0 };
  const height = last.y + last.height + (groups.some(({ toRow }) => toRow === rows.length - 1) ? 2 : 1) * MARGIN;
  const frames = groups.map((group) => groupFrame(group, rows, width));
  const drawnLines = lines.flatMap((line) => gridLine(name, line, { from: find(line.from), to: find(line.to) }));
  return { name, title, description, width, height, body: [...frames, ...[...placed.values()].map(box), ...drawnLines] };
}

/** Top and height of a row. */
interface RowPlace {
  readonly y: number;
  readonly height: number;
}

function rowPlaces({ boxes, groups = [], rowGaps = [] }: Boxes, columnWidth: number): readonly RowPlace[] {
  const count = Math.max(...boxes.map(({ row }) => row)) + 1;
  const places: RowPlace[] = [];
  let y = MARGIN;
  for (let row = 0; row < count; row++) {
    if (groups.some(({ fromRow }) => fromRow === row)) y += GROUP_HEADER;
    const inRow = boxes.filter((each) => each.row === row);
    const height = Math.max(...inRow.map((each) => boxLines(each, columnWidth).length)) * LINE_HEIGHT + 2 * PADDING;
    places.push({ y, height });
    y += height + (rowGaps[row] ?? ROW_GAP);
  }
  return places;
}

function boxLines({ id, text = id, columns = 1 }: GridBox, columnWidth: number): readonly string[] {
  return wrapText(text, columns * columnWidth - COLUMN_GAP - 2 * PADDING);
}

function placedBox(each: GridBox, rows: readonly RowPlace[], columnWidth: number): PlacedBox {
  const { y, height } = rows[each.row] ?? { y: 0, height: 0 };
  return {
    x: MARGIN + each.column * columnWidth + COLUMN_GAP / 2,
    y,
    width: (each.columns ?? 1) * columnWidth - COLUMN_GAP,
    height,
    lines: boxLines(each, columnWidth),
    tone: each.tone ?? "plain",
  };
}

function groupFrame({ text, fromRow, toRow }: GridGroup, rows: readonly RowPlace[], width: number): string {
  const top = (rows[fromRow]?.y ?? 0) - GROUP_HEADER;
  const bottom = (rows[toRow]?.y ?? 0) + (rows[toRow]?.height ?? 0) + MARGIN - 4;
  const label = textLines({ x: width / 2, y: top + 4, lines: [text], style: "name" });
  return `<rect class="group" x="4" y="${top}" width="${width - 8}" height="${bottom - top}" rx="8"/>${label}`;
}

/** Line between two boxes: level if they share a row, upright if the wider box covers the middle of the narrower one. */
function gridLine(
  picture: string,
  { text, tone = "plain", shift = 0 }: GridLine,
  { from, to }: { readonly from: PlacedBox; readonly to: PlacedBox },
): readonly string[] {
  const isLevel = from.y === to.y;
  const forwards = isLevel ? to.x > from.x : to.y > from.y;
  const narrow = from.width <= to.width ? from : to;
  const wide = narrow === from ? to : from;
  const middle = narrow.x + narrow.width / 2;
  const isUpright = middle > wide.x && middle < wide.x + wide.width;
  const side = (each: PlacedBox, isStart: boolean): readonly [number, number] => {
    const atEnd = isStart === forwards;
    return isLevel
      ? [each.x + (atEnd ? each.width : 0), each.y + each.height / 2 + shift]
      : [(isUpright ? middle : each.x + each.width / 2) + shift, each.y + (atEnd ? each.height : 0)];
  };
  const [start, end] = [side(from, true), side(to, false)];
  const drawn = arrow({ picture, from: start, to: end, tone });
  if (text === undefined) return [drawn];
  const lines = text.split("\n");
  const y = (start[1] + end[1]) / 2 - (lines.length * LINE_HEIGHT) / 2 - 1;
  return [drawn, textLines({ x: (start[0] + end[0]) / 2, y, lines, style: "label" })];
}
