import { allSeen } from "../all-seen.ts";
import { useAsked } from "../ecosystem.ts";
import type { SourceSteps } from "../answers.ts";
import { count } from "../format.ts";
import { ask } from "../rpc.ts";
import { Answer } from "./layout.tsx";
import { SourceLines } from "./source-lines.tsx";

/** Lines before and behind the one that is looked at. */
const AROUND = 8;

type Stops = SourceSteps["stops"];

interface Place {
  /** The instruction that is looked at. */
  readonly step: number | undefined;
  readonly choose: (step: number) => void;
}

/** Through which lines of the project's sources the transaction went, forwards and back; each leads to its instruction. */
export function SourceStepping({ chain, hash, ...place }: Place & { readonly chain: string; readonly hash: string }) {
  const asked = useAsked(() => ask<SourceSteps>("any", "hyperchain_sourceSteps", [chain, hash]), [`${chain}:${hash}`]);
  return (
    <Answer asked={asked} missing="">
      {(found) =>
        found.stops.length === 0 ? <p class="quiet">The project has no source of what ran.</p> : <Stepper {...found} {...place} />
      }
    </Answer>
  );
}

function Stepper({ sources, stops, more = 0, step = -1, choose }: SourceSteps & Place) {
  const at = Math.max(
    0,
    stops.findLastIndex((each) => each.step <= step),
  );
  const stop = stops[at];
  if (stop === undefined) return null;
  const { name = "", lines = [] } = sources[stop.source] ?? {};
  const first = Math.max(1, stop.line - AROUND);
  return (
    <div class="stepper">
      <div class="bar" role="group" aria-label="step through the source">
        <To label="First line" stop={stops[0]} is={stop} choose={choose} />
        <To label="Back" stop={stops[at - 1]} is={stop} choose={choose} />
        <To label="Next line" stop={stops[at + 1]} is={stop} choose={choose} />
        <To label="Over calls" stop={behind(stops, at, stop.level)} is={stop} choose={choose} />
        <To label="Out" stop={behind(stops, at, stop.level - 1)} is={stop} choose={choose} />
        <To label="Last line" stop={stops.at(-1)} is={stop} choose={choose} />
      </div>
      <SourceLines
        caption={
          <span aria-live="polite">
            <code>
              {allSeen(name)}:{stop.line}
            </code>{" "}
            in <code>{stop.function}</code>
            <span class="quiet">
              {" "}
              · stop {count(at + 1)} of {count(stops.length)}, instruction {count(stop.step)}
            </span>
          </span>
        }
        firstLine={first}
        lines={lines.slice(first - 1, stop.line + AROUND)}
        line={stop.line}
        isFailing={false}
      />
      {more > 0 && <p class="quiet">{count(more)} stops are left out.</p>}
    </div>
  );
}

/** Next stop at the same call depth or above. */
function behind(stops: Stops, at: number, level: number): Stops[number] | undefined {
  return stops.slice(at + 1).find((each) => each.level <= level);
}

interface ToProps extends Pick<Place, "choose"> {
  readonly label: string;
  readonly stop: Stops[number] | undefined;
  /** Present stop. */
  readonly is: Stops[number];
}

function To({ label, stop, is, choose }: ToProps) {
  return (
    <button disabled={stop === undefined || stop === is} onClick={() => stop !== undefined && choose(stop.step)}>
      {label}
    </button>
  );
}
