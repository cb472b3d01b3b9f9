import { useEcosystem } from "../ecosystem.ts";
import { Section } from "../parts/layout.tsx";

/** Claims that the ecosystem's proofs support, and those of each chain whose execution is proven. */
export function ProvenPage() {
  const { info } = useEcosystem();
  const executed = info.chains.flatMap(({ name, execution }) => (execution === undefined ? [] : [{ name, ...execution }]));
  return (
    <>
      <h1>What is proven</h1>
      <p class={info.prover.mode === "none" ? "holds bad" : "holds"}>{info.proven}</p>
      {executed.map(({ name, sentence }) => (
        <Section key={name} title={name}>
          <p>{sentence}</p>
        </Section>
      ))}
    </>
  );
}
