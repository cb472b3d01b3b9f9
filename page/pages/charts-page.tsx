import { useMemo } from "preact/hooks";
import { useActivity } from "../activity.ts";
import {
  centsOf,
  measuredActivity,
  measuredProofs,
  measuredQueues,
  ownCosts,
  secondsOf,
  sharedCosts,
  type ActCost,
  type Window,
} from "../charts/measures.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { executedBatches } from "../executed-batches.ts";
import { count, plural } from "../format.ts";
import { useHistory } from "../history.ts";
import type { KeptProof } from "../kept-history.ts";
import { useNow } from "../now.ts";
import { Chart } from "../parts/chart.tsx";
import { Answer, Section, Table } from "../parts/layout.tsx";
import { BatchLink, useChainName } from "../parts/links.tsx";
import { phaseWords } from "../proof-phases.ts";
import { useLinkState } from "../route.ts";

/** Minutes that the charts can show, and the seconds of a piece of time in each: some sixty pieces. */
const SPANS = { "5": 5, "15": 15, "60": 60 } as const;
const DEFAULT_SPAN = "5";
/** Number of the newest proofs whose phases are shown. */
const MOST_PROOFS = 12;
const MOST_ACTS = 12;
/** Default prices of gas and of the coin. */
const DEFAULT_PRICE = { gwei: "1", coin: "3000" } as const;

/** Numbers over the last minutes: what the chains do, what waits, what proofs take, and what users' acts cost on L1. */
export function ChartsPage() {
  const { info } = useEcosystem();
  const activity = useActivity();
  const { samples, proofs } = useHistory();
  const [state, setState] = useLinkState();
  const asked = state.get("minutes") ?? DEFAULT_SPAN;
  // Links come from strangers too: "constructor" is in every object.
  const minutes = Object.hasOwn(SPANS, asked) ? (asked as keyof typeof SPANS) : DEFAULT_SPAN;
  const pieceMs = SPANS[minutes] * 1_000;
  const lanes = useMemo(() => [info.l1, ...info.chains], [info]);
  // What is drawn changes once a piece, and when something happens.
  const last = Math.ceil(useNow() / pieceMs) * pieceMs;
  const window: Window = { last, pieceMs, pieces: (Number(minutes) * 60_000) / pieceMs };
  const keys = [activity, lanes, last, pieceMs];
  const transactions = useMemo(() => measuredActivity(activity, lanes, window, ({ by }) => (by === "user" ? 1 : 0)), keys);
  const gas = useMemo(() => measuredActivity(activity, lanes, window, ({ gasUsed }) => gasUsed), keys);
  const queues = useMemo(() => measuredQueues(samples, lanes, window), [samples, lanes, last, pieceMs]);
  const proven = useMemo(() => measuredProofs(proofs, lanes, window), [proofs, lanes, last, pieceMs]);
  const each = `in each ${pieceMs / 1_000} s`;
  return (
    <>
      <h1>Charts</h1>
      <div class="segments" role="group" aria-label="time that is shown">
        {Object.keys(SPANS).map((span) => (
          <button
            key={span}
            aria-pressed={span === minutes}
            onClick={() => setState("minutes", span === DEFAULT_SPAN ? undefined : span)}
          >
            {span === "60" ? "1 hour" : `${span} minutes`}
          </button>
        ))}
      </div>
      <div class="charts">
        <Chart title="Users' transactions" unit={each} measured={transactions} kind="steps" empty="" />
        <Chart title="Gas of all transactions" unit={each} measured={gas} kind="steps" empty="" />
        <Chart
          title="What waits"
          unit="the most at a time, since the page was opened"
          measured={queues}
          kind="steps"
          empty="Nothing is known yet."
        />
        <Chart
          title="Proofs"
          unit="seconds that each took, where it was made"
          measured={proven}
          kind="points"
          empty={
            info.prover.mode === "none"
              ? "Nothing is proven here: the ecosystem runs without a prover."
              : "No proof was made in this time while the page was open."
          }
        />
      </div>
      {info.prover.mode !== "none" && <Phases proofs={proofs} />}
      <ActCosts />
    </>
  );
}

