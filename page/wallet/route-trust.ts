import type { EcosystemInfo } from "../answers.ts";

type Chain = EcosystemInfo["chains"][number];
type Rested = Pick<EcosystemInfo, "l1" | "chains" | "prover" | "relayer">;

/** Origin and destination of a send: ids of members. */
interface Way {
  readonly from: number;
  readonly to: number;
}

/**
 * Texts about the trust assumptions of a send between members, and about the parties that can prevent its
 * arrival; docs/concepts.md has the whole list.
 */
export function routeTrust({ l1, chains, prover, relayer }: Rested, { from, to }: Way): readonly string[] {
  const [sender, receiver] = [from, to].map((id) => chains.find(({ chainId }) => chainId === id));
  const layers = [sender, receiver].flatMap((chain) =>
    chain?.settlesOn === undefined ? [] : [{ ...chain, on: chain.settlesOn.name }],
  );
  return [
    ...(sender === undefined ? [`${l1.name} attests what is sent there`] : leaving(sender, prover.mode)),
    ...(receiver === undefined ? [] : arriving(receiver)),
    ...new Set(
      layers.map(
        ({ name, on }) => `the validators of ${on}, on which ${name} settles, can stop it, or confirm a false state of it`,
      ),
    ),
    relayer === undefined
      ? "no relayer runs: any account delivers it, by a proof that needs no trust"
      : "a relayer delivers it, and can be slow; any account may in its place, by a proof that needs no trust",
  ];
}

function leaving(
  { name, settlesOn, quorum, execution, executionDelaySeconds }: Chain,
  mode: EcosystemInfo["prover"]["mode"],
): readonly string[] {
  const layer = settlesOn?.name ?? "L1";
  const parties = `${quorum.threshold} of ${name}'s ${quorum.members.length === 1 ? "1 validator" : `${quorum.members.length} validators`}`;
  const checked =
    mode === "none"
      ? `nothing of ${name} is proven: ${parties} attest what is sent`
      : execution === undefined
        ? `${layer} checks a proof of ${name}'s changes; that they follow from its transactions is trusted to ${parties}`
        : `${layer} checks a proof that ${name}'s changes follow from its transactions; ${parties} choose which transactions these are`;
  const delay = `it leaves ${name} once ${layer} has executed its batch`;
  return [checked, executionDelaySeconds === 0 ? delay : `${delay}, at least ${executionDelaySeconds} s after its commit`];
}

function arriving({ name, settlesOn, dataAvailability, inputsBoundBy }: Chain): readonly string[] {
  const stop = `the validators of ${name} can stop it: then the send is refunded to its sender if it has not arrived`;
  if (dataAvailability === "validium")
    return [stop, `the data committee of ${name} can freeze the money there, by withholding its data`];
  if (dataAvailability === "guardians")
    return [stop, `the guardians of ${name} can freeze all assets on it, by withholding its data`];
  if (inputsBoundBy === "quorum")
    return [stop, `the validators of ${name} can freeze all balances on it, by publishing other inputs than they executed`];
  if (dataAvailability === "owners")
    return [stop, `${name} ends with its operator: held accounts that their owners store remain, and all other state is lost`];
  if (dataAvailability === "chain") return [stop, `${name} is not a rollup: its data are on ${settlesOn?.name} alone`];
  return [stop];
}
