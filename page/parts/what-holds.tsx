import { useEcosystem } from "../ecosystem.ts";

/** The sentences of what runs: of the ecosystem's proofs, and of each chain whose execution is proven; one chain's alone where it is named. */
export function WhatHolds({ chain }: { readonly chain: string | undefined }) {
  const { info } = useEcosystem();
  const executed = info.chains.flatMap(({ name, execution }) =>
    execution === undefined || (chain !== undefined && chain !== name) ? [] : [{ name, sentence: execution.sentence }],
  );
  return (
    <aside class={info.prover.mode === "none" ? "holds bad" : "holds proven"} aria-label="what holds">
      <p>What is proven: {info.proven}</p>
      {executed.map(({ name, sentence }) => (
        <p key={name}>
          {name}: {sentence}
        </p>
      ))}
    </aside>
  );
}
