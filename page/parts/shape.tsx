import { useEcosystem } from "../ecosystem.ts";
import type { EcosystemInfo } from "../answers.ts";

/** Shapes of states, which colours only repeat; symbols of index.html. */
export type ShapeName = "ok" | "up" | "run" | "none" | "ready" | "fail" | "off" | "clock";

/** Shape of a state; `label` is its text for screen readers, if no word is next to it. */
export function Shape({ name, label }: { readonly name: ShapeName; readonly label?: string | undefined }) {
  return (
    <svg class="shape" {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}>
      <use href={`#${name}`} />
    </svg>
  );
}

export function Icon({ name }: { readonly name: string }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** Number of a member's colour: 0 of L1, then the chains in order. */
export function laneOf({ l1, chains }: Pick<EcosystemInfo, "l1" | "chains">, chainId: number): number {
  return chainId === l1.chainId
    ? 0
    : 1 +
        (Math.max(
          0,
          chains.findIndex((chain) => chain.chainId === chainId),
        ) %
          7);
}

/** Letter of a member on its colour; its name stands next to it. */
export function Glyph({ chainId }: { readonly chainId: number }) {
  const { info } = useEcosystem();
  const isLayer = chainId === info.l1.chainId;
  const name = isLayer ? "1" : (info.chains.find((chain) => chain.chainId === chainId)?.name ?? "?");
  return <span class={`glyph lane-${laneOf(info, chainId)}`} data-letter={name.slice(0, 1)} aria-hidden="true" />;
}

/** A member by its letter and name, as a link. */
export function MemberLink({ chainId, name }: { readonly chainId: number; readonly name: string }) {
  return (
    <a class="chain" href={`#/${encodeURIComponent(name)}`}>
      <Glyph chainId={chainId} />
      <span>{name}</span>
    </a>
  );
}

/** The letter of a member by its name. */
export function MemberGlyph({ name }: { readonly name: string }) {
  const { info } = useEcosystem();
  return <Glyph chainId={info.chains.find((chain) => chain.name === name)?.chainId ?? info.l1.chainId} />;
}