/** Duration of the newest proofs in each phase. */
function Phases({ proofs }: { readonly proofs: readonly KeptProof[] }) {
  const nameOf = useChainName();
  return (
    <Section title="Phases of the newest proofs">
      <Table
        caption="Seconds that each phase took, of proofs made while the page was open"
        columns={["chain", "batch", "in the prover", "phases"]}
        empty="No proof was made while the page was open."
        rows={proofs
          .slice(-MOST_PROOFS)
          .toReversed()
          .map((proof) => {
            const seconds = secondsOf(proof);
            return {
              key: `${proof.chainId}:${proof.batch}`,
              cells: [
                nameOf(proof.chainId),
                <BatchLink chain={nameOf(proof.chainId)} number={proof.batch} />,
                seconds === undefined ? "in progress" : `${seconds.toFixed(1)} s`,
                <PhaseBar proof={proof} />,
              ],
            };
          })}
      />
    </Section>
  );
}

/**
 * Phases of a proof as pieces of a bar, with widths by duration; each has a text for readers that cannot see
 * it.
 */
function PhaseBar({ proof: { chainId, phases } }: { readonly proof: KeptProof }) {
  const pieces = phases.flatMap(({ phase, at }, i) => {
    const next = phases[i + 1];
    // A wait is not work of the prover.
    return next === undefined || phase === "queued" || phase === "made" ? [] : [{ phase, ms: next.at - at }];
  });
  const whole = pieces.reduce((sum, { ms }) => sum + ms, 0);
  let from = 0;
  return (
    <>
      <svg class="phases" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
        {pieces.map(({ phase, ms }, i) => {
          const width = whole === 0 ? 0 : (ms / whole) * 1_000;
          const x = from;
          from += width;
          return (
            <rect key={phase} class={`lane-${i % 8}`} x={x} y={0} width={width} height={14}>
              <title>{`${phaseWords(phase, chainId)}: ${ms} ms`}</title>
            </rect>
          );
        })}
      </svg>
      <span class="small quiet">{pieces.map(({ phase, ms }) => `${phase} ${(ms / 1_000).toFixed(1)} s`).join(", ")}</span>
    </>
  );
}

/** L1 gas of users' actions, and its value in money at a price that the reader sets. */
function ActCosts() {
  const { info, status } = useEcosystem();
  const activity = useActivity();
  const nameOf = useChainName();
  const [state, setState] = useLinkState();
  const price = { gwei: state.get("gwei") ?? DEFAULT_PRICE.gwei, coin: state.get("coin") ?? DEFAULT_PRICE.coin };
  const executed = status.chains.map(({ batches }) => batches.executed);
  const asked = useAsked(() => executedBatches(info, status), ["acts", executed.join()]);
  const own = useMemo(
    () => ownCosts((activity.get(info.l1.chainId) ?? []).flatMap(({ transactions }) => transactions)),
    [activity, info],
  );
  const cents = ({ gas }: ActCost): string => {
    const money = centsOf(gas, Number(price.gwei), Number(price.coin));
    return Number.isFinite(money) ? `${money.toLocaleString("en", { maximumFractionDigits: 2 })} ¢` : "no such price";
  };
  const field = (name: "gwei" | "coin", label: string) => (
    <label>
      {label}
      <input
        inputMode="decimal"
        value={price[name]}
        onInput={({ currentTarget: { value } }) => setState(name, value === DEFAULT_PRICE[name] ? undefined : value)}
      />
    </label>
  );
  return (
    <Section title={`What an act costs on ${info.l1.name}`}>
      <p>The gas is measured here; the prices are what you state.</p>
      <div class="fields">
        {field("gwei", "gwei per gas")}
        {field("coin", "US dollars per ETH")}
      </div>
      <Answer asked={asked} missing="">
        {(batches) => (
          <Table
            caption={`Average gas on ${info.l1.name}, and its price`}
            columns={["act", "gas", "price", "average of"]}
            empty="No batch is executed yet, and no user has called L1."
            rows={[...sharedCosts(batches, nameOf), ...own.slice(0, MOST_ACTS)].map((cost) => ({
              key: cost.act,
              cells: [cost.act, count(Math.round(cost.gas)), cents(cost), plural(cost.of, "transaction")],
            }))}
          />
        )}
      </Answer>
    </Section>
  );
}
