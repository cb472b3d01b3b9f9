import { count } from "../format.ts";
import { to } from "../route.ts";

interface NeighboursProps {
  readonly chain: string;
  readonly kind: "batch" | "block";
  readonly number: number;
  /** Largest number that has a page. */
  readonly last: number;
}

/** Links to the previous and the next one, which "[" and "]" open. */
export function Neighbours({ chain, kind, number, last }: NeighboursProps) {
  return (
    <nav class="actions" aria-label="neighbours">
      <Neighbour {...{ chain, kind }} number={number - 1} isPresent={number > 0} mark="[" />
      <Neighbour {...{ chain, kind }} number={number + 1} isPresent={number < last} mark="]" />
    </nav>
  );
}

interface NeighbourProps extends Pick<NeighboursProps, "chain" | "kind" | "number"> {
  readonly isPresent: boolean;
  readonly mark: string;
}

function Neighbour({ chain, kind, number, isPresent, mark }: NeighbourProps) {
  const text = isPresent ? `${kind} ${count(number)}` : `no ${kind} ${mark === "[" ? "before" : "after"} it`;
  if (!isPresent) return <span class="quiet">{text}</span>;
  return (
    <a class="button small" href={to(chain, kind, number)} aria-keyshortcuts={mark}>
      {text}
    </a>
  );
}
