import { useState } from "preact/hooks";
import { useAsked } from "../ecosystem.ts";
import { count, plural, short } from "../format.ts";
import { ask, type Member } from "../rpc.ts";
import { Answer, Section } from "./layout.tsx";
import { LongTable } from "./long-table.tsx";
import { SourceStepping } from "./source-steps.tsx";

/** Gas up to which steps come with their memory: what they take grows with both. */
const MOST_GAS_WITH_MEMORY = 250_000;
/** Gas above which no member tells steps. */
export const STEPS_GAS_LIMIT = 1_000_000;

/** Element of a trace without a tracer. */
interface Step {
  readonly pc: number;
  readonly op: string;
  readonly gas: number;
  readonly gasCost: number;
  readonly depth: number;
  /** The top is the last. */
  readonly stack?: readonly string[];
  readonly memory?: readonly string[];
}

interface Traced {
  readonly chain: string;
  readonly member: Member;
  readonly hash: string;
  readonly gasUsed: number;
}

/**
 * Steps of a small transaction by line and by instruction, with the stack and the memory before each;
 * requested on demand.
 */
export function StepsSection(traced: Traced) {
  const [isWanted, want] = useState(false);
  if (traced.gasUsed > STEPS_GAS_LIMIT) return null;
  return (
    <Section title="Steps">
      {isWanted ? <Steps {...traced} /> : <button onClick={() => want(true)}>Step through it</button>}
    </Section>
  );
}

function Steps({ chain, member, hash, gasUsed }: Traced) {
  const [chosen, choose] = useState<number>();
  const asked = useAsked(async () => {
    const enableMemory = gasUsed <= MOST_GAS_WITH_MEMORY;
    return (await ask<{ readonly structLogs: readonly Step[] }>(member, "debug_traceTransaction", [hash, { enableMemory }]))
      .structLogs;
  }, [`${member}:${hash}`]);
  return (
    <Answer asked={asked} missing="">
      {(steps) => (
        <>
          {member !== "l1" && <SourceStepping chain={chain} hash={hash} step={chosen} choose={choose} />}
          {chosen !== undefined && steps[chosen] !== undefined && <Looked place={chosen} step={steps[chosen]} />}
          <LongTable
            caption={`${plural(steps.length, "instruction")}, in order`}
            columns={["step", "depth", "pc", "instruction", "gas left", "gas", "top of the stack", "look"]}
            total={steps.length}
            empty="No code ran."
            version={hash}
            load={async (first, most) =>
              // The table's first row is the last of its numbers.
              Array.from({ length: most }, (_, i) => steps.length - 1 - first - i).flatMap((place) => {
                const step = steps[place];
                return step === undefined ? [] : [{ ...step, place }];
              })
            }
            cells={({ place, depth, pc, op, gas, gasCost, stack = [] }) => [
              count(place),
              depth,
              pc,
              <code>{op}</code>,
              count(gas),
              count(gasCost),
              <code title={stack.at(-1)}>{short(stack.at(-1) ?? "")}</code>,
              <button aria-label={`look at step ${place}`} aria-pressed={chosen === place} onClick={() => choose(place)}>
                look
              </button>,
            ]}
          />
        </>
      )}
    </Answer>
  );
}

/** Stack and memory before a step. */
function Looked({ place, step: { op, stack = [], memory } }: { readonly place: number; readonly step: Step }) {
  return (
    <div class="looked" aria-live="polite">
      <h3>
        Before step {count(place)}, <code>{op}</code>
      </h3>
      <p>Stack, its top first{stack.length === 0 && ": empty"}</p>
      <ol>
        {stack.toReversed().map((word, i) => (
          <li key={i}>
            <code>{word}</code>
          </li>
        ))}
      </ol>
      {memory === undefined ? (
        <p class="quiet">The memory of so large a transaction is not shown.</p>
      ) : (
        <>
          <p>Memory{memory.length === 0 && ": empty"}</p>
          <pre>{memory.map((word, i) => `${(i * 32).toString(16).padStart(6, "0")}  ${word.replace(/^0x/, "")}`).join("\n")}</pre>
        </>
      )}
    </div>
  );
}
