import type { EcosystemStatus } from "../answers.ts";

const STAGES = ["sealed", "committed", "proven", "executed"] as const;

/** Stages of a chain's oldest batch that is not executed; all four if every batch is. */
export function Meter({ chain: { batches, proving = [] } }: { readonly chain: EcosystemStatus["chains"][number] }) {
  if (batches.sealed === 0) return <span class="meter" title="no batch is sealed" />;
  const oldest = batches.executed;
  const isAll = oldest >= batches.sealed;
  const stage = STAGES.findLastIndex((each) => batches[each] > oldest);
  const isProving = proving.some(({ batch }) => batch === oldest);
  const words = isAll ? "all batches are executed" : `batch ${oldest}: ${STAGES[stage]}${isProving ? ", is being proven" : ""}`;
  return (
    <span class={isAll ? "meter all" : "meter"} role="img" aria-label={words} title={words}>
      {STAGES.map((each, i) => (
        <i key={each} class={i <= stage || isAll ? "on" : isProving && i === stage + 1 ? "now" : undefined} />
      ))}
    </span>
  );
}
