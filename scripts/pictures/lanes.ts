import { arrow, box, LINE_HEIGHT, type Picture, textLines, type Tone, wrapText } from "./svg.ts";

/** Event of one lane. */
interface LaneNote {
  readonly at: string;
  readonly text: string;
  readonly tone?: Tone;
}

/** Event from one lane to another one. */
interface LaneArrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly tone?: Tone;
}

/** Sentence over the whole width, between two parts of the time. */
interface LaneBreak {
  readonly then: string;
}

/** Picture of lanes; time runs down. */
export interface Lanes {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly lanes: readonly string[];
  /** Events from the first to the last. Notes in one list happen together. */
  readonly events: readonly (LaneNote | LaneArrow | LaneBreak | readonly LaneNote[])[];
}

const LANE_WIDTH = 208;
const MARGIN = 8;
const PADDING = 8;
const GAP = 16;
const HEADER = LINE_HEIGHT + 2 * PADDING;

/** Draws lanes with their events. Throws RangeError for an event of an unknown lane. */
export function lanesPicture({ name, title, description, lanes, events }: Lanes): Picture {
  const width = lanes.length * LANE_WIDTH + 2 * MARGIN;
  const middle = (lane: string): number => {
    const place = lanes.indexOf(lane);
    if (place < 0) throw new RangeError(`the picture ${name} has no lane '${lane}'; its lanes are ${lanes.join(", ")}`);
    return MARGIN + (place + 0.5) * LANE_WIDTH;
  };
  const drawn: string[] = [];
  let y = MARGIN + HEADER + GAP;
  for (const event of events) {
    const part = isNotes(event)
      ? notes(event, y, middle)
      : "at" in event
        ? notes([event], y, middle)
        : "then" in event
          ? interval(event, y, width)
          : crossing(event, y, { name, middle });
    drawn.push(...part.drawn);
    y += part.height + GAP;
  }
  const heads = lanes.map((lane) => laneHead(lane, middle(lane)));
  const lines = lanes.map(
    (lane) => `<line class="lane" x1="${middle(lane)}" y1="${MARGIN + HEADER}" x2="${middle(lane)}" y2="${y - GAP / 2}"/>`,
  );
  return { name, title, description, width, height: y, body: [...lines, ...heads, ...drawn] };
}

/** Elements of an event, with the height that they take. */
interface DrawnEvent {
  readonly drawn: readonly string[];
  readonly height: number;
}

function isNotes(event: Lanes["events"][number]): event is readonly LaneNote[] {
  return Array.isArray(event);
}

function laneHead(lane: string, middle: number): string {
  const width = LANE_WIDTH - 2 * GAP;
  return box({ x: middle - width / 2, y: MARGIN, width, height: HEADER, lines: [lane], tone: "plain" }).replace(
    'class="on-plain"',
    'class="name"',
  );
}

function notes(list: readonly LaneNote[], y: number, middle: (lane: string) => number): DrawnEvent {
  const width = LANE_WIDTH - GAP;
  const texts = list.map(({ text }) => wrapText(text, width - 2 * PADDING));
  const height = Math.max(...texts.map((lines) => lines.length)) * LINE_HEIGHT + 2 * PADDING;
  const drawn = list.map(({ at, tone = "plain" }, i) =>
    box({ x: middle(at) - width / 2, y, width, height, lines: texts[i] ?? [], tone }),
  );
  return { drawn, height };
}

interface CrossingPlace {
  readonly name: string;
  readonly middle: (lane: string) => number;
}

function crossing({ from, to, text, tone = "plain" }: LaneArrow, y: number, { name, middle }: CrossingPlace): DrawnEvent {
  const [start, end] = [middle(from), middle(to)];
  const lines = wrapText(text, Math.abs(end - start) - 2 * GAP);
  const height = lines.length * LINE_HEIGHT + PADDING;
  const label = textLines({ x: (start + end) / 2, y, lines, style: "label" });
  const line = arrow({ picture: name, from: [start, y + height], to: [end + Math.sign(start - end) * 4, y + height], tone });
  return { drawn: [line, label], height };
}

function interval({ then }: LaneBreak, y: number, width: number): DrawnEvent {
  const lines = wrapText(then, width - 4 * GAP);
  const rule = `<line class="lane" x1="${MARGIN}" y1="${y}" x2="${width - MARGIN}" y2="${y}"/>`;
  const label = textLines({ x: width / 2, y: y + PADDING, lines, style: "label name" });
  return { drawn: [rule, label], height: lines.length * LINE_HEIGHT + PADDING };
}
